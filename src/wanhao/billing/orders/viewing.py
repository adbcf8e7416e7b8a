"""Rows of orders, refunds and differences as others see them."""

from wanhao.billing.contracts import Channel
from wanhao.billing.models import OrderRefund, PaymentDifference, PaymentOrder
from wanhao.billing.order_contracts import (
    DifferenceKind,
    DifferenceView,
    OrderState,
    OrderView,
    RefundState,
    RefundView,
    Showing,
)


def order_view(row: PaymentOrder) -> OrderView:
    """An order."""
    return OrderView(
        order_id=row.pk,
        number=row.number,
        reference=row.reference,
        account_id=row.account_id,
        line_id=row.line_id,
        amount_fen=row.amount_fen,
        channel=Channel(row.channel),
        showing=Showing(row.showing),
        address=row.address,
        state=OrderState(row.state),
        asked_by=row.asked_by,
        door=row.door,
        begun_at=row.begun_at,
        expires_at=row.expires_at,
        transaction_id=row.transaction_id or "",
        paid_at=row.paid_at,
        refunded_fen=row.refunded_fen,
    )


def refund_view(row: OrderRefund, first: bool = False) -> RefundView:
    """A refund, with what it needs of its order."""
    return RefundView(
        number=row.number,
        reference=row.reference,
        order=row.order.number,
        channel=Channel(row.order.channel),
        amount_fen=row.amount_fen,
        order_fen=row.order.amount_fen,
        reason=row.reason,
        asked_by=row.asked_by,
        state=RefundState(row.state),
        refund_id=row.refund_id,
        asked_at=row.asked_at,
        settled_at=row.settled_at,
        said=row.said,
        first=first,
    )


def difference_view(row: PaymentDifference) -> DifferenceView:
    """A difference."""
    return DifferenceView(
        difference_id=row.pk,
        channel=Channel(row.channel),
        kind=DifferenceKind(row.kind),
        number=row.number,
        transaction_id=row.transaction_id,
        ours_fen=row.ours_fen,
        theirs_fen=row.theirs_fen,
        day=row.day,
        found_at=row.found_at,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        note=row.note,
        booked_fen=row.booked_fen,
    )
