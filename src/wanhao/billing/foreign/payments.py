"""Payments taken for a foreign billing: written down first, then handed over until answered.

Per account one payment is on its way at a time, the oldest first. A refused one does not hold up
those behind it.
"""

from datetime import datetime, timedelta

from django.db import connection, transaction

from wanhao.billing.contracts import NewPayment, PaymentResult
from wanhao.billing.foreign.contracts import OutgoingPayment
from wanhao.billing.foreign_models import (
    LONGEST_TROUBLE,
    REFERENCE_LENGTH,
    ForeignFunds,
    ForeignPayment,
)
from wanhao.billing.ports import PaymentState
from wanhao.parties.queries import account_references
from wanhao.values.errors import WanhaoError

ORDER_LOCK = 7_112
# Longer than one payment's attempts may take; a forwarder that was killed leaves it this long.
ON_ITS_WAY = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=2)
LONGEST_PAUSE = timedelta(minutes=5)

CLAIM = """
UPDATE wanhao_billing_foreignpayment SET due_at = %s, attempts = attempts + 1
WHERE id = (
    SELECT head.id FROM wanhao_billing_foreignpayment AS head
    WHERE head.state = 'waiting' AND head.due_at <= %s AND NOT EXISTS (
        SELECT FROM wanhao_billing_foreignpayment AS earlier
        WHERE earlier.account_id = head.account_id AND earlier.state = 'waiting'
        AND earlier.id < head.id
    )
    ORDER BY head.due_at, head.id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, account_id, reference, amount_fen, taken_at, attempts
"""


@transaction.atomic
def write_payment(payment: NewPayment, now: datetime) -> PaymentResult:
    """Keep a payment that is to be forwarded, once per reference.

    The balance of the answer is the one told last and what waits to be forwarded. WanhaoError when
    the amount is not positive, the account is unknown, or the reference means another payment.
    """
    _check(payment)
    with connection.cursor() as cursor:
        # The numbers of an account's payments follow the order in which they were taken.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ORDER_LOCK, payment.account_id])
    written, first = ForeignPayment.objects.get_or_create(
        reference=payment.reference,
        defaults={
            "account_id": payment.account_id,
            "amount_fen": payment.amount_fen,
            "taken_at": now,
            "state": PaymentState.WAITING.value,
            "due_at": now,
        },
    )
    if (written.account_id, written.amount_fen) != (payment.account_id, payment.amount_fen):
        raise WanhaoError(
            f"Payment '{payment.reference}' was taken with another amount or for another account.",
            "Look the payment up; if this is a new one, give it a reference of its own.",
        )
    return PaymentResult(
        account_id=payment.account_id, balance_fen=_expected(payment.account_id), first=first
    )


def claim_payment(now: datetime) -> OutgoingPayment | None:
    """Take the next payment that may be handed over, as a commit of its own; None: none is due."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [now + ON_ITS_WAY, now])
        row = cursor.fetchone()
    if row is None:
        return None
    payment_id, account_id, reference, amount_fen, taken_at, attempts = row
    return OutgoingPayment(
        payment_id=payment_id,
        account=account_references([account_id])[account_id],
        reference=reference,
        amount_fen=amount_fen,
        taken_at=taken_at,
        attempts=attempts,
    )


def mark_accepted(payment_id: int, now: datetime) -> None:
    """They have booked the payment."""
    _waiting(payment_id, state=PaymentState.ACCEPTED.value, settled_at=now, said="")


def mark_refused(payment_id: int, reason: str, now: datetime) -> None:
    """They will not book the payment; somebody has to look at it."""
    said = reason[:LONGEST_TROUBLE] or "no reason given"
    _waiting(payment_id, state=PaymentState.REFUSED.value, settled_at=now, said=said)


def put_back(payment: OutgoingPayment, said: str, now: datetime) -> None:
    """Nobody knows whether they have it: it is handed over again, later each time."""
    pause = min(FIRST_PAUSE * 2 ** min(payment.attempts - 1, 10), LONGEST_PAUSE)
    _waiting(payment.payment_id, due_at=now + pause, said=said[:LONGEST_TROUBLE])


def _check(payment: NewPayment) -> None:
    reference = payment.reference.strip()
    if payment.amount_fen <= 0 or not reference or len(payment.reference) > REFERENCE_LENGTH:
        raise WanhaoError(
            f"Payment '{payment.reference}' of {payment.amount_fen} fen cannot be taken.",
            f"Give an amount above zero and a reference of at most {REFERENCE_LENGTH} characters.",
        )
    if payment.account_id not in account_references([payment.account_id]):
        raise WanhaoError(f"There is no account {payment.account_id}.", "Open the account first.")


def _expected(account_id: int) -> int:
    told = ForeignFunds.objects.filter(account_id=account_id).first()
    waiting = ForeignPayment.objects.filter(
        account_id=account_id, state=PaymentState.WAITING.value
    ).values_list("amount_fen", flat=True)
    return ((told and told.spendable_fen) or 0) + sum(waiting)


def _waiting(payment_id: int, **changed: object) -> None:
    """Change a payment unless it was settled already: two answers to it are one."""
    waiting = ForeignPayment.objects.filter(id=payment_id, state=PaymentState.WAITING.value)
    waiting.update(**changed)
