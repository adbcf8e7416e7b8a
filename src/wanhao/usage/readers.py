"""Reading usage files: CSV and Parquet, plain, gzip or zstd, block by block.

A clean file is read with typed columns. A CSV file in which a row does not fit is read again as
text from that block on, so that each bad row can be told apart; the good ones are not lost.
"""

import codecs
import csv
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from wanhao.usage.blocks import Block, Unreadable, block_of
from wanhao.usage.rows import (
    LONGEST_TEXT,
    has_plain_identities,
    only_unreadable,
    typed_block,
)
from wanhao.usage.schema import CHARGE, COLUMNS, TYPES, UNCHARGED, columns_among
from wanhao.values.errors import WanhaoError

log = logging.getLogger(__name__)
CSV_BLOCK = 16 << 20
BLOCKS = pa.system_memory_pool()
"""Arrow's own pool gives large pieces back to the system, and takes them anew for each block."""
LONGEST_HEADER = 1 << 16
MOST_STRANGE = 200_000
"""Rows without a field for each column that are held before the file is given up."""
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


def read_blocks(path: Path, skip: int = 0, most: int | None = None) -> Iterator[Block]:
    """The file's records after its first `skip` rows, in order. UnreadableFileError may come at
    any block; what came before it stands. `most` octets may be taken by what is read together."""
    try:
        if path.suffix == ".parquet":
            yield from _parquet(path, skip, most)
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
        log.info("%s is read as text: %s", shown_name(path), _first_line(error))
    yield from _csv_as_text(path, max(skip, done))


def _open_typed(path: Path) -> pcsv.CSVStreamingReader:
    present = columns_among(_header(path)[0])
    return pcsv.open_csv(
        _stream(path),
        read_options=pcsv.ReadOptions(block_size=CSV_BLOCK),
        convert_options=pcsv.ConvertOptions(
            column_types={name: TYPES[name] for name in present},
            include_columns=present,
            null_values=[],
            strings_can_be_null=False,
        ),
        memory_pool=BLOCKS,
    )


def _csv_as_text(path: Path, skip: int) -> Iterator[Block]:
    """A quote that is never closed would swallow the rows behind it: from there on, quotes count
    only where they stand around a whole field."""
    done = 0
    for block in _text_blocks(path, quoting=True):
        if _has_swallowed_rows(block):
            break
        done = block.last_row
        if done > skip:
            yield _after(block, skip)
    else:
        return
    done = max(skip, done)
    for block in _text_blocks(path, quoting=False):
        if block.last_row > done:
            yield _after(block, done)


def _text_blocks(path: Path, *, quoting: bool) -> Iterator[Block]:
    """Bytes are taken as Latin-1, where every byte is a letter: no row is lost for its letters.

    UnreadableFileError after too many strange rows, so that no heap of them fills the memory.
    """
    strange: list[Unreadable] = []
    given_up = False
    names, lines = _header(path)

    def note(row: pcsv.InvalidRow) -> str:
        nonlocal given_up
        strange.append(Unreadable(row=row.number - lines, text=row.text[:LONGEST_TEXT]))
        given_up = len(strange) >= MOST_STRANGE
        return "error" if given_up else "skip"

    done = 0
    try:
        for batch in _open_text(path, names, lines, note, '"' if quoting else False):
            block = typed_block(batch if quoting else _unquoted(batch), strange, done)
            done = block.last_row
            strange = [row for row in strange if row.row > done]
            yield block
    except pa.ArrowInvalid:
        if not given_up:
            raise
        if strange:
            yield only_unreadable(strange, done)
        raise UnreadableFileError(
            f"{shown_name(path)} has {MOST_STRANGE} rows in a row that do not fit its header.",
            "Deliver a file whose rows have the columns that its first line names.",
        ) from None
    if strange:
        yield only_unreadable(strange, done)


def _open_text(
    path: Path,
    names: list[str],
    lines: int,
    note: Callable[[pcsv.InvalidRow], str],
    quote: str | bool,
) -> pcsv.CSVStreamingReader:
    return pcsv.open_csv(
        _stream(path),
        read_options=pcsv.ReadOptions(
            block_size=CSV_BLOCK,
            use_threads=False,
            encoding="latin-1",
            column_names=names,
            skip_rows=lines,
        ),
        parse_options=pcsv.ParseOptions(invalid_row_handler=note, quote_char=quote),
        convert_options=pcsv.ConvertOptions(
            column_types=dict.fromkeys(TYPES, pa.utf8()),
            include_columns=columns_among(names),
            strings_can_be_null=False,
        ),
    )


