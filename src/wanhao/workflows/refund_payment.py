"""Refund a payment: the money goes back through its channel, and the meter learns of it."""

from datetime import datetime

from django.db import transaction

from wanhao.billing import returns
from wanhao.billing.contracts import Returned
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def refund_payment(
    payment: str, amount_fen: int, reference: str, now: datetime, keep_fen: int = 0
) -> Returned:
    """Give a payment back once per reference; WanhaoError as `returns.refund_payment` says."""
    returned = returns.refund_payment(
        payment=payment, amount_fen=amount_fen, reference=reference, now=now, keep_fen=keep_fen
    )
    if returned.first:
        tell_funds([returned.account_id])
    return returned
