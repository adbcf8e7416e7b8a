"""Stops for different reasons that are due together, while others work on the same accounts."""

import pytest
from django.db import transaction

from tests.workflows.debtors import at, billed, opened
from tests.workflows.rivals import rival_after
from wanhao.billing.actions import record_payments
from wanhao.billing.contracts import NewPayment
from wanhao.billing.stop_contracts import StopReason
from wanhao.billing.stops import live_stops
from wanhao.parties.contracts import PayType
from wanhao.products.actions import load_catalogue
from wanhao.promises.contracts import DuePromise
from wanhao.workflows.stop_service import stop_service

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at("2026-11-26 09:30")
MONEY_LOCKED = "ORDER BY account_id FOR NO KEY UPDATE"


def due(account: int, reason: StopReason) -> DuePromise:
    spent = 500 if reason is StopReason.BALANCE else 0
    payload = {"account": account, "cycle": 202610, "reason": reason.value, "spent": spent}
    return DuePromise(
        promise_id=account, kind="stop", key=f"{account}", due_at=NOW, payload=payload, attempts=0
    )


def pay(accounts: list[int]) -> None:
    payments = [
        NewPayment(account_id=account, amount_fen=100, reference=f"R{account}")
        for account in accounts
    ]
    with transaction.atomic():
        record_payments(payments, NOW)


def test_stops_for_two_reasons_and_payments_of_both_accounts_wait_for_each_other() -> None:
    """Bills are looked at before used-up money, but the account with the bill has the higher
    number; who records payments locks the lower number first."""
    load_catalogue()
    spent, owes = opened(16907910001, PayType.PREPAID), opened(16907910002)
    billed(owes, 5_900)
    causes = [due(spent, StopReason.BALANCE), due(owes, StopReason.ARREARS)]
    with rival_after(MONEY_LOCKED, lambda: pay([spent, owes])), transaction.atomic():
        stop_service(causes, NOW)
    assert live_stops([spent, owes]).keys() == {spent, owes}
