"""Finding the records of a few numbers: only row groups are read that may hold one of them."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanhao.metering.columns import I64
from wanhao.usage.archive.keys import open_parquet
from wanhao.usage.archive.parts import shards_of
from wanhao.usage.archive.rows import SCHEMA, as_compacted

AT_ONCE = 4
"""Files that are read side by side; most of it happens outside Python."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records are looked for: of these numbers (sorted), begun at `first` or later and before
    `end` (epoch seconds), of one batch or of any."""

    numbers: I64
    first: int | None = None
    end: int | None = None
    batch: int | None = None

    @classmethod
    def of(cls, numbers: Iterable[int], **limits: int | None) -> "Wanted":
        """For any collection of numbers."""
        return cls(numbers=np.array(sorted(set(numbers)), np.int64), **limits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A file that may hold such records; `batch` where it is the file of one."""

    path: Path
    batch: int | None = None


def places_in(part: Path, wanted: Wanted) -> list[Place]:
    """The shards of a part that may hold one of the numbers."""
    shards = shards_of(part)
    first = np.array([shard.first for shard in shards])
    last = np.array([shard.last for shard in shards])
    return [Place(path=shards[place].path) for place in _touched(first, last, wanted.numbers)]


def look_up(places: Sequence[Place], wanted: Wanted) -> pa.Table:
    """What is found in these files, in no order. FileNotFoundError where one is gone."""
    if not places or not len(wanted.numbers):
        return SCHEMA.empty_table()
    if len(places) == 1:
        return _found(places[0], wanted)
    with ThreadPoolExecutor(max_workers=AT_ONCE) as beside:
        tables = [*beside.map(lambda place: _found(place, wanted), places)]
    return pa.concat_tables([table for table in tables if table.num_rows] or tables[:1])


def _found(place: Place, wanted: Wanted) -> pa.Table:
    with open_parquet(place.path) as file:
        groups = _groups(file, wanted.numbers)
        if not groups:
            return SCHEMA.empty_table()
        column = file.read_row_groups(groups, columns=["number"], use_threads=False)["number"]
        known = np.isin(column.to_numpy(), wanted.numbers)
        if not known.any():
            return SCHEMA.empty_table()
        table = file.read_row_groups(groups, use_threads=False)
    table = as_compacted(table.filter(pa.array(known)), place.batch)
    limits = _limits(wanted)
    return table if limits is None else table.filter(limits)


def _limits(wanted: Wanted) -> pc.Expression | None:
    """What is asked for besides the numbers."""
    start, batch, limits = pc.field("start"), pc.field("batch"), []
    if wanted.first is not None:
        limits.append(start >= wanted.first)
    if wanted.end is not None:
        limits.append(start < wanted.end)
    if wanted.batch is not None:
        limits.append(batch == wanted.batch)
    found = None
    for limit in limits:
        found = limit if found is None else found & limit
    return found


def _groups(file: pq.ParquetFile, numbers: I64) -> list[int]:
    metadata, column = file.metadata, SCHEMA.get_field_index("number")
    found = [
        metadata.row_group(group).column(column).statistics for group in range(file.num_row_groups)
    ]
    first = np.array([statistics.min for statistics in found])
    last = np.array([statistics.max for statistics in found])
    return _touched(first, last, numbers)


def _touched(first: I64, last: I64, numbers: I64) -> list[int]:
    """Which stretches, each from its first number to its last, hold or may hold a number."""
    inside = np.searchsorted(numbers, last, side="right") > np.searchsorted(numbers, first)
    touched: list[int] = np.flatnonzero(inside).tolist()
    return touched
