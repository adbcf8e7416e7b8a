"""Judging records of the quarantine again, in the meter: the same records, not new ones.

They are judged like any others, so one that was counted meanwhile is a duplicate. What is metered
or a duplicate now leaves the quarantine's figure with the batch that settles it.
"""

import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pyarrow as pa
from django.db import connection

from wanhao.usage.blocks import Unreadable
from wanhao.usage.intake import Gathered
from wanhao.usage.judging import Judged
from wanhao.usage.models import QuarantineCount, QuarantinedRecord, QuarantineStep
from wanhao.usage.quarantine_contracts import HeldState
from wanhao.usage.rows import typed_block
from wanhao.usage.schema import CHARGE, COLUMNS

AT_ONCE = 50_000
"""Records that are judged again in one batch."""
SETTLE = """
WITH found AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS found(id, state, reason)
), settled AS (
    UPDATE wanhao_usage_quarantinedrecord AS record
    SET state = found.state, reason = found.reason,
        settled_in_id = CASE WHEN found.state = 'held' THEN NULL ELSE %s::bigint END
    FROM found WHERE record.id = found.id
)
INSERT INTO {steps} (record_id, kind, reason, text, by, why, batch_id, at)
SELECT id, state, reason, '', '', '', %s, %s FROM found ORDER BY id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """Records that somebody asked to have judged again, in the order of `ids`."""

    ids: Sequence[int]
    reasons: Sequence[str]
    files: Sequence[str]
    gathered: Gathered


def asked_again(limit: int = AT_ONCE) -> Again | None:
    """The records that wait for it longest; None when none does."""
    waiting = QuarantinedRecord.objects.filter(state=HeldState.WAITING.value).order_by("id")
    rows = list(waiting.values_list("id", "reason", "file", "text", "mended")[:limit])
    if not rows:
        return None
    return Again(
        ids=[row[0] for row in rows],
        reasons=[row[1] for row in rows],
        files=sorted({row[2] for row in rows}),
        gathered=_gathered([mended or text for *_, text, mended in rows]),
    )


def fields_of(text: str) -> dict[str, str]:
    """A row by column, in the order of the columns; empty where it has not a field for each."""
    names = [*COLUMNS, CHARGE]
    try:
        values = next(csv.reader([text]), [])
    except csv.Error:
        return {}
    if len(values) not in (len(COLUMNS), len(names)):
        return {}
    return dict(zip(names, [*values, ""][: len(names)], strict=True))


def settle_again(batch: int, again: Again, judged: Judged, now: datetime) -> None:
    """Write down what became of each record, within the batch's own transaction."""
    states, reasons = _outcomes(again, judged)
    moved: Counter[str] = Counter()
    for before, state, after in zip(again.reasons, states, reasons, strict=True):
        moved[before] -= 1
        moved[after] += state == HeldState.HELD
    sql = SETTLE.format(steps=QuarantineStep._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(again.ids), states, reasons, batch, batch, now])
    count_held(moved)


def count_held(changes: Mapping[str, int]) -> None:
    """Change how many records are held for some reasons, in one order, so that nobody deadlocks."""
    table = QuarantineCount._meta.db_table
    with connection.cursor() as cursor:
        for reason, records in sorted(changes.items()):
            if records:
                cursor.execute(
                    f"INSERT INTO {table} AS held (reason, records) VALUES (%s, %s)"  # noqa: S608
                    " ON CONFLICT (reason) DO UPDATE SET records = held.records + excluded.records",
                    [reason, records],
                )


def _gathered(texts: Sequence[str]) -> Gathered:
    split = [fields_of(text) for text in texts]
    strange = [
        Unreadable(row=row, text=text)
        for row, (text, fields) in enumerate(zip(texts, split, strict=True), start=1)
        if not fields
    ]
    columns = {
        name: pa.array([fields[name] for fields in split if fields], pa.utf8())
        for name in (*COLUMNS, CHARGE)
    }
    block = typed_block(pa.RecordBatch.from_pydict(columns), strange, 0)
    return Gathered(
        block=block,
        part=np.zeros(len(block), np.int64),
        parts=(),
        unreadable=[(0, row) for row in block.unreadable],
    )


def _outcomes(again: Again, judged: Judged) -> tuple[list[str], list[str]]:
    """State and reason of each record now; what is neither held nor metered is a duplicate."""
    states = [HeldState.DUPLICATE.value] * len(again.ids)
    reasons = list(again.reasons)
    for held in judged.held:
        states[held.row - 1], reasons[held.row - 1] = HeldState.HELD.value, held.reason.value
    if judged.metered is not None:
        for row in judged.metered.row.tolist():
            states[row - 1] = HeldState.METERED.value
    return states, reasons
