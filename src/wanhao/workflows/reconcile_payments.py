"""Reconcile payments: a day's statement is fetched, what we missed is booked, the rest is told."""

from datetime import date, datetime

from django.db import transaction

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import DifferenceKind, DifferenceView, Reconciled
from wanhao.billing.orders.ports import (
    ChannelAwayError,
    ChannelRefusedError,
    connected_channels,
    payment_channel,
)
from wanhao.billing.orders.queries import difference as difference_of
from wanhao.billing.orders.queries import order as order_of
from wanhao.billing.orders.reconciling import (
    due_days,
    hold_against,
    settle_difference,
    unheard,
)
from wanhao.billing.ports import Billing, billing_source, refuse_elsewhere
from wanhao.values.errors import WanhaoError
from wanhao.workflows.hear_of_payment import hear_of_payment
from wanhao.workflows.take_payment import take_payment

BOOKABLE = frozenset(
    {
        DifferenceKind.OTHER_AMOUNT,
        DifferenceKind.UNKNOWN_ORDER,
        DifferenceKind.PAID_TWICE,
        DifferenceKind.UNBOOKABLE,
        DifferenceKind.MISSING_HERE,
    }
)


def reconcile_day(channel: Channel, day: date, now: datetime) -> Reconciled:
    """Hold a channel's statement of a day against our books; may be repeated.

    A payment the statement knows and we do not is asked for once more and booked, if the channel
    confirms it. ChannelAwayError or ChannelRefusedError when there is no statement.
    """
    refuse_elsewhere("Payments are reconciled")
    adapter = payment_channel(channel)
    rows = adapter.statement(day)
    for number in unheard(channel, rows):
        hear_of_payment(channel, adapter.look_up(number), now)
    return hold_against(channel, day, rows, now)


def reconcile_due(now: datetime) -> bool:
    """Reconcile one day that is due; whether there was one. What a channel does not tell waits."""
    if billing_source().billing is Billing.FOREIGN:
        return False
    for channel in connected_channels():
        for day in due_days(channel, now):
            try:
                reconcile_day(channel, day, now)
            except (ChannelAwayError, ChannelRefusedError):
                continue
            return True
    return False


@transaction.atomic
def settle_by_person(
    difference_id: int,
    *,
    by: str,
    note: str,
    now: datetime,
    account_id: int | None = None,
    book: bool = False,
) -> DifferenceView:
    """A person settles a difference: by a note, or by booking what the customer really paid.

    Booked once, to the account named or the order's. WanhaoError when it is settled already, no
    account is known, or there is nothing to book.
    """
    difference = difference_of(difference_id)
    booked_fen = (difference.theirs_fen or 0) if book else 0
    settled = settle_difference(difference_id, by=by, note=note, now=now, booked_fen=booked_fen)
    if book:
        _book(difference, account_id, now)
    return settled


def _book(difference: DifferenceView, account_id: int | None, now: datetime) -> None:
    order = order_of(difference.number)
    paid_for = account_id or (order.account_id if order is not None else None)
    if paid_for is None or difference.kind not in BOOKABLE or not difference.theirs_fen:
        raise WanhaoError(
            "This difference cannot be booked to an account.",
            "Name the account it was paid for, or settle it with a note.",
        )
    reference = f"aside-{difference.difference_id}"
    take_payment(paid_for, difference.theirs_fen, reference, now, difference.channel)
