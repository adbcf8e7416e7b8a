"""Vouchers: issued in batches, redeemed once. A code is told once and kept only as a hash."""

import hashlib
import secrets
from datetime import datetime

from django.db import transaction

from wanhao.billing.actions import record_payments
from wanhao.billing.contracts import Channel, NewPayment, PaymentResult
from wanhao.billing.ledger import lock_accounts
from wanhao.billing.models import Payment, Voucher, VoucherBatch
from wanhao.billing.ports import refuse_elsewhere
from wanhao.values.errors import WanhaoError

# Without letters that look like figures. 20 of these are 100 bits: nobody guesses one, and a hash
# of it tells nothing.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20


@transaction.atomic
def issue_vouchers(
    *, batch: str, count: int, face_fen: int, expires_at: datetime, now: datetime
) -> tuple[str, ...]:
    """Issue a batch of vouchers; returns their codes, which can never be read again.

    WanhaoError when the batch exists, there is nothing in it, it would be expired at once, or
    billing is not ours.
    """
    refuse_elsewhere("Vouchers are issued")
    if count <= 0 or face_fen <= 0 or expires_at <= now:
        raise WanhaoError(
            f"Batch '{batch}' of {count} vouchers of {face_fen} fen cannot be issued.",
            "Give a number and a face value above zero, and an expiry that is to come.",
        )
    issued, first = VoucherBatch.objects.get_or_create(
        name=batch, defaults={"face_fen": face_fen, "issued_at": now, "expires_at": expires_at}
    )
    if not first:
        raise WanhaoError(
            f"Batch '{batch}' was issued before.", "Its codes cannot be told again; name another."
        )
    codes = tuple(_new_code() for _ in range(count))
    Voucher.objects.bulk_create(
        [Voucher(batch=issued, code_hash=hash_of(code)) for code in codes], batch_size=5_000
    )
    return codes


@transaction.atomic
def redeem_voucher(*, account_id: int, code: str, now: datetime) -> PaymentResult:
    """Turn a voucher into general money of an account, once, however many try at the same time.

    The same account asking again changes nothing. WanhaoError when there is no such voucher, it is
    too late for it, or another account has redeemed it.
    """
    lock_accounts([account_id])
    voucher = (
        Voucher.objects.select_for_update(of=("self",))
        .select_related("batch")
        .filter(code_hash=hash_of(code))
        .first()
    )
    if voucher is None:
        raise WanhaoError("There is no voucher with this code.", "Compare it letter by letter.")
    if voucher.payment_id is None and voucher.batch.expires_at <= now:
        raise WanhaoError("This voucher has expired.", "Use another one, or pay another way.")
    payment = NewPayment(
        account_id=account_id,
        amount_fen=voucher.batch.face_fen,
        reference=f"voucher-{voucher.pk}",
        channel=Channel.VOUCHER,
    )
    if voucher.payment_id and not _is_of(voucher.payment_id, account_id):
        raise WanhaoError("This voucher was redeemed before.", "Each can be used once.")
    (result,) = record_payments([payment], now)
    if result.first:
        voucher.payment = Payment.objects.get(reference=payment.reference)
        voucher.save(update_fields=["payment"])
    return result


def hash_of(code: str) -> str:
    """The hash a code is kept as; spaces, dashes and small letters do not matter."""
    plain = code.upper().replace("-", "").replace(" ", "")
    return hashlib.sha256(plain.encode()).hexdigest()


def _new_code() -> str:
    plain = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    return "-".join(plain[place : place + 5] for place in range(0, LENGTH, 5))


def _is_of(payment_id: int, account_id: int) -> bool:
    return Payment.objects.filter(pk=payment_id, account_id=account_id).exists()
