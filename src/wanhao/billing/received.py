"""Payments as our own billing recorded them."""

from wanhao.billing.models import Payment
from wanhao.billing.ports import PaymentState, PaymentView


def received_payments(account_id: int, latest: int) -> tuple[PaymentView, ...]:
    """The account's latest payments, newest first; recorded is accepted."""
    rows = Payment.objects.filter(account_id=account_id).order_by("-id")[:latest]
    return tuple(
        PaymentView(
            account_id=row.account_id,
            reference=row.reference,
            amount_fen=row.amount_fen,
            taken_at=row.received_at,
            state=PaymentState.ACCEPTED,
            settled_at=row.received_at,
        )
        for row in rows
    )
