"""Services at counters: begun with a reason, raised by proofs, ended; every step is noted."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from wanhao.outlets.counter_contracts import (
    IDLE,
    NewService,
    NewStep,
    Purpose,
    ServiceView,
    StepKind,
    StepView,
)
from wanhao.outlets.counter_models import LONGEST_NOTE
from wanhao.outlets.models import CounterService, CounterStep, Outlet
from wanhao.values.errors import WanhaoError

# A clerk serves one customer at a time, also from two windows.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('wanhao_outlets_counter'), %s)"


@transaction.atomic
def begin(new: NewService, now: datetime) -> ServiceView:
    """Begin to serve a customer; what the clerk did before is over.

    WanhaoError when the hall is unknown, or when the reason is "other" and nothing says which.
    """
    if new.purpose is Purpose.OTHER and not new.note.strip():
        raise WanhaoError("The reason is missing.", "Say in a few words why.")
    hall = Outlet.objects.filter(code=new.hall).first()
    if hall is None:
        raise WanhaoError(f"No hall has the code '{new.hall}'.", "Choose your hall again.")
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [new.clerk_id])
    for before in CounterService.objects.filter(clerk_id=new.clerk_id, ended_at=None):
        _end(before, now)
    row = CounterService.objects.create(
        clerk_id=new.clerk_id,
        hall=hall,
        line_id=new.line_id,
        purpose=new.purpose.value,
        note=new.note.strip()[:LONGEST_NOTE],
        begun_at=now,
        seen_at=now,
    )
    note_step(row.pk, NewStep(kind=StepKind.BEGUN), now)
    return _view(row)


def service_of(service_id: int, clerk_id: int, now: datetime) -> ServiceView | None:
    """The service of a clerk while it lasts; after half an hour without a step it is over."""
    row = _rows().filter(id=service_id, clerk_id=clerk_id, ended_at=None).first()
    if row is None:
        return None
    if now - row.seen_at > IDLE:
        _end(row, row.seen_at + IDLE)
        return None
    return _view(row)


def open_service(clerk_id: int, now: datetime) -> ServiceView | None:
    """Whom a clerk serves now."""
    row = _rows().filter(clerk_id=clerk_id, ended_at=None, seen_at__gte=now - IDLE).first()
    return None if row is None else _view(row)


def service_by_id(service_id: int) -> ServiceView:
    """A service, whether it lasts or is over."""
    return _view(_rows().get(id=service_id))


def note_step(service_id: int, step: NewStep, now: datetime) -> None:
    """Note what happened; the service goes on."""
    CounterStep.objects.create(
        service_id=service_id,
        kind=step.kind.value,
        at=now,
        item=step.item,
        words=step.words,
        reference=step.reference,
    )
    CounterService.objects.filter(id=service_id, seen_at__lt=now).update(seen_at=now)


@transaction.atomic
def raise_level(service_id: int, level: int, kind: StepKind, now: datetime) -> None:
    """The clerk is surer now; a level is never lowered."""
    CounterService.objects.filter(id=service_id, level__lt=level).update(level=level)
    if kind is StepKind.CODE_RIGHT:
        CounterService.objects.filter(id=service_id).update(code_read_at=now)
    note_step(service_id, NewStep(kind=kind), now)


@transaction.atomic
def keep_code(service_id: int, code_id: int, now: datetime) -> None:
    """A one-time code was sent to the line; earlier ones are good no more."""
    CounterService.objects.filter(id=service_id).update(code_id=code_id)
    note_step(service_id, NewStep(kind=StepKind.CODE_SENT), now)


@transaction.atomic
def end(service_id: int, now: datetime) -> None:
    """The customer was served; done twice it is done."""
    row = CounterService.objects.select_for_update().filter(id=service_id, ended_at=None).first()
    if row is not None:
        _end(row, now)


def steps_of(service_id: int) -> tuple[StepView, ...]:
    """What happened in a service, in its order."""
    return tuple(
        StepView(
            kind=StepKind(row.kind),
            at=row.at,
            item=row.item,
            words=row.words,
            reference=row.reference,
        )
        for row in CounterStep.objects.filter(service_id=service_id).order_by("id")
    )


def words_of(service_id: int, kind: StepKind, reference: str) -> str:
    """The words of a step by its reference; empty when there is none."""
    rows = CounterStep.objects.filter(service_id=service_id, kind=kind.value, reference=reference)
    return rows.order_by("-id").values_list("words", flat=True).first() or ""


def _rows() -> QuerySet[CounterService]:
    return CounterService.objects.select_related("hall")


def _end(row: CounterService, now: datetime) -> None:
    CounterService.objects.filter(id=row.pk).update(ended_at=now)
    CounterStep.objects.create(service_id=row.pk, kind=StepKind.ENDED.value, at=now)


def _view(row: CounterService) -> ServiceView:
    return ServiceView(
        service_id=row.pk,
        clerk_id=row.clerk_id,
        hall=row.hall.code,
        hall_zh=row.hall.name_zh,
        hall_en=row.hall.name_en,
        line_id=row.line_id,
        purpose=Purpose(row.purpose),
        note=row.note,
        level=row.level,
        code_id=row.code_id,
        code_read=row.code_read_at is not None,
        begun_at=row.begun_at,
        seen_at=row.seen_at,
        ended_at=row.ended_at,
    )
