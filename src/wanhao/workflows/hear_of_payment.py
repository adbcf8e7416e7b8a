"""Hear of a payment: what a channel says of an order is booked exactly once, or put aside.

The account's money, the end of a stop and what the meter is told are `take_payment`'s.
"""

from datetime import datetime

from django.db import transaction

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import (
    DifferenceKind,
    OrderState,
    OrderView,
    Trade,
    TradeTold,
    Verdict,
)
from wanhao.billing.orders.actions import lock_order, mark_closed, mark_paid, put_aside
from wanhao.billing.orders.states import UNPAID
from wanhao.values.errors import WanhaoError
from wanhao.workflows.take_payment import take_payment


@transaction.atomic
def hear_of_payment(channel: Channel, told: TradeTold, now: datetime) -> Verdict:
    """Take in what a channel said, from a callback, an answer or a statement; however often.

    It must be known to come from the channel. Money that is not what was asked for is put aside
    for a person and books nothing.
    """
    order = lock_order(channel, told.number)
    if told.trade is not Trade.PAID:
        return _not_paid(order, told)
    if order is None:
        put_aside(channel, DifferenceKind.UNKNOWN_ORDER, told, now)
        return Verdict.PUT_ASIDE
    if order.state not in UNPAID and order.transaction_id == told.transaction_id:
        return Verdict.KNOWN
    kind = _odd(order, told)
    if kind is None and _booked(order, told, now):
        late = order.state is OrderState.CLOSED
        return Verdict.BOOKED_LATE if late else Verdict.BOOKED
    put_aside(channel, kind or DifferenceKind.UNBOOKABLE, told, now, order.amount_fen)
    return Verdict.PUT_ASIDE


def _not_paid(order: OrderView | None, told: TradeTold) -> Verdict:
    if order is None or told.trade is not Trade.CLOSED or order.state is not OrderState.WAITING:
        return Verdict.NOT_PAID
    mark_closed(order)
    return Verdict.CLOSED


def _odd(order: OrderView, told: TradeTold) -> DifferenceKind | None:
    if order.state not in UNPAID:
        return DifferenceKind.PAID_TWICE
    if told.amount_fen != order.amount_fen:
        return DifferenceKind.OTHER_AMOUNT
    return None if told.transaction_id else DifferenceKind.UNBOOKABLE


def _booked(order: OrderView, told: TradeTold, now: datetime) -> bool:
    """Whether the account took it; what it refuses leaves nothing behind."""
    try:
        with transaction.atomic():
            mark_paid(order, told.transaction_id, now)
            take_payment(order.account_id, order.amount_fen, order.number, now, order.channel)
    except WanhaoError:
        return False
    return True
