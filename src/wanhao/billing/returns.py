"""Payments that go back: refunds, and charge-backs by the channel."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, Sum

from wanhao.billing.contracts import Channel, JournalKind, Returned, ReturnKind
from wanhao.billing.ledger import Draft, Line, general, lock_accounts, of_bucket, post_new
from wanhao.billing.models import BalanceBucket, Payment, PaymentReturn
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money


@transaction.atomic
def refund_payment(
    *, payment: str, amount_fen: int, reference: str, now: datetime, keep_fen: int = 0
) -> Returned:
    """Give a payment back through its channel, all of it or a part, once per reference.

    WanhaoError when more is asked than `refundable` says, or the reference was used for another
    payment or amount. `keep_fen` must stay with the account, as for charges still running.
    """
    paid = _locked(payment)
    before = _known(ReturnKind.REFUND, reference, paid, amount_fen)
    if before:
        return before
    most = _refundable(paid, keep_fen)
    if not 0 < amount_fen <= most:
        raise WanhaoError(
            f"{Money(amount_fen)} of payment '{payment}' cannot be refunded.",
            f"At most {Money(most)} can: what was paid, less what went back, and no more than "
            "is still there. Voucher money is never paid out.",
        )
    return _give_back(ReturnKind.REFUND, paid, amount_fen, reference, now)


@transaction.atomic
def charge_back(*, payment: str, amount_fen: int, reference: str, now: datetime) -> Returned:
    """Record that a channel took a payment back, once per reference; the account may owe then.

    WanhaoError when more is taken than was paid and has not gone back yet, or the reference was
    used for another payment or amount.
    """
    paid = _locked(payment)
    before = _known(ReturnKind.CHARGE_BACK, reference, paid, amount_fen)
    if before:
        return before
    most = paid.amount_fen - _gone_back(paid)
    if not 0 < amount_fen <= most:
        raise WanhaoError(
            f"{Money(amount_fen)} of payment '{payment}' cannot be charged back.",
            f"At most {Money(most)} of it has not gone back yet.",
        )
    return _give_back(ReturnKind.CHARGE_BACK, paid, amount_fen, reference, now)


@transaction.atomic
def take_refund_back(*, refund: str, now: datetime) -> Returned:
    """Give a refund of general money that its channel would not do to the account again, once.

    WanhaoError when there is no such refund.
    """
    gone = PaymentReturn.objects.filter(kind=ReturnKind.REFUND.value, reference=refund).first()
    if gone is None:
        raise WanhaoError(f"There is no refund '{refund}'.", "Look for it in the statement.")
    paid = _locked(gone.payment.reference)
    before = _known(ReturnKind.REFUND_BACK, refund, paid, gone.amount_fen)
    if before:
        return before
    lines = [
        Line(Channel(paid.channel).book, -gone.amount_fen),
        general(paid.account_id, gone.amount_fen),
    ]
    return _written(ReturnKind.REFUND_BACK, paid, gone.amount_fen, refund, lines, now)


def refundable(payment: str) -> int:
    """How much of a payment could be refunded now, in fen; WanhaoError when there is none such."""
    return _refundable(_found(payment), 0)


def _refundable(paid: Payment, keep_fen: int) -> int:
    if paid.channel == Channel.VOUCHER.value:
        return 0
    there = paid.account.balance_fen - keep_fen
    if paid.bucket_id is not None:
        # What prestored money has returned so far is general money now, and may have been used.
        bucket = BalanceBucket.objects.get(pk=paid.bucket_id)
        general_part = _returned_to_general(bucket)
        there = bucket.balance_fen + min(max(there, 0), general_part)
    return max(0, min(paid.amount_fen - _gone_back(paid), there))


def _returned_to_general(bucket: BalanceBucket) -> int:
    if bucket.total_fen is None or bucket.parts is None:
        return 0
    if bucket.returned_parts == bucket.parts:
        return bucket.total_fen
    return bucket.total_fen // bucket.parts * bucket.returned_parts


def _found(reference: str) -> Payment:
    paid = Payment.objects.select_related("account").filter(reference=reference).first()
    if paid is None:
        raise WanhaoError(
            f"There is no payment '{reference}'.", "Look for its reference in the statement."
        )
    return paid


def _locked(reference: str) -> Payment:
    """The payment, read again once its account is locked."""
    lock_accounts([_found(reference).account_id])
    return _found(reference)


def _known(kind: ReturnKind, reference: str, paid: Payment, amount_fen: int) -> Returned | None:
    before = PaymentReturn.objects.filter(kind=kind.value, reference=reference).first()
    if before is None:
        return None
    if (before.payment_id, before.amount_fen) != (paid.pk, amount_fen):
        raise WanhaoError(
            f"Return '{reference}' was recorded for another payment or amount.",
            "Look it up; if this is a new one, give it a reference of its own.",
        )
    return Returned(account_id=paid.account_id, amount_fen=amount_fen, first=False)


def _gone_back(paid: Payment) -> int:
    came_back = Q(kind=ReturnKind.REFUND_BACK.value)
    fen = PaymentReturn.objects.filter(payment_id=paid.pk).aggregate(
        gone=Sum("amount_fen", filter=~came_back, default=0),
        back=Sum("amount_fen", filter=came_back, default=0),
    )
    return int(fen["gone"] - fen["back"])


def _give_back(
    kind: ReturnKind, paid: Payment, amount_fen: int, reference: str, now: datetime
) -> Returned:
    """Take the money from where it was paid to, the rest from general money."""
    if not reference.strip():
        raise WanhaoError("A return needs a reference.", "Give it one of its own.")
    lines = [Line(Channel(paid.channel).book, amount_fen)]
    from_bucket = 0
    if paid.bucket_id is not None:
        bucket = BalanceBucket.objects.get(pk=paid.bucket_id)
        from_bucket = min(bucket.balance_fen, amount_fen)
        lines.append(of_bucket(bucket, -from_bucket))
    lines.append(general(paid.account_id, from_bucket - amount_fen))
    return _written(kind, paid, amount_fen, reference, lines, now)


def _written(
    kind: ReturnKind,
    paid: Payment,
    amount_fen: int,
    reference: str,
    lines: Sequence[Line],
    now: datetime,
) -> Returned:
    draft = Draft(reference=reference, lines=lines, memo=paid.reference)
    entered = post_new(JournalKind(kind.value), [draft], now)
    PaymentReturn.objects.create(
        payment_id=paid.pk,
        kind=kind.value,
        amount_fen=amount_fen,
        reference=reference,
        returned_at=now,
        transaction_id=entered[reference],
    )
    return Returned(account_id=paid.account_id, amount_fen=amount_fen, first=True)
