"""Cash at counters: a receipt for each payment, and what each clerk of each hall took on a day."""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Count, Max, Sum

from wanhao.billing.cash_contracts import CashReceiptView, ClerkCash, NewCash
from wanhao.billing.cash_models import LONGEST_HALL
from wanhao.billing.models import CashReceipt
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money

# One hall's receipts are numbered one after the other.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('wanhao_billing_till'), hashtext(%s))"
TERMS = ("hall", "clerk_id", "account_id", "amount_fen")


@transaction.atomic
def write_receipt(cash: NewCash, now: datetime) -> CashReceiptView:
    """Write the receipt of a payment in cash, once per reference; moves no money.

    Called by the workflow `take_cash` before it takes the payment: the hall is locked first, the
    account after it. WanhaoError when the amount is not positive, hall or reference is missing, or
    the reference was used otherwise.
    """
    _refuse_odd(cash)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [cash.hall])
    before = CashReceipt.objects.filter(reference=cash.reference).first()
    if before is not None:
        if any(getattr(before, term) != getattr(cash, term) for term in TERMS):
            raise WanhaoError(
                f"Cash '{cash.reference}' was taken with other terms.",
                "Look it up; if this is a new payment, give it a reference of its own.",
            )
        return _view(before)
    day = now.astimezone(SHANGHAI).date()
    last = CashReceipt.objects.filter(hall=cash.hall, day=day).aggregate(last=Max("sequence"))
    row = CashReceipt.objects.create(
        reference=cash.reference,
        hall=cash.hall,
        day=day,
        sequence=(last["last"] or 0) + 1,
        clerk_id=cash.clerk_id,
        account_id=cash.account_id,
        amount_fen=cash.amount_fen,
        taken_at=now,
    )
    return _view(row, first=True)


def receipt_of(reference: str) -> CashReceiptView | None:
    """The receipt written under a reference."""
    row = CashReceipt.objects.filter(reference=reference).first()
    return None if row is None else _view(row)


def receipts_of_clerk(clerk_id: int, day: date, hall: str = "") -> tuple[CashReceiptView, ...]:
    """What a clerk took on a day of Asia/Shanghai, the latest first; at one hall, or at any."""
    rows = CashReceipt.objects.filter(clerk_id=clerk_id, day=day).order_by("-id")
    return tuple(_view(row) for row in (rows.filter(hall=hall) if hall else rows))


def cash_of_day(day: date, hall: str = "") -> tuple[ClerkCash, ...]:
    """What each clerk took at each hall on a day, by hall and clerk; at one hall, or at all."""
    rows = CashReceipt.objects.filter(day=day)
    taken = (rows.filter(hall=hall) if hall else rows).values("hall", "clerk_id")
    return tuple(
        ClerkCash(
            hall=row["hall"],
            clerk_id=row["clerk_id"],
            day=day,
            payments=row["payments"],
            amount_fen=row["fen"],
        )
        for row in taken.annotate(payments=Count("id"), fen=Sum("amount_fen")).order_by(
            "hall", "clerk_id"
        )
    )


def _refuse_odd(cash: NewCash) -> None:
    if cash.amount_fen <= 0:
        raise WanhaoError(
            f"{Money(cash.amount_fen)} cannot be taken in cash.", "Give an amount above zero."
        )
    if not cash.reference.strip() or not 0 < len(cash.hall.strip()) <= LONGEST_HALL:
        raise WanhaoError(
            "Cash needs a reference and the hall where it was taken.",
            "Give the code of the hall and a reference of its own.",
        )


def _view(row: CashReceipt, first: bool = False) -> CashReceiptView:
    return CashReceiptView(
        number=f"{row.hall}-{row.day:%Y%m%d}-{row.sequence:04d}",
        reference=row.reference,
        hall=row.hall,
        clerk_id=row.clerk_id,
        account_id=row.account_id,
        amount_fen=row.amount_fen,
        taken_at=row.taken_at,
        first=first,
    )