def _header(path: Path) -> tuple[list[str], int]:
    """The names of the columns, and how many lines stand before the first record."""
    with _stream(path) as stream:
        start = stream.read(LONGEST_HEADER).removeprefix(codecs.BOM_UTF8)
    lines = start.decode("latin-1").splitlines()
    empty = next((number for number, line in enumerate(lines) if line), 0)
    return next(csv.reader(lines[empty : empty + 1]), []), empty + 1


def _unquoted(batch: pa.RecordBatch) -> pa.RecordBatch:
    names = batch.schema.names
    bare = [pc.replace_substring_regex(batch.column(n), '^"(.*)"$', "\\1") for n in names]
    return pa.RecordBatch.from_arrays(bare, names=names)


def _has_swallowed_rows(block: Block) -> bool:
    texts = [row.text for row in block.unreadable]
    return any("\n" in text for text in (*texts, *block.service.names, *block.zone.names))


def _after(block: Block, skip: int) -> Block:
    """The block without the rows that were counted before."""
    if skip == 0:
        return block
    kept = block.take(block.row > skip)
    unreadable = tuple(row for row in block.unreadable if row.row > skip)
    names = {name: getattr(kept, name) for name in Block.__dataclass_fields__}
    return Block(**{**names, "unreadable": unreadable})


def _parquet(path: Path, skip: int, most: int | None) -> Iterator[Block]:
    file = pq.ParquetFile(path)
    missing = [name for name in COLUMNS if name not in file.schema_arrow.names]
    if missing:
        raise UnreadableFileError(
            f"{shown_name(path)} has no column {', '.join(missing)}.",
            f"The columns are {', '.join(COLUMNS)}.",
        )
    done = 0
    present = columns_among(file.schema_arrow.names)
    if most is not None:
        _refuse_large_groups(path, file.metadata, present, most)
    for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=present):
        done += batch.num_rows
        if done <= skip:
            continue
        block = _parquet_block(batch, done - batch.num_rows)
        yield _after(block, skip)


def _refuse_large_groups(
    path: Path, metadata: pq.FileMetaData, present: list[str], most: int
) -> None:
    """A row group is read as a whole, so one that is larger than the memory cannot be read."""
    largest = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        columns = [group.column(place) for place in range(group.num_columns)]
        sizes = [one.total_uncompressed_size for one in columns if one.path_in_schema in present]
        largest = max(largest, sum(sizes))
    if largest > most:
        raise UnreadableFileError(
            f"{shown_name(path)} has a row group of {largest >> 20:,} MB, more than fits the memory"
            " of the meter.",
            "Write it with row groups of at most 1,000,000 rows, or raise WANHAO_METER_MEMORY_MB.",
        )


def _exactly(name: str, column: pa.Array) -> pa.Array | None:
    """The column in its type; None where not all of its values are there and are whole numbers or
    words, not times or fractions. Only a charge may be missing."""
    inexact = (pa.types.is_floating, pa.types.is_temporal, pa.types.is_decimal, pa.types.is_boolean)
    if (column.null_count and name != CHARGE) or any(check(column.type) for check in inexact):
        return None
    try:
        return column.cast(TYPES[name])
    except pa.ArrowException:
        return None


def _parquet_block(batch: pa.RecordBatch, done: int) -> Block:
    names = batch.schema.names
    found = {name: _exactly(name, batch.column(name)) for name in names}
    typed = {name: column for name, column in found.items() if column is not None}
    if len(typed) == len(found) and has_plain_identities(typed):
        if CHARGE in typed:
            typed[CHARGE] = typed[CHARGE].fill_null(UNCHARGED)
        row = np.arange(done + 1, done + batch.num_rows + 1)
        return block_of(typed, row, done + batch.num_rows)
    as_text = [batch.column(name).cast(pa.utf8()).fill_null("") for name in names]
    return typed_block(pa.RecordBatch.from_arrays(as_text, names=names), [], done)


def _plain_columns(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    return {name: batch.column(name) for name in batch.schema.names}


def _stream(path: Path) -> pa.NativeFile:
    return pa.input_stream(str(path), compression=_COMPRESSION.get(path.suffix))


def _first_line(error: Exception) -> str:
    said = str(error).strip().splitlines()
    return said[0][:200].rstrip(".") if said else type(error).__name__
