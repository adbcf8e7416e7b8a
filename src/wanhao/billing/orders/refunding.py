"""Refunds of payment orders: asked for once, until the channel has answered."""

from datetime import datetime, timedelta

from django.db import connection, transaction

from wanhao.billing.contracts import Channel
from wanhao.billing.models import OrderRefund, PaymentOrder
from wanhao.billing.order_contracts import (
    OrderState,
    OrderView,
    RefundState,
    RefundTold,
    RefundView,
)
from wanhao.billing.orders.states import MAY_REFUND, settled
from wanhao.billing.orders.viewing import refund_view
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money

FIRST_LOOK = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=1)
ASKING = timedelta(minutes=2)
CLAIM = """
UPDATE wanhao_billing_orderrefund SET look_at = %s, looks = LEAST(looks + 1, 1000)
WHERE id = (
    SELECT id FROM wanhao_billing_orderrefund WHERE look_at <= %s
    ORDER BY look_at LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING number
"""


def known_refund(reference: str, order: str, amount_fen: int) -> RefundView | None:
    """The refund asked for under a reference; WanhaoError when it is another one."""
    row = OrderRefund.objects.select_related("order").filter(reference=reference).first()
    if row is None:
        return None
    if (row.order.number, row.amount_fen) != (order, amount_fen):
        raise WanhaoError(
            f"Refund '{reference}' was asked for with another payment or amount.",
            "Look it up; if this is a new one, give it a reference of its own.",
        )
    return refund_view(row)


def open_refund(
    order: OrderView, amount_fen: int, reason: str, asked_by: str, reference: str, now: datetime
) -> RefundView:
    """Write a refund of a locked order down; the money is taken by the caller's transaction.

    WanhaoError when the order is not paid, another refund is under way, no reason is given, or
    more is asked than was paid and has not gone back.
    """
    if not reason.strip() or not asked_by.strip() or not reference.strip():
        raise WanhaoError("A refund needs a reason.", "Say why the money goes back.")
    if order.state is OrderState.REFUNDING:
        raise WanhaoError(
            f"Another refund of {order.number} is under way.", "Wait until the channel answered."
        )
    if order.state not in MAY_REFUND or not 0 < amount_fen <= order.left_fen:
        most = order.left_fen if order.state in MAY_REFUND else 0
        raise WanhaoError(
            f"{Money(amount_fen)} of {order.number} cannot be refunded.",
            f"At most {Money(most)} of it can: what was paid, less what went back.",
        )
    count = OrderRefund.objects.filter(order_id=order.order_id).count()
    row = OrderRefund.objects.create(
        number=f"{order.number}R{count + 1}",
        reference=reference,
        order_id=order.order_id,
        amount_fen=amount_fen,
        reason=reason.strip()[:200],
        asked_by=asked_by.strip()[:64],
        state=RefundState.ASKED.value,
        asked_at=now,
        look_at=now + FIRST_LOOK,
    )
    PaymentOrder.objects.filter(pk=order.order_id).update(state=OrderState.REFUNDING.value)
    return refund_view(row, first=True)


def order_of_refund(number: str) -> tuple[Channel, str] | None:
    """The channel and number of the order a refund belongs to."""
    row = OrderRefund.objects.select_related("order").filter(number=number).first()
    return None if row is None else (Channel(row.order.channel), row.order.number)


@transaction.atomic
def settle_refund(order: OrderView, told: RefundTold, now: datetime) -> RefundView | None:
    """A locked order's refund is done or failed; None when that was known, or is not so yet."""
    row = OrderRefund.objects.select_related("order").get(number=told.number)
    if row.state != RefundState.ASKED.value or told.state is RefundState.ASKED:
        return None
    row.state, row.settled_at, row.look_at = told.state.value, now, None
    row.refund_id, row.said = told.refund_id[:64], told.said[:200]
    row.save(update_fields=["state", "settled_at", "look_at", "refund_id", "said"])
    gone = order.refunded_fen + (row.amount_fen if told.state is RefundState.DONE else 0)
    PaymentOrder.objects.filter(pk=order.order_id).update(
        refunded_fen=gone, state=settled(order.amount_fen, gone).value
    )
    return refund_view(row)


def claim_refund(now: datetime) -> RefundView | None:
    """A refund the channel has not answered, taken in hand for some minutes."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [now + ASKING, now])
        found = cursor.fetchone()
    if found is None:
        return None
    return refund_view(OrderRefund.objects.select_related("order").get(number=found[0]))


def ask_refund_again(number: str, now: datetime) -> None:
    """Ask the channel again later, ever more seldom."""
    row = OrderRefund.objects.filter(number=number, look_at__isnull=False).first()
    if row is not None:
        pause = min(FIRST_LOOK * 2 ** min(row.looks, 6), LONGEST_PAUSE)
        OrderRefund.objects.filter(pk=row.pk, look_at__isnull=False).update(look_at=now + pause)
