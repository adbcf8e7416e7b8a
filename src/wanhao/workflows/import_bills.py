"""Import bills: what a foreign billing issued is shown here as it issued it, and moves no money."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.bills.importing import keep_bills
from wanhao.billing.foreign.answers import BillsPage
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import CursorGoneError, Followed, Kept
from wanhao.billing.foreign.feeds import (
    begin_anew,
    bills_feed,
    feed_cursor,
    hold_feed,
    mark_read_to_end,
    move_feed,
)
from wanhao.billing.foreign.told_bills import imported_bill
from wanhao.parties.queries import accounts_by_reference


def import_bills(client: ForeignBillingClient, cycle: int, now: datetime) -> Followed:
    """Take the next page of a cycle's bills; ForeignBillingError when there is none to be had.

    Each bill is imported once. One that comes again with other lines stays as it was imported.
    """
    feed = bills_feed(cycle)
    after = feed_cursor(feed)
    try:
        page = client.bills(cycle, after)
    except CursorGoneError:
        if not after:
            raise
        begin_anew(feed, after)
        return Followed(taken=False, more=False)
    if not page.bills and page.cursor == after:
        mark_read_to_end(feed, now)
        return Followed(taken=True, more=False)
    return _take(page, feed, after, now)


@transaction.atomic
def _take(page: BillsPage, feed: str, after: str, now: datetime) -> Followed:
    if not hold_feed(feed, after):
        return Followed(taken=False, more=True)
    accounts = accounts_by_reference([bill.account for bill in page.bills])
    known = [bill for bill in page.bills if bill.account in accounts]
    outcome = keep_bills([imported_bill(bill, accounts[bill.account]) for bill in known])
    unknown = len(page.bills) - len(known)
    kept = Kept(changes=len(page.bills), repeated=outcome.repeated, unknown=unknown)
    latest = max((bill.issued_at for bill in page.bills), default=None)
    move_feed(feed, page.cursor, kept, more=page.more, latest_at=latest, now=now)
    return Followed(
        taken=True,
        more=page.more,
        changes=outcome.new,
        repeated=outcome.repeated,
        unknown=unknown,
        different=outcome.different,
    )
