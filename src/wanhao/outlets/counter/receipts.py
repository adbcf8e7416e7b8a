"""Receipts of counters: one for each thing done, numbered by hall and day, kept to be printed
again."""

from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import F, Max

from wanhao.outlets.counter.serving import note_step
from wanhao.outlets.counter_contracts import NewReceipt, NewStep, ReceiptView, StepKind
from wanhao.outlets.models import CounterReceipt, CounterService
from wanhao.values.cycle import SHANGHAI

LOCK = "SELECT pg_advisory_xact_lock(hashtext('wanhao_outlets_receipt'), %s)"
LONGEST_TITLE = 80


@transaction.atomic
def write_receipt(new: NewReceipt, now: datetime) -> ReceiptView:
    """Write the receipt of something done, once per reference; a hall's day is without gaps."""
    hall_id = CounterService.objects.values_list("hall_id", flat=True).get(id=new.service_id)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [hall_id])
    before = _found(new.reference)
    if before is not None:
        return _view(before)
    day = now.astimezone(SHANGHAI).date()
    row = CounterReceipt.objects.create(
        service_id=new.service_id,
        hall_id=hall_id,
        day=day,
        sequence=_last(hall_id, day) + 1,
        reference=new.reference,
        item=new.item,
        title=new.title[:LONGEST_TITLE],
        agreed=new.agreed,
        done=new.done,
        amount_fen=new.amount_fen,
        made_at=now,
    )
    return _view(CounterReceipt.objects.select_related("hall").get(id=row.pk), first=True)


def receipts_of_service(service_id: int) -> tuple[ReceiptView, ...]:
    """The receipts of a service, the latest first."""
    rows = CounterReceipt.objects.select_related("hall").filter(service_id=service_id)
    return tuple(_view(row) for row in rows.order_by("-id"))


def receipt_by_number(number: str) -> ReceiptView | None:
    """A receipt by what stands on it."""
    hall, _, rest = number.rpartition("-S")
    day, sequence = rest[:8], rest[8:].lstrip("-")
    if not (hall and len(day) == 8 and day.isdecimal() and sequence.isdecimal()):
        return None
    try:
        on = date(int(day[:4]), int(day[4:6]), int(day[6:]))
    except ValueError:
        return None
    rows = CounterReceipt.objects.select_related("hall")
    row = rows.filter(hall__code=hall, day=on, sequence=int(sequence[:9])).first()
    return None if row is None else _view(row)


@transaction.atomic
def count_copy(receipt: ReceiptView, now: datetime) -> int:
    """It is printed once more; gives how often it was, this time included."""
    rows = CounterReceipt.objects.filter(reference=receipt.reference)
    rows.update(copies=F("copies") + 1)
    note_step(receipt.service_id, NewStep(kind=StepKind.PRINTED, reference=receipt.number), now)
    return rows.values_list("copies", flat=True).get()


def _found(reference: str) -> CounterReceipt | None:
    return CounterReceipt.objects.select_related("hall").filter(reference=reference).first()


def _last(hall_id: int, day: date) -> int:
    rows = CounterReceipt.objects.filter(hall_id=hall_id, day=day)
    return rows.aggregate(last=Max("sequence"))["last"] or 0


def _view(row: CounterReceipt, first: bool = False) -> ReceiptView:
    return ReceiptView(
        number=f"{row.hall.code}-S{row.day:%Y%m%d}-{row.sequence:04d}",
        reference=row.reference,
        service_id=row.service_id,
        item=row.item,
        title=row.title,
        agreed=row.agreed,
        done=row.done,
        amount_fen=row.amount_fen,
        made_at=row.made_at,
        copies=row.copies,
        first=first,
    )
