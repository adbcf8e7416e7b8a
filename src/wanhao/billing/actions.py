"""Writes of money. Whatever changes a balance writes the entry that explains it."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from wanhao.billing.contracts import NewPayment, PaymentResult
from wanhao.billing.models import AccountBalance, Payment
from wanhao.values.errors import WanhaoError

OPEN = """
INSERT INTO wanhao_billing_accountbalance (account_id, balance_fen, changed_at)
SELECT id, 0, %s FROM unnest(%s::bigint[]) AS id
ON CONFLICT (account_id) DO NOTHING
"""
# Payment, entry and balance in one statement: none of the three can be without the others.
PAY = """
WITH paid AS (
    INSERT INTO wanhao_billing_payment (account_id, amount_fen, reference, received_at)
    SELECT account_id, fen, reference, %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[]) AS asked(account_id, fen, reference)
    RETURNING id, account_id, amount_fen
), entered AS (
    INSERT INTO wanhao_billing_ledgerentry (account_id, book, amount_fen, payment_id, at)
    SELECT account_id, 'payments', amount_fen, id, %s FROM paid
)
UPDATE wanhao_billing_accountbalance AS balance
SET balance_fen = balance_fen + raised.fen, changed_at = %s
FROM (SELECT account_id, sum(amount_fen) AS fen FROM paid GROUP BY account_id) AS raised
WHERE balance.account_id = raised.account_id
"""


def open_balances(account_ids: Sequence[int], now: datetime) -> None:
    """Give accounts a balance of nothing; one that has a balance keeps it."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [now, list(account_ids)])


def record_payment(
    *, account_id: int, amount_fen: int, reference: str, now: datetime
) -> PaymentResult:
    """Raise an account's balance by a payment, once per reference.

    A repeated reference changes nothing. WanhaoError when the amount is not positive, the account
    has no balance, or the reference was used for another amount or account.
    """
    payment = NewPayment(account_id=account_id, amount_fen=amount_fen, reference=reference)
    return record_payments([payment], now)[0]


@transaction.atomic
def record_payments(payments: Sequence[NewPayment], now: datetime) -> list[PaymentResult]:
    """Raise many balances by their payments, all or nothing; see `record_payment`."""
    _check(payments)
    balances = _lock_balances({payment.account_id for payment in payments})
    known = _known_payments([payment.reference for payment in payments])
    for payment in payments:
        _refuse_misfit(payment, balances, known)
    new = [payment for payment in payments if payment.reference not in known]
    _write(new, now)
    for payment in new:
        balances[payment.account_id] += payment.amount_fen
    return [
        PaymentResult(
            account_id=payment.account_id,
            balance_fen=balances[payment.account_id],
            first=payment.reference not in known,
        )
        for payment in payments
    ]


def _check(payments: Sequence[NewPayment]) -> None:
    for payment in payments:
        if payment.amount_fen <= 0 or not payment.reference.strip():
            raise WanhaoError(
                f"Payment '{payment.reference}' of {payment.amount_fen} fen cannot be recorded.",
                "Give a reference and an amount above zero.",
            )
    reference, times = next(
        iter(Counter(payment.reference for payment in payments).most_common(1)), ("", 0)
    )
    if times > 1:
        raise WanhaoError(f"Payment '{reference}' is there twice.", "Leave one of the two out.")


def _lock_balances(account_ids: set[int]) -> dict[int, int]:
    """Lock in one order, so that two lists of payments wait for each other and never deadlock."""
    rows = AccountBalance.objects.select_for_update().filter(account_id__in=account_ids)
    return dict(rows.order_by("account_id").values_list("account_id", "balance_fen"))


def _known_payments(references: Sequence[str]) -> dict[str, tuple[int, int]]:
    rows = Payment.objects.filter(reference__in=references)
    return {
        reference: (account_id, amount)
        for reference, account_id, amount in rows.values_list(
            "reference", "account_id", "amount_fen"
        )
    }


def _refuse_misfit(
    payment: NewPayment, balances: dict[int, int], known: dict[str, tuple[int, int]]
) -> None:
    if payment.account_id not in balances:
        raise WanhaoError(
            f"Account {payment.account_id} has no balance.", "Open the account's balance first."
        )
    asked = (payment.account_id, payment.amount_fen)
    if known.get(payment.reference, asked) != asked:
        raise _used_otherwise(payment.reference)


def _used_otherwise(reference: str) -> WanhaoError:
    return WanhaoError(
        f"Payment '{reference}' was recorded with another amount or for another account.",
        "Look the payment up; if this is a new one, give it a reference of its own.",
    )


def _write(payments: Sequence[NewPayment], now: datetime) -> None:
    if not payments:
        return
    account_ids = [payment.account_id for payment in payments]
    amounts = [payment.amount_fen for payment in payments]
    references = [payment.reference for payment in payments]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PAY, [now, account_ids, amounts, references, now, now])
    except IntegrityError as error:
        # The same reference for the same account would have waited at the balance's lock.
        raise _used_otherwise(payments[0].reference) from error
