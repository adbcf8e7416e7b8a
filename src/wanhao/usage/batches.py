"""Committing a batch: everything one step brings about, in one transaction."""

import json
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from wanhao.usage.closing import ClosedFile
from wanhao.usage.contracts import Crossing
from wanhao.usage.intake import FilePart, Gathered
from wanhao.usage.judging import Held, Judged, LateRecords
from wanhao.usage.models import Batch, ClosedCycle, MeterPulse, QuarantineCount, UsageFile
from wanhao.usage.ports import EffectSink

LIVE_CHANNEL = "wanhao_live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One batch ready to commit; `gathered` and `judged` are None for facts alone, `closed` is the
    file of the cycle that a fact closes."""

    number: int
    token: uuid.UUID
    last_fact: int
    crossings: Sequence[Crossing]
    taken_at: datetime
    gathered: Gathered | None = None
    judged: Judged | None = None
    closed: ClosedFile | None = None


def _last_batch() -> Batch | None:
    """The newest committed batch."""
    return Batch.objects.order_by("-number").first()


def is_committed(step: Step) -> bool:
    """Whether the batch stands in the database, asked when the answer to its commit was lost."""
    return Batch.objects.filter(number=step.number, token=step.token).exists()


def commit_step(step: Step, sink: EffectSink, now: datetime, archived: Callable[[], None]) -> None:
    """Write the batch, its files, its quarantine and its effects, all or nothing.

    `archived` returns when the batch's records stand in the archive; only then is it committed.
    """
    with transaction.atomic():
        batch = _batch_row(step, now)
        batch.save(force_insert=True)
        if step.gathered is not None and step.judged is not None:
            for part in step.gathered.parts:
                _save_file(part, now)
            _quarantine(step.number, step.gathered.parts, step.judged.held)
            _keep_late(step.number, step.judged.late)
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


def _batch_row(step: Step, now: datetime) -> Batch:
    previous = _last_batch()
    judged = step.judged
    quarantined = len(judged.held) if judged else 0
    duplicate = judged.duplicate if judged else 0
    records_in = judged.records_in if judged else 0
    metered = records_in - quarantined - duplicate
    return Batch(
        number=step.number,
        token=step.token,
        last_fact=step.last_fact,
        files=_files(step.gathered),
        records_in=records_in,
        metered=metered,
        duplicate=duplicate,
        quarantined=quarantined,
        crossings=len(step.crossings),
        total_in=(previous.total_in if previous else 0) + records_in,
        total_metered=(previous.total_metered if previous else 0) + metered,
        total_duplicate=(previous.total_duplicate if previous else 0) + duplicate,
        total_quarantined=(previous.total_quarantined if previous else 0) + quarantined,
        arrived_at=step.gathered.arrived_at if step.gathered else None,
        taken_at=step.taken_at,
        committed_at=now,
    )


def _files(gathered: Gathered | None) -> list[dict[str, object]]:
    if gathered is None:
        return []
    return [
        {"name": part.file.name, "digest": part.file.digest, "last_row": part.last_row}
        for part in gathered.parts
    ]


def _save_file(part: FilePart, now: datetime) -> None:
    UsageFile.objects.update_or_create(
        digest=part.file.digest,
        defaults={
            "name": part.file.name,
            "size": part.file.size,
            "rows_done": part.last_row,
            "finished": part.finished,
            "trouble": part.trouble,
            "arrived_at": part.file.arrived_at,
            "finished_at": now if part.finished else None,
        },
    )


def _quarantine(batch: int, parts: Sequence[FilePart], held: Sequence[Held]) -> None:
    if not held:
        return
    columns = "batch_id, file, row, reason, text"
    with connection.cursor() as cursor:
        with cursor.copy(f"COPY wanhao_usage_quarantinedrecord ({columns}) FROM STDIN") as copy:
            for one in held:
                name = parts[one.part].file.name
                copy.write_row((batch, name, one.row, one.reason, one.text.replace("\x00", "�")))
        for reason, records in Counter(one.reason.value for one in held).items():
            cursor.execute(
                f"INSERT INTO {QuarantineCount._meta.db_table} AS held (reason, records)"  # noqa: S608
                " VALUES (%s, %s)"
                " ON CONFLICT (reason) DO UPDATE SET records = held.records + excluded.records",
                [reason, records],
            )


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
    if step.judged is not None and step.judged.held:
        topics.append("quarantine")
    with connection.cursor() as cursor:
        for topic in topics:
            payload = json.dumps({"topic": topic, "number": step.number})
            cursor.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, payload])
