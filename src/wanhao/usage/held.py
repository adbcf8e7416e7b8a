"""Reads of the quarantine: what is held, why, and what was done with it."""

from django.db.models import Sum

from wanhao.usage.masking import masked
from wanhao.usage.mending import DISMISSED, held
from wanhao.usage.models import Batch, QuarantineCount, QuarantinedRecord, QuarantineStep
from wanhao.usage.quarantine_contracts import (
    HeldDetail,
    HeldFilter,
    HeldRecord,
    HeldState,
    QuarantineStepView,
    ReplayProgress,
    StepKind,
)
from wanhao.usage.rejudging import fields_of
from wanhao.values.errors import WanhaoError


def held_records(
    wanted: HeldFilter, *, before: int | None = None, limit: int = 50
) -> list[HeldRecord]:
    """A page of the quarantine, newest first, those below the id `before`; numbers are masked."""
    rows = held(wanted).select_related("batch").order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_record(row, masked(row.mended or row.text)) for row in rows[:limit]]


def held_detail(record_id: int) -> HeldDetail:
    """One record with all that happened to it, the number whole: whoever asks notes the reading
    down. WanhaoError for one there is not."""
    row = QuarantinedRecord.objects.select_related("batch").filter(id=record_id).first()
    if row is None:
        raise WanhaoError(
            f"There is no record {record_id} in the quarantine.",
            "See those there are: wanhao usage quarantine list",
        )
    text = row.mended or row.text
    steps = QuarantineStep.objects.filter(record_id=record_id).order_by("id")
    return HeldDetail(
        record=_record(row, text),
        came_as=row.text,
        fields=fields_of(text),
        steps=tuple(map(_step, steps)),
    )


def dismissed_records() -> int:
    """How many records were dismissed; they are part of what is quarantined."""
    counted = QuarantineCount.objects.filter(reason=DISMISSED).values_list("records", flat=True)
    return counted.first() or 0


def last_batch() -> int:
    """The number of the newest batch, 0 before the first."""
    return Batch.objects.order_by("-number").values_list("number", flat=True).first() or 0


def replay_progress(after_batch: int) -> ReplayProgress:
    """How many records wait to be judged again, and what became of those that were, in the batches
    after this one."""
    waiting = QuarantinedRecord.objects.filter(state=HeldState.WAITING.value).count()
    since = Batch.objects.filter(number__gt=after_batch, replayed__gt=0)
    sums = since.aggregate(all=Sum("replayed"), metered=Sum("metered"), duplicate=Sum("duplicate"))
    metered, duplicate = sums["metered"] or 0, sums["duplicate"] or 0
    return ReplayProgress(
        waiting=waiting,
        metered=metered,
        duplicate=duplicate,
        held=(sums["all"] or 0) - metered - duplicate,
    )


def _record(row: QuarantinedRecord, text: str) -> HeldRecord:
    return HeldRecord(
        record_id=row.pk,
        reason=row.reason,
        state=HeldState(row.state),
        file=row.file,
        row=row.row,
        text=text,
        repaired=bool(row.mended),
        at=row.batch.committed_at,
    )


def _step(row: QuarantineStep) -> QuarantineStepView:
    return QuarantineStepView(
        kind=StepKind(row.kind),
        reason=row.reason,
        text=row.text,
        by=row.by,
        why=row.why,
        batch=row.batch_id,
        at=row.at,
    )
