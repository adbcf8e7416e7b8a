"""Archived records as tables: a block of records written down, and read back as it was."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wanhao.metering.columns import in_order
from wanhao.usage.blocks import Block, Int64, Words, block_of
from wanhao.usage.schema import CHARGE, COLUMNS, LONGEST_ID, UNCHARGED, WORD

TEXT_ID, BATCH = "text_id", "batch"
WORDS: Sequence[str] = [name for name, kind in COLUMNS.items() if kind == WORD]
SCHEMA = pa.schema(
    [
        *(pa.field(name, kind, nullable=False) for name, kind in COLUMNS.items()),
        pa.field(CHARGE, pa.int64()),
        pa.field(TEXT_ID, pa.binary()),
        pa.field(BATCH, pa.int64(), nullable=False),
    ]
)
"""What a compacted file holds; the file of a batch needs no number, and may do without charges.
Where nothing may be missing, nothing is written down of what is missing."""
SMALL: dict[str, Any] = {
    "compression": {TEXT_ID: "lz4"},
    "use_dictionary": [*WORDS],
    "column_encoding": dict.fromkeys(
        ("record_id", "number", "start", "quantity", "sign", CHARGE, BATCH), "DELTA_BINARY_PACKED"
    ),
    "write_statistics": ["number"],
}
"""How records are written: differences and few distinct words take a quarter of the room, are
written in half the time that zstd takes, and read in a third. Packing those with lz4 too would
save a hundredth of the room for a tenth of the time."""
WIDEST_SPAN = 1 << 28
"""Seconds; a number and a time within it fit one 64-bit key."""


def sorted_table(block: Block) -> pa.Table:
    """A block as a table, sorted by number and start."""
    records = block.records
    order = _order(records.number, records.start)
    columns: dict[str, Any] = {"record_id": block.id, "number": records.number}
    columns |= {name: getattr(records, name) for name in ("start", "quantity", "sign")}
    table = {name: pa.array(taken(column, order)) for name, column in columns.items()}
    table |= {name: _words(getattr(block, name), order) for name in WORDS}
    if records.priced is not None:
        priced = records.priced[order]
        table[CHARGE] = pa.array(priced, mask=priced == UNCHARGED)
    table[TEXT_ID] = pa.nulls(len(block), pa.binary())
    if block.text_id is not None:
        table[TEXT_ID] = pa.array(block.text_id[order].tolist(), pa.binary())
    fields = [field for field in SCHEMA if field.name in table]
    return pa.table([table[field.name] for field in fields], schema=pa.schema(fields))


def block_from(table: pa.Table) -> Block:
    """The records of a table, as they were counted; rows are numbered from 1."""
    table = table.combine_chunks()
    present = [*COLUMNS, *([CHARGE] if CHARGE in table.column_names else [])]
    columns = {name: _one(table[name]) for name in present}
    for name in WORDS:
        if not pa.types.is_dictionary(columns[name].type):
            columns[name] = columns[name].dictionary_encode()
    if CHARGE in columns:
        if columns[CHARGE].null_count == len(table):
            del columns[CHARGE]
        else:
            columns[CHARGE] = columns[CHARGE].fill_null(UNCHARGED)
    text = _one(table[TEXT_ID])
    text_id = None
    if text.null_count < len(text):
        text_id = np.array(text.fill_null(b"").to_pylist(), dtype=f"S{LONGEST_ID}")
    row = np.arange(1, table.num_rows + 1)
    return block_of(columns, row, table.num_rows, text_id)


def as_compacted(table: pa.Table, batch: int | None) -> pa.Table:
    """Records as compacted files hold them; those of a batch's own file get its number."""
    if CHARGE not in table.column_names:
        table = table.append_column(CHARGE, pa.nulls(table.num_rows, pa.int64()))
    if batch is not None:
        numbers = np.full(table.num_rows, batch, np.int64)
        table = table.append_column(BATCH, pa.array(numbers))
    table = table.select(SCHEMA.names)
    return table if table.schema.equals(SCHEMA) else table.cast(SCHEMA)


def taken(column: NDArray[Any], order: Int64) -> NDArray[Any]:
    """The rows of a column in an order, which names no others: numpy need not look."""
    return column.take(order, mode="clip")


def _order(number: Int64, start: Int64) -> Int64:
    """Rows by number and start; two open cycles are far shorter than the widest span."""
    since: Int64 = np.minimum(start - start.min(), WIDEST_SPAN - 1)
    span = int(since.max()) + 1
    key = (number - number.min()) * span + since
    return in_order(key, int(key.max()) + 1)


def _words(words: Words, order: Int64) -> pa.Array:
    codes = pa.array(taken(words.code.astype(np.int32, copy=False), order))
    return pa.DictionaryArray.from_arrays(codes, pa.array(words.names, pa.utf8()))


def _one(column: pa.ChunkedArray) -> pa.Array:
    combined = column.combine_chunks()
    return combined.chunk(0) if isinstance(combined, pa.ChunkedArray) else combined
