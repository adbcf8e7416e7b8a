"""Committing a batch: everything one step brings about, in one transaction."""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from wanhao.usage.archive import archive_path
from wanhao.usage.closing import ClosedFile
from wanhao.usage.contracts import Crossing
from wanhao.usage.intake import FilePart, Gathered
from wanhao.usage.judging import Held, Judged, LateRecords
from wanhao.usage.models import Batch, ClosedCycle, MeterPulse, UsageFile
from wanhao.usage.ports import EffectSink
from wanhao.usage.rejudging import Again, count_held, settle_again
from wanhao.values.errors import WanhaoError

LIVE_CHANNEL = "wanhao_live"
MOVES = ("name", "size", "rows_done", "finished", "trouble", "arrived_at", "finished_at")
"""What a further part of a file changes of its row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One batch ready to commit; `judged` is None for facts alone, else it is of what was
    `gathered`, or of records that are judged `again`; `closed` is the file of the cycle that a fact
    closes."""

    number: int
    token: uuid.UUID
    last_fact: int
    crossings: Sequence[Crossing]
    taken_at: datetime
    gathered: Gathered | None = None
    again: Again | None = None
    judged: Judged | None = None
    closed: ClosedFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A batch that is counted in memory and waits for its commit, and its records for the disk."""

    step: Step
    archived: Future[None]


def _last_batch() -> Batch | None:
    """The newest committed batch."""
    return Batch.objects.order_by("-number").first()


def is_committed(step: Step) -> bool:
    """Whether the batch stands in the database, asked when the answer to its commit was lost."""
    return Batch.objects.filter(number=step.number, token=step.token).exists()


def must_be_archived(folder: Path, step: Step) -> None:
    """WanhaoError where the records of a batch lie in the archive no more: while this meter was cut
    off, another one came up and took them for what a dead one had left."""
    metered = step.judged.metered if step.judged is not None else None
    if metered is None or not len(metered):
        return
    if not archive_path(folder, step.number, step.token).exists():
        raise WanhaoError(
            f"The archive of batch {step.number} is gone; another meter was at work here.",
            "Start this one again; what was not committed is read once more.",
        )


def commit_step(step: Step, sink: EffectSink, now: datetime, archived: Callable[[], None]) -> None:
    """Write the batch, its files, its quarantine and its effects, all or nothing.

    `archived` returns when the batch's records stand in the archive; only then is it committed.
    """
    with transaction.atomic():
        batch = _batch_row(step, now)
        batch.save(force_insert=True)
        if step.judged is not None:
            _keep_judged(step, step.judged, now)
        if step.closed is not None:
            _close(step.number, step.closed, now)
        if step.crossings:
            sink.accept(step.number, step.crossings, now)
        _tell_pages(step)
        archived()


def pulse(waiting: int, oldest: datetime | None, now: datetime) -> None:
    """Show that the meter lives and what waits for it."""
    fields = {"at": now, "waiting_files": waiting, "oldest_waiting_at": oldest}
    MeterPulse.objects.update_or_create(id=1, defaults=fields)


def _keep_judged(step: Step, judged: Judged, now: datetime) -> None:
    if step.gathered is not None:
        _save_files(step.gathered.parts, now)
        _quarantine(step.number, step.gathered.parts, judged.held)
    if step.again is not None:
        settle_again(step.number, step.again, judged, now)
    _keep_late(step.number, judged.late)


def _batch_row(step: Step, now: datetime) -> Batch:
    previous = _last_batch()
    records_in, metered, duplicate, quarantined = _figures(step)
    return Batch(
        number=step.number,
        token=step.token,
        last_fact=step.last_fact,
        files=_files(step),
        records_in=records_in,
        metered=metered,
        duplicate=duplicate,
        quarantined=quarantined,
        replayed=len(step.again.ids) if step.again else 0,
        crossings=len(step.crossings),
        total_in=(previous.total_in if previous else 0) + records_in,
        total_metered=(previous.total_metered if previous else 0) + metered,
        total_duplicate=(previous.total_duplicate if previous else 0) + duplicate,
        total_quarantined=(previous.total_quarantined if previous else 0) + quarantined,
        arrived_at=step.gathered.arrived_at if step.gathered else None,
        taken_at=step.taken_at,
        committed_at=now,
    )


def _figures(step: Step) -> tuple[int, int, int, int]:
    """Records in, metered, duplicate, quarantined. Those judged again came in before: they only
    move, out of the quarantine."""
    if step.judged is None:
        return 0, 0, 0, 0
    seen, duplicate, held = step.judged.records_in, step.judged.duplicate, len(step.judged.held)
    metered = seen - duplicate - held
    if step.again is not None:
        return 0, metered, duplicate, -metered - duplicate
    return seen, metered, duplicate, held


def _files(step: Step) -> list[dict[str, object]]:
    """The files a batch was read from; of records judged again the names of their files."""
    if step.again is not None:
        return [{"name": name} for name in step.again.files]
    if step.gathered is None:
        return []
    return [
        {"name": part.file.name, "digest": part.file.digest, "last_row": part.last_row}
        for part in step.gathered.parts
    ]


def _save_files(parts: Sequence[FilePart], now: datetime) -> None:
    """How far each file is, with one statement; of two parts of one file the later one counts."""
    rows = {
        part.file.digest: UsageFile(
            digest=part.file.digest,
            name=part.file.name,
            size=part.file.size,
            rows_done=part.last_row,
            finished=part.finished,
            trouble=part.trouble,
            arrived_at=part.file.arrived_at,
            finished_at=now if part.finished else None,
        )
        for part in parts
    }
    UsageFile.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["digest"], update_fields=MOVES
    )


def _quarantine(batch: int, parts: Sequence[FilePart], held: Sequence[Held]) -> None:
    if not held:
        return
    columns = "batch_id, file, row, reason, text"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY wanhao_usage_quarantinedrecord ({columns}) FROM STDIN") as copy,
    ):
        for one in held:
            name = parts[one.part].file.name
            copy.write_row((batch, name, one.row, one.reason, one.text.replace("\x00", "�")))
    count_held(Counter(one.reason.value for one in held))


def _keep_late(batch: int, late: LateRecords | None) -> None:
    """Records of closed cycles, to be settled as adjustments."""
    if late is None:
        return
    names = ["batch_id", *LateRecords.__dataclass_fields__]
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY wanhao_usage_lateusage ({', '.join(names)}) FROM STDIN") as copy,
    ):
        for row in late.rows():
            copy.write_row((batch, *row))


def _close(batch: int, closed: ClosedFile, now: datetime) -> None:
    ClosedCycle.objects.create(
        cycle=closed.cycle,
        batch_id=batch,
        file=closed.path.name,
        folder=str(closed.path.parent),
        digest=closed.digest,
        rows=closed.rows,
        closed_at=now,
    )


def _tell_pages(step: Step) -> None:
    topics = ["batch"]
    if step.again is not None or (step.judged is not None and step.judged.held):
        topics.append("quarantine")
    with connection.cursor() as cursor:
        for topic in topics:
            payload = json.dumps({"topic": topic, "number": step.number})
            cursor.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, payload])
