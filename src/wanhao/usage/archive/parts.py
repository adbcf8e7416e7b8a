"""The files of a part, in the order of number and start, and the index of who is in which."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wanhao.usage.archive.keys import encryption_for, open_parquet
from wanhao.usage.archive.layout import INDEX
from wanhao.usage.archive.rows import SCHEMA, SMALL
from wanhao.usage.durable import sync_file, sync_folder

ROW_GROUP = 1 << 14
"""So many records are read at least to find those of one number."""
SHARD_ROWS = 1 << 20
"""So many records are in one file at most: its footer is read in a millisecond."""
SYNCING = 2
"""Threads that force finished files to disk while others are written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """One file of a part: a stretch of numbers, from the first to the last."""

    path: Path
    first: int
    last: int
    rows: int


def shards_of(folder: Path) -> Sequence[Shard]:
    """The files of a part, in the order of their numbers; what was read once is remembered."""
    return _shards(folder)


class PartWriter:
    """Writes one part of one day, whose records come in the order of number and start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._waiting: list[pa.Table] = []
        self._waiting_rows = 0
        self._open: _OpenShard | None = None
        self._done: list[Shard] = []
        self._syncing = ThreadPoolExecutor(SYNCING, "syncing")
        self._synced: list[Future[None]] = []

    def add(self, table: pa.Table) -> None:
        """Take records that come behind those before."""
        self._waiting.append(table)
        self._waiting_rows += table.num_rows
        self._write(self._waiting_rows // ROW_GROUP * ROW_GROUP)

    def close(self) -> Sequence[Shard]:
        """Write the rest, and the index; then all of it is on disk."""
        self._write(self._waiting_rows)
        self._finish()
        for synced in self._synced:
            synced.result()
        self._syncing.shutdown()
        path = _index(self.folder)
        index = {
            "file": [one.path.name for one in self._done],
            **{
                name: pa.array([getattr(one, name) for one in self._done], pa.int64())
                for name in ("first", "last", "rows")
            },
        }
        pq.write_table(pa.table(index), path, encryption_properties=encryption_for(path.name))
        sync_file(path)
        sync_folder(self.folder)
        sync_folder(self.folder.parent)
        sync_folder(self.folder.parent.parent)
        return self._done

    def _write(self, rows: int) -> None:
        """Write so many of the waiting records, into files that do not grow too long."""
        if not rows:
            return
        waiting = pa.concat_tables(self._waiting)
        done = 0
        while done < rows:
            shard = self._open or self._begin()
            some = waiting.slice(done, min(rows - done, SHARD_ROWS - shard.rows))
            shard.add(some)
            done += some.num_rows
            if shard.rows >= SHARD_ROWS:
                self._finish()
        self._waiting, self._waiting_rows = [waiting.slice(rows)], waiting.num_rows - rows

    def _begin(self) -> "_OpenShard":
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{self.folder.name}-{len(self._done):05d}.parquet"
        self._open = _OpenShard(self.folder / name)
        return self._open

    def _finish(self) -> None:
        if self._open is not None:
            shard = self._open.close()
            self._done.append(shard)
            self._synced.append(self._syncing.submit(sync_file, shard.path))
            self._open = None


@dataclass(slots=True)
class _OpenShard:
    path: Path
    rows: int = 0
    first: int = 0
    last: int = 0
    writer: pq.ParquetWriter = field(init=False)

    def __post_init__(self) -> None:
        encryption = encryption_for(self.path.name)
        self.writer = pq.ParquetWriter(self.path, SCHEMA, encryption_properties=encryption, **SMALL)

    def add(self, table: pa.Table) -> None:
        if not self.rows:
            self.first = table["number"][0].as_py()
        self.last = table["number"][-1].as_py()
        self.writer.write_table(table, row_group_size=ROW_GROUP)
        self.rows += table.num_rows

    def close(self) -> Shard:
        self.writer.close()
        return Shard(path=self.path, first=self.first, last=self.last, rows=self.rows)


def _index(folder: Path) -> Path:
    return folder / f"{folder.name}-{INDEX}"


@lru_cache(maxsize=2048)
def _shards(folder: Path) -> tuple[Shard, ...]:
    with open_parquet(_index(folder)) as file:
        rows = file.read().to_pylist()
    return tuple(Shard(path=folder / row.pop("file"), **row) for row in rows)
