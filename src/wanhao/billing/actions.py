"""Writes of payments and credits. Whatever changes a balance is a transaction of the journal."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from wanhao.billing.books import CHARGE_BOOKS, GIVING_BOOKS
from wanhao.billing.contracts import (
    PRESTORED_PARTS,
    BalanceKind,
    Channel,
    JournalKind,
    NewCredit,
    NewPayment,
    PaymentResult,
)
from wanhao.billing.ledger import Draft, Line, general, lock_accounts, of_bucket, post_new
from wanhao.billing.models import BalanceBucket, JournalTransaction, Payment, Posting
from wanhao.billing.queries import balances
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

OPEN = """
INSERT INTO wanhao_billing_accountbalance (account_id, balance_fen, changed_at)
SELECT id, 0, %s FROM unnest(%s::bigint[]) AS id
ON CONFLICT (account_id) DO NOTHING
"""
PAID = """
INSERT INTO wanhao_billing_payment
    (account_id, amount_fen, reference, channel, kind, bucket_id, received_at, transaction_id)
SELECT account_id, fen, reference, channel, kind, bucket_id, %s, transaction_id
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::bigint[],
    %s::bigint[]) AS paid(account_id, fen, reference, channel, kind, bucket_id, transaction_id)
"""
Terms = tuple[object, ...]


def open_balances(account_ids: Sequence[int], now: datetime) -> None:
    """Give accounts a balance of nothing; one that has a balance keeps it."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [now, list(account_ids)])


def record_payment(
    *,
    account_id: int,
    amount_fen: int,
    reference: str,
    now: datetime,
    channel: Channel = Channel.OTHER,
    kind: BalanceKind = BalanceKind.GENERAL,
) -> PaymentResult:
    """Raise an account's balance by a payment, once per reference.

    A repeated reference changes nothing. WanhaoError when the amount is not positive, the account
    has no balance, or the reference was used for another amount or account.
    """
    payment = NewPayment(
        account_id=account_id,
        amount_fen=amount_fen,
        reference=reference,
        channel=channel,
        kind=kind,
    )
    return record_payments([payment], now)[0]


@transaction.atomic
def record_payments(payments: Sequence[NewPayment], now: datetime) -> list[PaymentResult]:
    """Raise many balances by their payments, all or nothing; see `record_payment`."""
    _refuse_nothing_and_twice("Payment", payments)
    for payment in payments:
        _refuse_odd_payment(payment)
    account_ids = {payment.account_id for payment in payments}
    lock_accounts(account_ids)
    known = _known_payments([payment.reference for payment in payments])
    for payment in payments:
        if known.get(payment.reference, _terms(payment)) != _terms(payment):
            raise _used_otherwise("Payment", payment.reference)
    _write_payments([payment for payment in payments if payment.reference not in known], now)
    has = balances(account_ids)
    return [
        PaymentResult(
            account_id=payment.account_id,
            balance_fen=has[payment.account_id],
            first=payment.reference not in known,
        )
        for payment in payments
    ]


@transaction.atomic
def record_credits(given: Sequence[NewCredit], now: datetime) -> list[PaymentResult]:
    """Give money to customers, all or nothing, once per reference.

    WanhaoError when an amount is not positive, the book gives nothing away, general money would
    lapse, an account has no balance, or a reference was used for something else.
    """
    _refuse_nothing_and_twice("Credit", given)
    for credit in given:
        _refuse_odd_credit(credit, now)
    account_ids = {credit.account_id for credit in given}
    lock_accounts(account_ids)
    known = _known_credits([credit.reference for credit in given])
    for credit in given:
        asked = (credit.account_id, credit.amount_fen, credit.kind.value)
        if known.get(credit.reference, asked) != asked:
            raise _used_otherwise("Credit", credit.reference)
    _write_credits([credit for credit in given if credit.reference not in known], now)
    has = balances(account_ids)
    return [
        PaymentResult(
            account_id=credit.account_id,
            balance_fen=has[credit.account_id],
            first=credit.reference not in known,
        )
        for credit in given
    ]


def _refuse_nothing_and_twice(what: str, asked: Sequence[NewPayment | NewCredit]) -> None:
    for one in asked:
        if one.amount_fen <= 0 or not one.reference.strip():
            raise WanhaoError(
                f"{what} '{one.reference}' of {one.amount_fen} fen cannot be recorded.",
                "Give a reference and an amount above zero.",
            )
    most = Counter(one.reference for one in asked).most_common(1)
    reference, times = next(iter(most), ("", 0))
    if times > 1:
        raise WanhaoError(f"{what} '{reference}' is there twice.", "Leave one of the two out.")


def _refuse_odd_payment(payment: NewPayment) -> None:
    if payment.kind is BalanceKind.GIFTED:
        raise WanhaoError(
            f"Payment '{payment.reference}' cannot be a gift.", "Record a credit instead."
        )
    _refuse_odd_purpose("Payment", payment)


