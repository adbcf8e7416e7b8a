"""Take a payment: the balance rises, who owes nothing any more is served again, and the meter
learns what the account can spend now.

Where billing is foreign the payment is written down to be forwarded; the balance rises when that
billing says so.
"""

from datetime import datetime

from django.db import transaction

from wanhao.billing.contracts import BalanceKind, Channel, NewPayment, PaymentResult
from wanhao.billing.ports import Billing, billing_source
from wanhao.workflows.lift_stops import lift_stops
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
    """Take a payment once per reference; WanhaoError as `billing.ports.BillingSource` says."""
    source = billing_source()
    payment = NewPayment(
        account_id=account_id,
        amount_fen=amount_fen,
        reference=reference,
        channel=channel,
        kind=kind,
    )
    paid = source.take_payment(payment, now)
    if paid.first and source.billing is Billing.OWN:
        lift_stops([account_id], now)
        tell_funds([account_id])
    return paid
