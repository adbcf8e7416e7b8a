"""Any bytes as a usage file: read to the end or refused, no row lost, none twice, none changed.

The first two octets of an input say how the rest is written and read; so a fuzzer reaches every
kind of file without having to invent its compression.
"""

import gzip
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wanhao.usage import readers
from wanhao.usage.readers import UnreadableFileError, read_blocks
from wanhao.usage.schema import TYPES

MEMORY = Path("/dev/shm")
ENDINGS = (".csv", ".csv.gz", ".csv.zst", ".csv.gz", ".csv.zst", ".parquet", ".parquet")
PLAIN, PACKED_GZIP, PACKED_ZSTD, RAW_GZIP, RAW_ZSTD, RAW_PARQUET, TYPED_PARQUET = range(7)
SMALL_BLOCK = 4_096
"""Octets; large enough for any row a fuzzer writes, small enough for several blocks."""
INTEGERS = (pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint64(), pa.float64(), pa.utf8())


class LostError(AssertionError):
    """A reader did what no reader may."""


@dataclass
class Content:
    """What was read of a file: each row by its number, whether it could be read, and its text."""

    rows: dict[int, tuple[bool, str]] = field(default_factory=dict)
    refused: str = ""

    def after(self, row: int) -> Mapping[int, tuple[bool, str]]:
        """Only the later rows."""
        return {number: told for number, told in self.rows.items() if number > row}


def check(data: bytes) -> None:
    """Read a file in every way there is; LostError when two of them disagree."""
    if len(data) < 2:
        return
    kind, skip, payload = data[0] % len(ENDINGS), data[1], data[2:]
    written = _written(kind, payload)
    whole = content_of(written, ENDINGS[kind])
    later = content_of(written, ENDINGS[kind], skip=skip)
    if not whole.refused:
        _agree(whole.after(skip), later.rows, f"rows after {skip}")
    if kind in (PACKED_GZIP, PACKED_ZSTD):
        _agree(content_of(payload, ".csv").rows, whole.rows, "plain and compressed")
    if kind == PLAIN and _longest_line(payload) < SMALL_BLOCK // 4:
        with _blocks_of(SMALL_BLOCK):
            cut = content_of(written, ".csv")
        if not whole.refused and not cut.refused:
            _agree(whole.rows, cut.rows, "whole and in blocks")


def content_of(written: bytes, ending: str, skip: int = 0) -> Content:
    """What the readers make of a file; LostError where its rows do not follow each other."""
    found = Content()
    with _as_file(written, ending) as path:
        try:
            _collect(path, skip, found)
        except UnreadableFileError as error:
            found.refused = str(error)
    return found


def _collect(path: Path, skip: int, found: Content) -> None:
    last = skip
    for block in read_blocks(path, skip):
        numbers = block.row.tolist()
        rows = dict(zip(numbers, block.text(range(len(block))), strict=True))
        strange = {one.row: one.text for one in block.unreadable}
        if len(rows) + len(strange) != block.rows_in or rows.keys() & strange.keys():
            raise LostError("a row was read twice")
        if numbers != sorted(rows):
            raise LostError("rows out of order")
        seen = rows.keys() | strange.keys()
        if seen and not (last < min(seen) and max(seen) <= block.last_row):
            raise LostError(f"rows {min(seen)} to {max(seen)} between {last} and {block.last_row}")
        found.rows |= {row: (True, text) for row, text in rows.items()}
        found.rows |= {row: (False, text) for row, text in strange.items()}
        last = block.last_row


def _agree(one: Mapping[int, object], two: Mapping[int, object], what: str) -> None:
    if one != two:
        odd = sorted(row for row in one.keys() | two.keys() if one.get(row) != two.get(row))[0]
        raise LostError(f"{what}: row {odd} is {one.get(odd)!r} and {two.get(odd)!r}")


def _written(kind: int, payload: bytes) -> bytes:
    if kind == PACKED_GZIP:
        return gzip.compress(payload, compresslevel=1, mtime=0)
    if kind == PACKED_ZSTD:
        packed: bytes = pa.compress(payload, codec="zstd", asbytes=True)
        return packed
    return as_parquet(payload) if kind == TYPED_PARQUET else payload


def as_parquet(payload: bytes) -> bytes:
    """Lines as the columns of a Parquet file, each of a type that the line's first octet names."""
    lines = payload.split(b"\n")
    columns = {}
    rows = max((line.count(b",") for line in lines[: len(TYPES)]), default=0)
    for name, line in zip(TYPES, lines, strict=False):
        kind = INTEGERS[line[0] % len(INTEGERS)] if line else pa.utf8()
        values = [value.decode("latin-1") or None for value in line[1:].split(b",")][:rows]
        values += [None] * (rows - len(values))
        try:
            columns[name] = pa.array(values, pa.utf8()).cast(kind)
        except pa.ArrowException:
            columns[name] = pa.array(values, pa.utf8())
    sink = BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


@contextmanager
def _as_file(written: bytes, ending: str) -> Iterator[Path]:
    handle, name = tempfile.mkstemp(ending, dir=MEMORY if MEMORY.is_dir() else None)
    with os.fdopen(handle, "wb") as file:
        file.write(written)
    try:
        yield Path(name)
    finally:
        Path(name).unlink()


@contextmanager
def _blocks_of(octets: int) -> Iterator[None]:
    usual, readers.CSV_BLOCK = readers.CSV_BLOCK, octets
    try:
        yield
    finally:
        readers.CSV_BLOCK = usual


def _longest_line(payload: bytes) -> int:
    return max(map(len, payload.replace(b"\r", b"\n").split(b"\n")))
