"""Reading usage files: CSV and Parquet, plain, gzip or zstd, block by block.

A clean file is read with typed columns. A CSV file in which a row does not fit is read again as
text from that block on, so that each bad row can be told apart; the good ones are not lost.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from wanhao.usage.blocks import Block, Unreadable, block_of
from wanhao.usage.rows import has_plain_identities, only_unreadable, typed_block
from wanhao.usage.schema import COLUMNS
from wanhao.values.errors import WanhaoError

CSV_BLOCK = 16 << 20
PARQUET_ROWS = 250_000
_COMPRESSION = {".gz": "gzip", ".zst": "zstd"}
_ENDINGS = (".csv", ".csv.gz", ".csv.zst", ".parquet")


class UnreadableFileError(WanhaoError):
    """A file, or the rest of it, cannot be read at all."""


def is_usage_file(path: Path) -> bool:
    """Whether the name says that this is a finished usage file (a leading dot means: not yet)."""
    return not path.name.startswith(".") and path.name.endswith(_ENDINGS)


def shown_name(path: Path) -> str:
    """A file's name as it can be written down; letters that are no UTF-8 become question marks."""
    return path.name.encode("utf8", "replace").decode("utf8")


def read_blocks(path: Path, skip: int = 0) -> Iterator[Block]:
    """The file's records after its first `skip` rows, in order. UnreadableFileError may come at
    any block; what came before it stands."""
    try:
        if path.suffix == ".parquet":
            yield from _parquet(path, skip)
        else:
            yield from _csv(path, skip)
    except (pa.ArrowException, OSError, EOFError, ValueError, KeyError) as error:
        raise UnreadableFileError(
            f"{shown_name(path)} cannot be read: {_first_line(error)}.",
            "Deliver it again whole; rows already counted will be recognised.",
        ) from error


def _csv(path: Path, skip: int) -> Iterator[Block]:
    done = 0
    try:
        for batch in _open_typed(path):
            columns = _plain_columns(batch)
            if not has_plain_identities(columns):
                break
            row = np.arange(done + 1, done + batch.num_rows + 1)
            done += batch.num_rows
            if done > skip:
                block = block_of(columns, row, done)
                yield block if row[0] > skip else block.take(row > skip)
        else:
            return
    except pa.ArrowInvalid as error:
        if _is_truncated(error):
            raise
    yield from _csv_as_text(path, max(skip, done))


def _open_typed(path: Path) -> pcsv.CSVStreamingReader:
    return pcsv.open_csv(
        _stream(path),
        read_options=pcsv.ReadOptions(block_size=CSV_BLOCK),
        convert_options=pcsv.ConvertOptions(
            column_types=dict(COLUMNS),
            include_columns=list(COLUMNS),
            null_values=[],
            strings_can_be_null=False,
        ),
    )


def _csv_as_text(path: Path, skip: int) -> Iterator[Block]:
    """Bytes are taken as Latin-1, where every byte is a letter: no row is lost for its letters."""
    strange: list[Unreadable] = []

    def note(row: pcsv.InvalidRow) -> str:
        strange.append(Unreadable(row=row.number - 1, text=row.text))
        return "skip"

    reader = pcsv.open_csv(
        _stream(path),
        read_options=pcsv.ReadOptions(block_size=CSV_BLOCK, use_threads=False, encoding="latin-1"),
        parse_options=pcsv.ParseOptions(invalid_row_handler=note),
        convert_options=pcsv.ConvertOptions(
            column_types=dict.fromkeys(COLUMNS, pa.utf8()),
            include_columns=list(COLUMNS),
            strings_can_be_null=False,
        ),
    )
    done = 0
    for batch in reader:
        block = typed_block(batch, strange, done)
        done = block.last_row
        strange = [row for row in strange if row.row > done]
        if done > skip:
            yield _after(block, skip)
    if strange:
        yield _after(only_unreadable(strange), skip)


def _after(block: Block, skip: int) -> Block:
    """The block without the rows that were counted before."""
    if skip == 0:
        return block
    kept = block.take(block.row > skip)
    unreadable = tuple(row for row in block.unreadable if row.row > skip)
    names = {name: getattr(kept, name) for name in Block.__dataclass_fields__}
    return Block(**{**names, "unreadable": unreadable})


def _parquet(path: Path, skip: int) -> Iterator[Block]:
    file = pq.ParquetFile(path)
    missing = [name for name in COLUMNS if name not in file.schema_arrow.names]
    if missing:
        raise UnreadableFileError(
            f"{shown_name(path)} has no column {', '.join(missing)}.",
            f"The columns are {', '.join(COLUMNS)}.",
        )
    done = 0
    for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=list(COLUMNS)):
        done += batch.num_rows
        if done <= skip:
            continue
        block = _parquet_block(batch, done - batch.num_rows)
        yield _after(block, skip)


def _parquet_block(batch: pa.RecordBatch, done: int) -> Block:
    typed = {}
    for name, wanted in COLUMNS.items():
        column = batch.column(name)
        try:
            fits = column.null_count == 0 and not pa.types.is_floating(column.type)
            typed[name] = column.cast(wanted) if fits else None
        except pa.ArrowException:
            typed[name] = None
    if all(column is not None for column in typed.values()) and has_plain_identities(typed):
        row = np.arange(done + 1, done + batch.num_rows + 1)
        return block_of(typed, row, done + batch.num_rows)
    as_text = [batch.column(name).cast(pa.utf8()).fill_null("") for name in COLUMNS]
    return typed_block(pa.RecordBatch.from_arrays(as_text, names=list(COLUMNS)), [], done)


def _plain_columns(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    return {name: batch.column(name) for name in COLUMNS}


def _stream(path: Path) -> pa.NativeFile:
    return pa.input_stream(str(path), compression=_COMPRESSION.get(path.suffix))


def _is_truncated(error: Exception) -> bool:
    return "runcated" in str(error)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