def _refuse_odd_credit(credit: NewCredit, now: datetime) -> None:
    lapses = credit.expires_at is not None
    if credit.book not in GIVING_BOOKS or credit.kind is BalanceKind.PRESTORED:
        raise WanhaoError(
            f"Credit '{credit.reference}' cannot come from {credit.book} into {credit.kind}.",
            "Name gifts, compensation, points or adjustments, and no prestored money.",
        )
    if credit.expires_at is not None and credit.expires_at <= now:
        raise WanhaoError(
            f"Credit '{credit.reference}' has lapsed already.", "Give an expiry that is to come."
        )
    if lapses and credit.kind is BalanceKind.GENERAL:
        raise WanhaoError(
            f"Credit '{credit.reference}' would lapse, but general money never does.",
            "Give it as gifted money, or without an expiry.",
        )
    _refuse_odd_purpose("Credit", credit)


def _refuse_odd_purpose(what: str, asked: NewPayment | NewCredit) -> None:
    restricted = asked.kind is BalanceKind.RESTRICTED
    if restricted != bool(asked.pays_for) or not set(asked.pays_for) <= CHARGE_BOOKS:
        raise WanhaoError(
            f"{what} '{asked.reference}' does not say rightly what it pays for.",
            "Restricted money names revenue books; other money names none.",
        )


def _terms(payment: NewPayment) -> Terms:
    """What a repeated payment must have in common with the first; how it came in may be retold."""
    return payment.account_id, payment.amount_fen, payment.kind.value


def _known_payments(references: Sequence[str]) -> dict[str, Terms]:
    rows = Payment.objects.filter(reference__in=references)
    return {
        reference: tuple(terms)
        for reference, *terms in rows.values_list("reference", "account_id", "amount_fen", "kind")
    }


def _known_credits(references: Sequence[str]) -> dict[str, Terms]:
    ids = JournalTransaction.objects.filter(
        kind=JournalKind.CREDIT.value, reference__in=references
    ).values_list("id", flat=True)
    rows = Posting.objects.filter(transaction_id__in=list(ids), account_id__isnull=False)
    return {
        reference: tuple(terms)
        for reference, *terms in rows.values_list(
            "transaction__reference", "account_id", "amount_fen", "book"
        )
    }


def _used_otherwise(what: str, reference: str) -> WanhaoError:
    return WanhaoError(
        f"{what} '{reference}' was recorded with another amount or for another account.",
        "Look it up; if this is a new one, give it a reference of its own.",
    )


def _write_payments(payments: Sequence[NewPayment], now: datetime) -> None:
    buckets = _open_buckets(payments, now)
    drafts = [
        Draft(
            reference=payment.reference,
            lines=(
                _raised(payment, buckets),
                Line(payment.channel.book, -payment.amount_fen),
            ),
        )
        for payment in payments
    ]
    entered = post_new(JournalKind.PAYMENT, drafts, now)
    rows = [
        (
            payment.account_id,
            payment.amount_fen,
            payment.reference,
            payment.channel.value,
            payment.kind.value,
            buckets[payment.reference].pk if payment.reference in buckets else None,
            entered[payment.reference],
        )
        for payment in payments
    ]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(PAID, [now, *(list(column) for column in zip(*rows, strict=True))])


def _write_credits(given: Sequence[NewCredit], now: datetime) -> None:
    buckets = _open_buckets(given, now)
    drafts = [
        Draft(
            reference=credit.reference,
            lines=(_raised(credit, buckets), Line(credit.book, -credit.amount_fen)),
            memo=credit.memo,
        )
        for credit in given
    ]
    post_new(JournalKind.CREDIT, drafts, now)


def _open_buckets(
    asked: Iterable[NewPayment | NewCredit], now: datetime
) -> dict[str, BalanceBucket]:
    """A bucket for each amount that is not general money, by reference."""
    kept = [one for one in asked if one.kind is not BalanceKind.GENERAL]
    buckets = BalanceBucket.objects.bulk_create([_bucket(one, now) for one in kept])
    return {one.reference: bucket for one, bucket in zip(kept, buckets, strict=True)}


def _bucket(asked: NewPayment | NewCredit, now: datetime) -> BalanceBucket:
    prestored = asked.kind is BalanceKind.PRESTORED
    return BalanceBucket(
        account_id=asked.account_id,
        kind=asked.kind.value,
        pays_for=sorted(book.value for book in asked.pays_for),
        opened_at=now,
        expires_at=asked.expires_at if isinstance(asked, NewCredit) else None,
        total_fen=asked.amount_fen if prestored else None,
        parts=PRESTORED_PARTS if prestored else None,
        first_cycle=Cycle.of(now).next.number if prestored else None,
    )


def _raised(asked: NewPayment | NewCredit, buckets: dict[str, BalanceBucket]) -> Line:
    if asked.kind is BalanceKind.GENERAL:
        return general(asked.account_id, asked.amount_fen)
    return of_bucket(buckets[asked.reference], asked.amount_fen)
