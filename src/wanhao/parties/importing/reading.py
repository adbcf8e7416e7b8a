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
        self._begun = self._ended = False

    @property
    def taken(self) -> int:
        """Bytes of the file read so far, compressed as they are."""
        place: int = self._raw.tell()
        return place

    def read(self, size: int = -1) -> bytes:
        """`size` bytes, fewer only at the end: a short block might hold no whole row."""
        while not self._ended and (size < 0 or len(self._rest) < size):
            piece = self._stream.read(BLOCK)
            text = self._decoder.decode(piece, final=not piece)
            if not self._begun and text:
                text, self._begun = text.removeprefix(MARK), True
            self._rest += text.encode()
            self._ended = not piece
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
    _refuse_encoding(path, encoding)
    text = _Text(path, encoding)
    start = text.read(LONGEST_HEADER).decode(errors="ignore")
    text.close()
    first = next((line for line in start.splitlines() if line), "")
    names = [name.strip().lower() for name in next(csv.reader([first]), [])]
    _refuse_columns(path, names)
    return names


def _refuse_encoding(path: Path, encoding: str) -> None:
    """Chinese written in one encoding is now and then a text of sorts in another, but what can be
    read as UTF-8 is UTF-8. Single bytes that are no letters make bad rows, not a bad file."""
    with pa.input_stream(str(path), compression=_COMPRESSION.get(path.suffix)) as stream:
        start = stream.read(LONGEST_HEADER)
    found = next((one for one in ("utf-8", "gb18030") if _is_text(start, one)), encoding)
    if not start.isascii() and found != encoding:
        raise WanhaoError(
            f"{path.name} is not written in {encoding}.",
            f"It seems to be {found}: say --encoding {found}",
        )


def _is_text(start: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(start)
    except UnicodeDecodeError:
        return False
    return True


def _refuse_columns(path: Path, names: Sequence[str]) -> None:
    missing = [name for name in REQUIRED if name not in names]
    twice = [name for name in COLUMNS if list(names).count(name) > 1]
    if missing or twice:
        what = f"has no column {', '.join(missing)}" if missing else f"has {twice[0]} twice"
        raise WanhaoError(
            f"{path.name} {what}.", f"Its first line must name the columns {', '.join(REQUIRED)}."
        )


class _Rows:
    """Keeps the rows of a CSV file that fit no column, and numbers the others around them."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self._path = path
        self._place = list(names).index("account")
        self._shapeless: list[Shapeless] = []
        self._done = 1
        self.trouble: WanhaoError | None = None

    def note(self, row: pcsv.InvalidRow) -> str:
        """What pyarrow asks of a row without a field per column; it swallows what is raised."""
        fields = next(csv.reader([row.text]), [])
        account = fields[self._place].strip() if self._place < len(fields) else ""
        self._shapeless.append(Shapeless(row=row.number, account=account))
        if "\n" in row.text:
            self.trouble = self._open_quote(row.number)
        elif len(self._shapeless) > MOST_SHAPELESS:
            self.trouble = WanhaoError(
                f"{self._path.name} has {MOST_SHAPELESS:,} rows that do not fit its first line.",
                "Give each row one field per column.",
            )
        return "error" if self.trouble else "skip"

    def number(self, columns: dict[str, pa.Array], size: int) -> NDArray[np.int64]:
        """The numbers of the rows that pyarrow gives out next."""
        last = self._done + size + len(self._shapeless)
        every = np.arange(self._done + 1, last + 1)
        row = every[~np.isin(every, [one.row for one in self._shapeless])][:size]
        for column in columns.values():
            cut = pc.match_substring(column, "\n").index(True).as_py()
            if cut >= 0:
                raise self._open_quote(int(row[cut]))
        self._done = int(row[-1]) if len(row) else self._done
        return row

    def take_shapeless(self, *, every: bool = False) -> list[Shapeless]:
        """Those among the rows numbered so far, or all that are left."""
        told = [one for one in self._shapeless if every or one.row < self._done]
        self._shapeless = self._shapeless[len(told) :]
        return told

    def _open_quote(self, row: int) -> WanhaoError:
        """A quote that is never closed swallows the rows behind it."""
        return WanhaoError(
            f"{self._path.name}, row {row}: a quotation mark is not closed in its row.",
            "Close it, or write it twice where it belongs to the text; a row is one line.",
        )


def _csv(path: Path, encoding: str) -> Iterator[Batch]:
    names = _header(path, encoding)
    rows = _Rows(path, names)
    text = _Text(path, encoding)
    try:
        for batch in _open(text, names, rows.note):
            columns = _columns(batch)
            row = rows.number(columns, batch.num_rows)
            yield Batch(row=row, text=columns, shapeless=rows.take_shapeless(), read=text.taken)
    except pa.ArrowInvalid:
        if rows.trouble:
            raise rows.trouble from None
        raise
    if left := rows.take_shapeless(every=True):
        nothing = np.array([], np.int64)
        yield Batch(row=nothing, text={}, shapeless=left, read=text.taken)


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
