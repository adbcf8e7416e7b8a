"""The detail archive (详单): one Parquet file per batch, sorted by line, written before the commit.

A file belongs to its batch by number and token; one whose batch never committed is removed.
"""

import os
import uuid
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from wanhao.metering.numbering import LOWEST
from wanhao.usage.blocks import Block, Int64, block_of
from wanhao.usage.schema import CHARGE, COLUMNS, UNCHARGED, WORD, columns_among
from wanhao.values.errors import WanhaoError

ROW_GROUP = 1 << 14
"""So many records are read at least to find those of one number."""
WIDEST_SPAN = 1 << 28
"""Seconds; a number and a time within it fit one 64-bit key."""


def archive_path(folder: Path, number: int, token: uuid.UUID) -> Path:
    """Where the records of a batch are kept."""
    return folder / f"batch-{number:012d}-{token.hex[:12]}.parquet"


def write_archive(path: Path, block: Block) -> None:
    """Write the metered records of a batch, sorted by number and time, durably or not at all."""
    records = block.records
    order = np.argsort((records.number - LOWEST) * WIDEST_SPAN + _within_span(records.start))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    pq.write_table(
        _table(block.take(order)),
        unfinished,
        compression="zstd",
        compression_level=1,
        row_group_size=ROW_GROUP,
        use_dictionary=[name for name, kind in COLUMNS.items() if kind == WORD],
        write_statistics=["number", "start"],
    )
    with unfinished.open("rb") as handle:
        os.fsync(handle.fileno())
    unfinished.rename(path)
    sync_folder(path.parent)


def _within_span(start: Int64) -> Int64:
    """Times since the first, for a sort key; two open cycles are far shorter than the span."""
    since: Int64 = np.minimum(start - start.min(), WIDEST_SPAN - 1)
    return since


def read_archive(path: Path) -> Block:
    """The records of one batch, as they were counted."""
    present = columns_among(pq.read_schema(path).names)
    table = pq.read_table(path, columns=[*present, "text_id"]).combine_chunks()
    columns = {name: _one(table[name]) for name in present}
    words = {
        name: column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
        for name, column in columns.items()
        if COLUMNS.get(name) == WORD
    }
    if CHARGE in columns:
        columns[CHARGE] = columns[CHARGE].fill_null(UNCHARGED)
    text = _one(table["text_id"])
    text_id = None
    if text.null_count < len(text):
        text_id = np.array(text.fill_null(b"").to_pylist(), dtype="S32")
    row = np.arange(1, table.num_rows + 1)
    return block_of({**columns, **words}, row, table.num_rows, text_id)


def doubtful(folder: Path, last: int) -> list[Path]:
    """The files that may belong to no committed batch: unfinished ones, those that share a number,
    and those from the last committed batch on.

    WanhaoError where the folder holds batches far above the last: then the database is not the one
    that counted them.
    """
    found: dict[int, list[Path]] = defaultdict(list)
    for path in folder.glob("batch-*.parquet"):
        found[batch_number(path)].append(path)
    newest = max(found, default=0)
    if newest > last + 1:
        raise WanhaoError(
            f"The archive holds batch {newest}; the last one of this database is {last}.",
            "Set DATABASE_URL to the database that counted it. If this one came from a backup, move"
            f" the files above batch {last} out of {folder} and deliver their records again.",
        )
    shared = [path for n, paths in found.items() if n >= last or len(paths) > 1 for path in paths]
    return [*folder.glob(".batch-*.tmp"), *shared]


def batch_number(path: Path) -> int:
    """The number of the batch a file was written for."""
    return int(path.name.removeprefix(".").split("-")[1])


def _table(block: Block) -> pa.Table:
    records = block.records
    text = pa.nulls(len(block), pa.binary())
    if block.text_id is not None:
        text = pa.array(block.text_id.tolist(), pa.binary())
    words = {name: _dictionary(block, name) for name in ("source", "service", "zone")}
    plain = {
        "record_id": block.id,
        "number": records.number,
        "start": records.start,
        "quantity": records.quantity,
        "sign": records.sign,
    }
    columns = {name: words.get(name, plain.get(name)) for name in COLUMNS}
    if records.priced is not None:
        columns[CHARGE] = pa.array(records.priced, mask=records.priced == UNCHARGED)
    return pa.table({**columns, "text_id": text})


def _dictionary(block: Block, name: str) -> pa.Array:
    words = getattr(block, name)
    return pa.DictionaryArray.from_arrays(
        pa.array(words.code.astype(np.int32)), pa.array(words.names, pa.utf8())
    )


def _one(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined


def sync_folder(folder: Path) -> None:
    """Force to disk which files a folder holds."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
