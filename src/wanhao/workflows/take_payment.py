"""Take a payment: the balance rises, and the meter learns what the account can spend now."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.actions import record_payment
from wanhao.billing.contracts import PaymentResult
from wanhao.parties.queries import pay_types
from wanhao.usage.actions import record_facts
from wanhao.workflows.describe_terms import account_funds


@transaction.atomic
def take_payment(account_id: int, amount_fen: int, reference: str, now: datetime) -> PaymentResult:
    """Record a payment once per reference; WanhaoError as `billing.actions.record_payment` says."""
    paid = record_payment(
        account_id=account_id, amount_fen=amount_fen, reference=reference, now=now
    )
    if paid.first:
        pay_type = pay_types([account_id])[account_id]
        record_facts([account_funds(account_id, pay_type, paid.balance_fen)])
    return paid
