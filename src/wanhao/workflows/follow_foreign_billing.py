"""Follow a foreign billing: what its feed tells is kept, and the meter learns what is news of it.

A page and its cursor are written together, and only if nobody else took that page meanwhile: every
change has its effect once, however often a follower is killed and however many there are.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanhao.billing.foreign.answers import BalanceChange, ChangesPage, TermsChange
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import CHANGES, CursorGoneError, Followed, Kept
from wanhao.billing.foreign.feeds import (
    begin_anew,
    feed_cursor,
    hold_feed,
    mark_read_to_end,
    move_feed,
)
from wanhao.billing.foreign.keeping import (
    both,
    keep_balances,
    keep_terms,
    recognise,
    unknown_subjects,
)
from wanhao.parties.queries import accounts_by_reference, lines_by_number
from wanhao.products.actions import tariff_number
from wanhao.usage.actions import record_facts
from wanhao.workflows.describe_told import NO_PRICES, told_facts

UNKNOWN_AT_ONCE = 1_000


def follow_foreign_billing(client: ForeignBillingClient, now: datetime) -> Followed:
    """Take the next page of the feed; ForeignBillingError when there is none to be had.

    A feed that no longer knows the cursor is read again from its beginning.
    """
    after = feed_cursor(CHANGES)
    try:
        page = client.changes(after)
    except CursorGoneError:
        if not after:
            raise
        begin_anew(CHANGES, after)
        return Followed(taken=False, more=False)
    if not page.changes and page.cursor == after:
        mark_read_to_end(CHANGES, now)
        return Followed(taken=True, more=False)
    return _take(page, after, now)


@transaction.atomic
def recognise_unknown(now: datetime) -> int:
    """Tell the meter of accounts and numbers that were told of before they were opened here."""
    references, numbers = unknown_subjects(now, UNKNOWN_AT_ONCE)
    if not references and not numbers:
        return 0
    hold_feed(CHANGES, "")
    accounts, lines = accounts_by_reference(references), lines_by_number(numbers)
    kept = recognise(references, numbers, accounts, lines, now)
    _tell_meter(kept)
    return len(kept.funds) + len(kept.terms)


@transaction.atomic
def _take(page: ChangesPage, after: str, now: datetime) -> Followed:
    if not hold_feed(CHANGES, after):
        return Followed(taken=False, more=True)
    kept = _keep(page.changes, now)
    latest = max((change.at for change in page.changes), default=None)
    move_feed(CHANGES, page.cursor, kept, more=page.more, latest_at=latest, now=now)
    _tell_meter(kept)
    return Followed(
        taken=True,
        more=page.more,
        changes=kept.changes,
        repeated=kept.repeated,
        unknown=kept.unknown,
    )


def _keep(changes: Sequence[BalanceChange | TermsChange], now: datetime) -> Kept:
    balances = [change for change in changes if isinstance(change, BalanceChange)]
    terms = [change for change in changes if isinstance(change, TermsChange)]
    accounts = accounts_by_reference([change.account for change in balances])
    lines = lines_by_number([change.number for change in terms])
    return both(keep_balances(balances, accounts, now), keep_terms(terms, lines, now))


def _tell_meter(kept: Kept) -> None:
    """Last, as facts hold their log until the commit."""
    units = sorted({told.voice_unit for told in kept.terms})
    facts = told_facts(kept, {unit: tariff_number(unit, NO_PRICES) for unit in units})
    if facts:
        record_facts(facts)
