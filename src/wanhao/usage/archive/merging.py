"""Merging sorted runs of records into parts of days, a stretch of numbers at a time.

However many records there are, only a few stretches and a row group of each run are in memory.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanhao.metering.columns import in_order
from wanhao.usage.archive.keys import open_parquet
from wanhao.usage.archive.parts import PartWriter, Shard, shards_of
from wanhao.usage.archive.rows import BATCH, as_compacted, taken
from wanhao.usage.blocks import Int64

STRETCH_ROWS = 1 << 19
"""About so many records are sorted at once, in some hundred megabytes with those being written."""
AHEAD = 4
"""So many stretches are read or sorted before they are written: each takes its own time."""
DAY_SECONDS = 86_400
EAST = 8 * 3600
"""Asia/Shanghai is ahead of UTC by so many seconds all year."""
Days = Sequence[tuple[int, pa.Table]]
"""The records of some days, each day counted since 1970."""


class Run:
    """Records sorted by number and start: the file of a batch, or the shards of a part."""

    def __init__(
        self, paths: Sequence[Path], batch: int | None = None, last: int | None = None
    ) -> None:
        self._batch, self._last = batch, last
        self._paths = list(paths)
        self._file: pq.ParquetFile | None = None
        self._group = 0
        self._ahead: pa.Table | None = None
        self.weights: list[tuple[int, int]] = []

    @classmethod
    def of_batch(cls, path: Path, batch: int) -> "Run":
        """The records of a batch; a file that is short is read at once and closed."""
        run = cls([], batch)
        file = open_parquet(path)
        run.weights = _weights(file)
        if file.num_row_groups == 1:
            run._ahead = run._rows(file.read())
            file.close()
        else:
            run._file = file
        return run

    @classmethod
    def of_part(cls, folder: Path, last: int | None = None) -> "Run":
        """The records of a part, or those of its batches up to one."""
        shards = shards_of(folder)
        run = cls([shard.path for shard in shards], last=last)
        run.weights = [(shard.last, shard.rows) for shard in shards]
        return run

    @classmethod
    def of_table(cls, table: pa.Table) -> "Run":
        """Records that are in memory already, sorted here."""
        run = cls([])
        run._ahead = table.sort_by([("number", "ascending"), ("start", "ascending")])
        run.weights = [(run._ahead["number"][-1].as_py(), table.num_rows)]
        return run

    def until(self, bound: int) -> Iterator[pa.Table]:
        """The next records, up to a number."""
        while (table := self._next()) is not None:
            inside = int(np.searchsorted(table["number"].to_numpy(), bound, side="right"))
            if inside:
                yield table.slice(0, inside)
            if inside < table.num_rows:
                self._ahead = table.slice(inside)
                return

    def close(self) -> None:
        """Let the file go that is being read."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _next(self) -> pa.Table | None:
        if self._ahead is not None:
            table, self._ahead = self._ahead, None
            return table
        while self._file is None or self._group == self._file.num_row_groups:
            self.close()
            if not self._paths:
                return None
            self._file, self._group = open_parquet(self._paths.pop(0)), 0
        table = self._rows(self._file.read_row_group(self._group, use_threads=False))
        self._group += 1
        return table

    def _rows(self, table: pa.Table) -> pa.Table:
        table = as_compacted(table, self._batch)
        if self._last is not None:
            table = table.filter(pc.field(BATCH) <= self._last)
        return table.combine_chunks()


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """The part that was written of a day (its number since 1970), and how many records it has."""

    day: int
    folder: Path
    shards: Sequence[Shard]

    @property
    def rows(self) -> int:
        """Records in all its files."""
        return sum(shard.rows for shard in self.shards)


def merge(runs: Sequence[Run], place: Callable[[int], Path]) -> list[Written]:
    """Write the records of sorted runs as one part for each day, where `place` says for a day.

    Records of the same number and second stay in the order of the runs.
    """
    writers: dict[int, PartWriter] = {}
    try:
        with closing(_stretches(runs)) as stretches:
            for day, table in chain.from_iterable(stretches):
                if day not in writers:
                    writers[day] = PartWriter(place(day))
                writers[day].add(table)
    finally:
        for run in runs:
            run.close()
    return [
        Written(day=day, folder=writer.folder, shards=writer.close())
        for day, writer in sorted(writers.items())
    ]


