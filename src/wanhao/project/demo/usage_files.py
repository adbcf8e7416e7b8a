"""Usage files as a network element writes them: columns, formats, and the atomic drop."""

import gzip
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

COLUMNS = ("record_id", "source", "number", "service", "zone", "start", "quantity", "sign")


class FileFormat(StrEnum):
    """How a usage file is written; the value ends its name."""

    CSV = "csv"
    GZIP = "csv.gz"
    ZSTD = "csv.zst"
    PARQUET = "parquet"

    @property
    def is_text(self) -> bool:
        """Whether a row that cannot be read can be written at all."""
        return self is not FileFormat.PARQUET


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageRecord:
    """One record: quantity in seconds, messages or octets; `start` in epoch seconds UTC."""

    record_id: str
    source: str
    number: int
    service: str
    zone: str
    start: int
    quantity: int
    sign: int = 1


def table_of(records: Sequence[UsageRecord]) -> pa.Table:
    """Records as the columns of a usage file."""
    return pa.table({name: [getattr(record, name) for record in records] for name in COLUMNS})


def encode(table: pa.Table, kind: FileFormat, broken_rows: Sequence[str] = ()) -> bytes:
    """The bytes of a usage file; rows that cannot be read come last and need a text format."""
    if kind is FileFormat.PARQUET:
        sink = BytesIO()
        pq.write_table(table, sink, compression="zstd")
        return sink.getvalue()
    text = _text(table, broken_rows)
    if kind is FileFormat.GZIP:
        return gzip.compress(text, compresslevel=1, mtime=0)
    if kind is FileFormat.ZSTD:
        return _zstd(text)
    return text


def drop(inbox: Path, name: str, content: bytes, at: datetime | None = None) -> Path:
    """Put a file into the inbox in one step, so that nobody reads half of it.

    `at` is when it came by a clock that is ahead of the machine's.
    """
    inbox.mkdir(parents=True, exist_ok=True)
    hidden, final = inbox / f".{name}.tmp", inbox / name
    hidden.write_bytes(content)
    if at is not None:
        os.utime(hidden, (at.timestamp(), at.timestamp()))
    hidden.rename(final)
    return final


def waiting(inbox: Path) -> int:
    """How many files lie in the inbox."""
    if not inbox.is_dir():
        return 0
    return sum(1 for path in inbox.iterdir() if not path.name.startswith("."))


def _text(table: pa.Table, broken_rows: Sequence[str]) -> bytes:
    sink = BytesIO()
    pa_csv.write_csv(table, sink, pa_csv.WriteOptions(quoting_header="none", quoting_style="none"))
    return sink.getvalue() + "".join(f"{row}\n" for row in broken_rows).encode()


def _zstd(content: bytes) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    compressed: bytes = sink.getvalue().to_pybytes()
    return compressed
