"""Charge back: a channel took a payment back, and the meter learns what is left to spend."""

from datetime import datetime

from django.db import transaction

from wanhao.billing import returns
from wanhao.billing.contracts import Returned
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def charge_back(payment: str, amount_fen: int, reference: str, now: datetime) -> Returned:
    """Record a charge-back once per reference; WanhaoError as `returns.charge_back` says."""
    returned = returns.charge_back(
        payment=payment, amount_fen=amount_fen, reference=reference, now=now
    )
    if returned.first:
        tell_funds([returned.account_id])
    return returned
