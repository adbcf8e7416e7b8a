"""Who is in the province: one Parquet file with a row per line, a month half gone behind it.

Each line is a group and an account of its own, which is the most that so many lines can need. The
numbers are spread over blocks of which four fifths are given out.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.province.scale import Int64, uniform
from bench.world import FIRST, PLANS

CHUNK = 1_000_000
AT_ONCE = 250_000
SPENDABLE = 50_000
STRIDE = 15_485_863
"""A prime: with it, lines that follow each other have numbers far from each other."""
SERVICES = ("voice", "message", "data")
_HEAVY, _USED, _PREPAID = 2, 5, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """Some lines: id (of group and account), number, place of the plan in `PLANS`, allowance and
    use so far by service in kernel units, prepaid or not."""

    ids: Int64
    number: Int64
    plan: Int64
    allowance: Int64
    used: Int64
    prepaid: Int64


def span(count: int) -> int:
    """So many numbers are spread over by so many lines."""
    return count + count // 4 + 1


def numbers_of(ids: Int64, count: int) -> Int64:
    """The number of each of `count` lines, no number twice."""
    return FIRST + ids * STRIDE % span(count)


def lines(first: int, last: int, count: int) -> Lines:
    """The lines from `first` to `last` of `count`: most have used up to 60 % of an allowance, a
    fifth anything up to 120 %."""
    ids = np.arange(first, last + 1)
    plan = ids % len(PLANS)
    cells = ids[:, None] * 3 + np.arange(3)
    most = np.where(uniform(cells, _HEAVY) < 0.2, 1.2, 0.6)
    allowance = PLANS[plan]
    return Lines(
        ids=ids,
        number=numbers_of(ids, count),
        plan=plan,
        allowance=allowance,
        used=(allowance * most * uniform(cells, _USED)).astype(np.int64),
        prepaid=(uniform(ids, _PREPAID) < 0.3).astype(np.int64),
    )


def write_facts(path: Path, count: int) -> Path:
    """Write the file unless it is there, a row group per million lines."""
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".tmp")
    writer = None
    for first in range(1, count + 1, CHUNK):
        table = table_of(lines(first, min(first + CHUNK - 1, count), count))
        writer = writer or pq.ParquetWriter(unfinished, table.schema, compression="zstd")
        writer.write_table(table)
    assert writer is not None
    writer.close()
    unfinished.rename(path)
    return path


def table_of(chosen: Lines) -> pa.Table:
    """Some lines as a facts file has them."""
    columns = {name: getattr(chosen, name) for name in ("number", "plan", "prepaid")}
    for place, service in enumerate(SERVICES):
        columns[f"{service}_allowance"] = chosen.allowance[:, place]
        columns[f"{service}_used"] = chosen.used[:, place]
    return pa.table({"id": chosen.ids, **columns})


def read_facts(path: Path) -> Iterator[Lines]:
    """The lines of a file, some at a time."""
    for batch in pq.ParquetFile(path).iter_batches(AT_ONCE):
        column = {name: batch[name].to_numpy() for name in batch.schema.names}
        by_service = {
            what: np.column_stack([column[f"{name}_{what}"] for name in SERVICES])
            for what in ("allowance", "used")
        }
        plain = {name: column[name] for name in ("number", "plan", "prepaid")}
        yield Lines(ids=column["id"], **plain, **by_service)