def _stretches(runs: Sequence[Run]) -> Generator[Days]:
    """The records, one stretch after the other; while one is written, the next is sorted and the
    one behind that is read."""

    def read(bound: int) -> Sequence[pa.Table]:
        return [table for run in runs for table in run.until(bound)]

    def sort(pieces: Future[Sequence[pa.Table]]) -> Days:
        return _by_day(pieces.result())

    ahead: deque[Future[Days]] = deque()
    with ThreadPoolExecutor(1) as reading, ThreadPoolExecutor(1) as sorting:
        for bound in _bounds(runs):
            ahead.append(sorting.submit(sort, reading.submit(read, bound)))
            if len(ahead) > AHEAD:
                yield ahead.popleft().result()
        yield from (each.result() for each in ahead)


def _weights(file: pq.ParquetFile) -> list[tuple[int, int]]:
    """The last number of each row group, and how many records there are."""
    groups = map(file.metadata.row_group, range(file.num_row_groups))
    place = file.schema_arrow.get_field_index("number")
    return [(group.column(place).statistics.max, group.num_rows) for group in groups]


def _bounds(runs: Sequence[Run]) -> list[int]:
    """Numbers that cut all records into stretches of about the same length."""
    weights = sorted(pair for run in runs for pair in run.weights)
    if not weights:
        return []
    last = np.array([pair[0] for pair in weights])
    stretch = np.cumsum([pair[1] for pair in weights]) // STRETCH_ROWS
    ends = np.flatnonzero(np.append(stretch[1:] != stretch[:-1], True))
    found: list[int] = np.unique(last[ends]).tolist()
    return found


def _by_day(pieces: Sequence[pa.Table]) -> Days:
    """The records of a stretch, sorted by day, number and start."""
    if not pieces:
        return []
    table = pa.concat_tables(pieces).unify_dictionaries()
    start = table["start"].to_numpy()
    order = _order(table["number"].to_numpy(), start)
    table = _in_order(table, order)
    day = (taken(start, order) + EAST) // DAY_SECONDS
    begins = np.flatnonzero(np.append(True, day[1:] != day[:-1])).tolist()
    return [
        (int(day[begin]), table.slice(begin, end - begin))
        for begin, end in pairwise([*begins, len(day)])
    ]


def _in_order(table: pa.Table, order: Int64) -> pa.Table:
    """Rows in another order, column by column, so that less memory is touched at once."""
    columns = [_ordered(table[name], order) for name in table.column_names]
    return pa.table(columns, schema=table.schema)


def _ordered(column: pa.ChunkedArray, order: Int64) -> pa.Array:
    if column.null_count == len(column):
        return pa.nulls(len(column), column.type)
    if column.null_count:
        return column.combine_chunks().take(pa.array(order))
    if pa.types.is_integer(column.type):
        return pa.array(taken(column.to_numpy(), order))
    if pa.types.is_dictionary(column.type):
        codes = np.concatenate([chunk.indices.to_numpy() for chunk in column.chunks])
        return pa.DictionaryArray.from_arrays(
            pa.array(taken(codes, order)), column.chunk(0).dictionary, safe=False
        )
    return column.combine_chunks().take(pa.array(order))


def _order(number: Int64, start: Int64) -> Int64:
    """Rows by the day, then the number, then the second."""
    since = start - (int(start.min()) + EAST) // DAY_SECONDS * DAY_SECONDS + EAST
    numbers = number - number.min()
    day = since // DAY_SECONDS
    span = (int(numbers.max()) + 1) * DAY_SECONDS
    key = numbers * DAY_SECONDS
    key += since
    key += day * (span - DAY_SECONDS)
    return in_order(key, (int(day.max()) + 1) * span)
