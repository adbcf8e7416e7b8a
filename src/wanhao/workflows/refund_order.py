"""Refund an order: the money leaves the account, the channel is asked until it has answered."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import (
    DifferenceKind,
    OrderView,
    RefundState,
    RefundTold,
    RefundView,
    Trade,
    TradeTold,
    Verdict,
)
from wanhao.billing.orders.actions import lock_order, put_aside
from wanhao.billing.orders.ports import (
    ChannelAwayError,
    ChannelRefusedError,
    payment_channel,
)
from wanhao.billing.orders.queries import order as order_of
from wanhao.billing.orders.queries import refund as refund_of
from wanhao.billing.orders.refunding import (
    ask_refund_again,
    claim_refund,
    known_refund,
    open_refund,
    order_of_refund,
    settle_refund,
)
from wanhao.billing.ports import refuse_elsewhere
from wanhao.billing.returns import take_refund_back
from wanhao.values.errors import WanhaoError
from wanhao.workflows.lift_stops import lift_stops
from wanhao.workflows.refund_payment import refund_payment
from wanhao.workflows.tell_funds import tell_funds


def refund_order(
    number: str,
    amount_fen: int,
    reason: str,
    asked_by: str,
    reference: str,
    now: datetime,
    keep_fen: int = 0,
) -> RefundView:
    """Give money of a paid order back, once per reference; `keep_fen` must stay with the account.

    The account is debited at once, so that nobody spends what goes back; where the channel refuses
    it is given back to the account. A channel that does not answer is asked again by the workers.
    WanhaoError when the order, the amount or the account's money does not allow it.
    """
    refuse_elsewhere("Payments are refunded")
    refund = _taken(number, amount_fen, reason, asked_by, reference, now, keep_fen)
    return _sent(refund, now) if refund.first else refund


def ask_for_refunds(now: datetime) -> bool:
    """Ask about one refund that is due; whether there was one. Any number of workers may call."""
    refund = claim_refund(now)
    if refund is None:
        return False
    _sent(refund, now)
    ask_refund_again(refund.number, now)
    return True


@transaction.atomic
def hear_of_refund(channel: Channel, told: RefundTold, now: datetime) -> Verdict:
    """Take in what a channel said of a refund, however often.

    One we never asked for is put aside for a person.
    """
    found = order_of_refund(told.number)
    order = None if found is None else lock_order(channel, found[1])
    if order is None:
        _put_aside(channel, DifferenceKind.REFUND_UNKNOWN, told, now)
        return Verdict.PUT_ASIDE
    refund = refund_of(told.number)
    assert refund is not None, "a refund is never deleted"
    if told.state is RefundState.DONE and told.amount_fen != refund.amount_fen:
        _put_aside(channel, DifferenceKind.REFUND_AMOUNT, told, now, refund.amount_fen)
        return Verdict.PUT_ASIDE
    return _settled(order, told, now)


@transaction.atomic
def _taken(
    number: str,
    amount_fen: int,
    reason: str,
    asked_by: str,
    reference: str,
    now: datetime,
    keep_fen: int,
) -> RefundView:
    known = order_of(number)
    order = None if known is None else lock_order(known.channel, number)
    if order is None:
        raise WanhaoError(f"There is no payment '{number}'.", "Look for it in the list.")
    before = known_refund(reference, number, amount_fen)
    if before is not None:
        return before
    refund = open_refund(order, amount_fen, reason, asked_by, reference, now)
    refund_payment(number, amount_fen, refund.number, now, keep_fen)
    return refund


def _sent(refund: RefundView, now: datetime) -> RefundView:
    """Ask the channel, under the same number each time; what it does not answer waits."""
    try:
        told = payment_channel(refund.channel).refund(refund)
    except ChannelAwayError:
        return refund
    except ChannelRefusedError as error:
        told = RefundTold(number=refund.number, state=RefundState.FAILED, said=error.message)
    hear_of_refund(refund.channel, told, now)
    found = refund_of(refund.number)
    assert found is not None, "a refund is never deleted"
    return found


def _settled(order: OrderView, told: RefundTold, now: datetime) -> Verdict:
    refund = settle_refund(order, told, now)
    if refund is None:
        return Verdict.KNOWN
    if refund.state is RefundState.DONE:
        return Verdict.REFUNDED
    # It never left the channel, so it is the account's again.
    take_refund_back(refund=refund.number, now=now)
    lift_stops([order.account_id], now)
    tell_funds([order.account_id])
    return Verdict.REFUND_FAILED


def _put_aside(
    channel: Channel,
    kind: DifferenceKind,
    told: RefundTold,
    now: datetime,
    ours_fen: int | None = None,
) -> None:
    said = TradeTold(
        number=told.number,
        trade=Trade.PAID,
        transaction_id=told.refund_id,
        amount_fen=told.amount_fen,
    )
    put_aside(channel, kind, said, now, ours_fen)
