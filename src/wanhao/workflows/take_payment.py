"""Take a payment: the balance rises, and the meter learns what the account can spend now."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.actions import record_payment
from wanhao.billing.contracts import BalanceKind, Channel, PaymentResult
from wanhao.workflows.tell_funds import tell_funds


@transaction.atomic
def take_payment(
    account_id: int,
    amount_fen: int,
    reference: str,
    now: datetime,
    channel: Channel = Channel.OTHER,
    kind: BalanceKind = BalanceKind.GENERAL,
) -> PaymentResult:
    """Record a payment once per reference; WanhaoError as `billing.actions.record_payment` says."""
    paid = record_payment(
        account_id=account_id,
        amount_fen=amount_fen,
        reference=reference,
        now=now,
        channel=channel,
        kind=kind,
    )
    if paid.first:
        tell_funds([account_id])
    return paid
