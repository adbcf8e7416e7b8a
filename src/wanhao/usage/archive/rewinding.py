"""After a database came back from an older backup: what it does not know leaves the archive.

The records of later batches become usage files, ready to be delivered again; what the older state
knows of them is recognised as usual.
"""

import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wanhao.usage.archive.compaction import Compaction, compacting
from wanhao.usage.archive.keys import open_parquet
from wanhao.usage.archive.layout import BATCHES, batch_number
from wanhao.usage.archive.manifest import Part
from wanhao.usage.archive.merging import Run
from wanhao.usage.archive.parts import shards_of
from wanhao.usage.archive.rows import BATCH, TEXT_ID
from wanhao.usage.durable import sync_file, sync_folder
from wanhao.usage.schema import CHARGE, COLUMNS, WORD

ONLY_OURS = stat.S_IRUSR | stat.S_IWUSR
_USAGE = pa.schema(
    [
        (name, pa.utf8() if kind == WORD or name == "record_id" else kind)
        for name, kind in (*COLUMNS.items(), (CHARGE, pa.int64()))
    ]
)


def rewind(archive: Path, last: int, folder: Path) -> int:
    """Take the records of all batches after `last` out of the archive and write them into usage
    files in `folder`, which only its owner may read; returns how many. Killed, it is simply done
    again."""
    with compacting(archive):
        work = Compaction(archive)
        folder.mkdir(mode=ONLY_OURS | stat.S_IXUSR, parents=True, exist_ok=True)
        later = [path for path in archive.glob(BATCHES) if batch_number(path) > last]
        taken = sum(_written(folder / path.name, _of_batch(path)) for path in later)
        old = [part for part in work.manifest.parts if part.last_batch > last]
        new: list[Part] = []
        for part in old:
            rows = _written(folder / f"{part.name}.parquet", _after(archive, part, last))
            taken += rows
            new += _rest(work, part, last, part.rows - rows)
        sync_folder(folder)
        through = min(work.manifest.through, last)
        work.switch(replace(work.manifest.exchanged(old, new), through=through, until=""))
        for path in later:
            path.unlink()
    return taken


def _rest(work: Compaction, part: Part, last: int, rows: int) -> list[Part]:
    """A part with the records of batches up to `last` alone, or none."""
    if not rows:
        return []
    runs = [Run.of_part(part.folder(work.archive), last)]
    return [
        replace(one, holds=part.holds) for one in work.written(runs, rows, (part.first_batch, last))
    ]


def _of_batch(path: Path) -> Iterator[pa.Table]:
    with open_parquet(path) as file:
        yield file.read()


def _after(archive: Path, part: Part, last: int) -> Iterator[pa.Table]:
    for shard in shards_of(part.folder(archive)):
        with open_parquet(shard.path) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group).filter(pc.field(BATCH) > last)


def _written(path: Path, tables: Iterator[pa.Table]) -> int:
    """A usage file of these records; none where there are none."""
    rows = 0
    writer: pq.ParquetWriter | None = None
    for table in tables:
        if table.num_rows:
            writer = writer or pq.ParquetWriter(_ours(path), _USAGE)
            writer.write_table(_as_delivered(table))
            rows += table.num_rows
    if writer is not None:
        writer.close()
        sync_file(path)
    return rows


def _ours(path: Path) -> Path:
    """An empty file that only its owner may read, as its records are not encrypted any more."""
    path.touch(ONLY_OURS)
    path.chmod(ONLY_OURS)
    return path


def _as_delivered(table: pa.Table) -> pa.Table:
    """Records as a usage file has them: the identity in one column, as text."""
    text = table[TEXT_ID].cast(pa.utf8())
    given = pc.fill_null(pc.not_equal(text, ""), False)
    columns = {"record_id": pc.if_else(given, text, table["record_id"].cast(pa.utf8()))}
    if CHARGE not in table.column_names:
        columns[CHARGE] = pa.nulls(table.num_rows, pa.int64())
    found = [columns[one.name] if one.name in columns else table[one.name] for one in _USAGE]
    return pa.table(
        [column.cast(one.type) for column, one in zip(found, _USAGE, strict=True)], schema=_USAGE
    )
