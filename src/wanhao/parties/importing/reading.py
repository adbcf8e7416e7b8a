"""Reading import files: CSV and Parquet, as batches of text columns with their row numbers."""

import codecs
import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from wanhao.parties.importing.columns import COLUMNS, REQUIRED
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

BLOCK = 4 << 20
PARQUET_ROWS = 32_000
LONGEST_HEADER = 1 << 16
MOST_SHAPELESS = 100_000
"""Rows without a field per column that are told one by one before the file is given up."""
ENDINGS = (".csv", ".csv.gz", ".csv.zst", ".parquet")
STRANGE = "\N{REPLACEMENT CHARACTER}"
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_COMPRESSION = {".gz": "gzip", ".zst": "zstd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapeless:
    """A row that has not one field per column, with the account it seems to belong to."""

    row: int
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Rows of the file: their numbers, their text by column, and rows that fit no column.

    `read` is how many bytes of the file were read so far.
    """

    row: NDArray[np.int64]
    text: dict[str, pa.Array]
    shapeless: Sequence[Shapeless]
    read: int


def digest_of(path: Path) -> str:
    """By what a file is known: the digest of its content."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_batches(path: Path, encoding: str = "utf-8") -> Iterator[Batch]:
    """The file's rows in order; WanhaoError when it, or the rest of it, cannot be read.

    Rows are numbered as a spreadsheet shows them: the first line of a CSV file is row 1. Empty
    lines are not counted. The first row of a Parquet file is row 1.
    """
    if not path.name.endswith(ENDINGS):
        raise WanhaoError(
            f"{path.name} is no import file.", f"Its name must end in {', '.join(ENDINGS)}."
        )
    try:
        yield from _parquet(path) if path.suffix == ".parquet" else _csv(path, encoding)
    except (pa.ArrowException, OSError, EOFError, ValueError) as error:
        told = str(error).strip().splitlines()
        raise WanhaoError(
            f"{path.name} cannot be read: {told[0][:200].rstrip('.') if told else 'it is broken'}.",
            "Write the file again whole.",
        ) from error


def ignored_columns(path: Path, encoding: str = "utf-8") -> list[str]:
    """The columns of the file that an import does not know."""
    names = pq.read_schema(path).names if path.suffix == ".parquet" else _header(path, encoding)
    return [name for name in names if name not in COLUMNS]


class _Text:
    """A CSV file as UTF-8, whatever it was written in; letters that are none are marked.

    What pyarrow needs of a file to read.
    """

    closed = False

    def __init__(self, path: Path, encoding: str) -> None:
        self._raw = pa.OSFile(str(path))
        packed = _COMPRESSION.get(path.suffix)
        self._stream = pa.CompressedInputStream(self._raw, packed) if packed else self._raw
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._rest = b""
        self._begun = False

    @property
    def taken(self) -> int:
        """Bytes of the file read so far, compressed as they are."""
        place: int = self._raw.tell()
        return place

    def read(self, size: int = -1) -> bytes:
        """Up to `size` bytes, none only at the end."""
        while not self._rest:
            piece = self._stream.read(BLOCK)
            text = self._decoder.decode(piece, final=not piece)
            if not self._begun and text:
                text, self._begun = text.removeprefix(MARK), True
            self._rest = text.encode()
            if not piece:
                break
        size = size if size >= 0 else len(self._rest)
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        self._raw.close()
        self.closed = True


def _header(path: Path, encoding: str) -> list[str]:
    """The names of the columns; WanhaoError when the file cannot be an import's."""
    text = _Text(path, encoding)
    start = text.read(LONGEST_HEADER)
    text.close()
    if STRANGE.encode() in start:
        raise _wrong_encoding(path, encoding)
    first = next((line for line in start.decode(errors="ignore").splitlines() if line), "")
    names = [name.strip().lower() for name in next(csv.reader([first]), [])]
    _refuse_columns(path, names)
    return names


def _wrong_encoding(path: Path, encoding: str) -> WanhaoError:
    """Say which encoding the file may have, if that can be seen."""
    other = "gb18030" if encoding == "utf-8" else "utf-8"
    text = _Text(path, other)
    fits = STRANGE.encode() not in text.read(LONGEST_HEADER)
    text.close()
    remedy = f"It seems to be {other}: say --encoding {other}" if fits else "Write it as UTF-8."
    return WanhaoError(f"{path.name} is not written in {encoding}.", remedy)


def _refuse_columns(path: Path, names: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    twice = [name for name in COLUMNS if list(names).count(name) > 1]
    if missing or twice:
        what = f"has no column {', '.join(missing)}" if missing else f"has {twice[0]} twice"
        raise WanhaoError(
            f"{path.name} {what}.", f"Its first line must name the columns {', '.join(REQUIRED)}."
        )


def _csv(path: Path, encoding: str) -> Iterator[Batch]:
    names = _header(path, encoding)
    place = names.index("account")
    shapeless: list[Shapeless] = []

    def note(row: pcsv.InvalidRow) -> str:
        _refuse_open_quote(path, "\n" in row.text, row.number)
        fields = next(csv.reader([row.text]), [])
        account = fields[place].strip() if place < len(fields) else ""
        shapeless.append(Shapeless(row=row.number, account=account))
        return "error" if len(shapeless) > MOST_SHAPELESS else "skip"

    done = 1
    text = _Text(path, encoding)
    for batch in _open(text, names, note):
        every = np.arange(done + 1, done + batch.num_rows + len(shapeless) + 1)
        row = every[~np.isin(every, [one.row for one in shapeless])][: batch.num_rows]
        columns = _columns(batch)
        for column in columns.values():
            cut = pc.match_substring(column, "\n").index(True).as_py()
            _refuse_open_quote(path, cut >= 0, int(row[cut]))
        done = int(row[-1]) if len(row) else done
        told = [one for one in shapeless if one.row < done]
        yield Batch(row=row, text=columns, shapeless=told, read=text.taken)
        shapeless[:] = shapeless[len(told) :]
    if shapeless:
        empty = {name: pa.array([], pa.utf8()) for name in names if name in COLUMNS}
        nothing = np.array([], np.int64)
        yield Batch(row=nothing, text=empty, shapeless=list(shapeless), read=text.taken)


def _open(
    text: _Text, names: Sequence[str], note: Callable[[pcsv.InvalidRow], str]
) -> pcsv.CSVStreamingReader:
    wanted = [name for name in names if name in COLUMNS]
    return pcsv.open_csv(
        pa.PythonFile(text, mode="r"),
        read_options=pcsv.ReadOptions(
            block_size=BLOCK,
            use_threads=False,
            column_names=_distinct(names),
            skip_rows=1,
        ),
        parse_options=pcsv.ParseOptions(invalid_row_handler=note),
        convert_options=pcsv.ConvertOptions(
            column_types=dict.fromkeys(wanted, pa.utf8()),
            include_columns=wanted,
            strings_can_be_null=False,
        ),
    )


def _distinct(names: Sequence[str]) -> list[str]:
    """Strange columns may have any name, also the same; ours are there once."""
    return [name if name in COLUMNS else f"{place} {name}" for place, name in enumerate(names)]


def _refuse_open_quote(path: Path, found: bool, row: int) -> None:
    """A quote that is never closed would swallow the rows behind it."""
    if found:
        raise WanhaoError(
            f"{path.name}, row {row}: a quotation mark is not closed in its row.",
            "Close it, or write it twice where it belongs to the text; a row is one line.",
        )


def _columns(batch: pa.RecordBatch) -> dict[str, pa.Array]:
    return {
        name: pc.utf8_trim_whitespace(_as_text(batch.column(place)))
        for place, name in enumerate(batch.schema.names)
    }


def _parquet(path: Path) -> Iterator[Batch]:
    file = pq.ParquetFile(path)
    names = file.schema_arrow.names
    _refuse_columns(path, names)
    done, size = 0, path.stat().st_size
    total = max(file.metadata.num_rows, 1)
    wanted = [name for name in names if name in COLUMNS]
    for batch in file.iter_batches(batch_size=PARQUET_ROWS, columns=wanted):
        row = np.arange(done + 1, done + batch.num_rows + 1)
        done += batch.num_rows
        yield Batch(row=row, text=_columns(batch), shapeless=[], read=size * done // total)


def _as_text(column: pa.Array) -> pa.Array:
    """Any column as text; a moment is told on the clock of Asia/Shanghai."""
    if pa.types.is_timestamp(column.type):
        zone = column.type.tz
        moments = column.to_pylist()
        told = [_clock(moment, bool(zone)) if moment else "" for moment in moments]
        return pa.array(told, pa.utf8())
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.utf8()).fill_null("")


def _clock(moment: datetime, aware: bool) -> str:
    local = moment.astimezone(SHANGHAI) if aware else moment
    return local.strftime("%Y-%m-%d %H:%M:%S")
