"""Reading rows one column of text at a time, to tell the good from the unreadable."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wanhao.usage.blocks import Block, Unreadable, block_of, fixed_width
from wanhao.usage.schema import COLUMNS, LONGEST_ID, LONGEST_SOURCE, WORD

_INTEGER = r"^-?[0-9]{1,18}$"
_NATURAL = r"^[0-9]{1,18}$"
_WORD = r"^[\x21-\x7e]+$"
LONGEST_TEXT = 500
Mask = NDArray[np.bool_]


def typed_block(
    batch: pa.RecordBatch | None, strange: Sequence[tuple[int, str]], done: int
) -> Block:
    """A block from columns of bytes; `strange` are rows (number, text) with too many or too few
    fields, numbered by the parser from the header as 1, `done` the rows before this block."""
    columns = _columns(batch)
    row = _row_numbers(len(columns["start"]), strange, done)
    good = _readable(columns)
    unreadable = [
        Unreadable(row=number, text=text[:LONGEST_TEXT])
        for number, text in _numbered(strange, row, done)
    ]
    unreadable += _rejected(columns, row, ~good)
    last = done + len(row) + len(strange)
    kept = {name: column.filter(pa.array(good)) for name, column in columns.items()}
    identity = kept["record_id"]
    is_number = _matches(identity, _NATURAL)
    typed = {name: _typed(name, column) for name, column in kept.items() if name != "record_id"}
    typed["record_id"] = pc.if_else(pa.array(is_number), identity, pa.scalar("0")).cast(pa.int64())
    text_id = None
    if not is_number.all():
        text_id = fixed_width(pc.if_else(pa.array(is_number), pa.scalar(""), identity))
    unreadable.sort(key=lambda one: one.row)
    return block_of(typed, row[good], last, text_id, tuple(unreadable))


def has_plain_identities(columns: Mapping[str, pa.Array]) -> bool:
    """Whether typed columns can stand as they are: ids that text would read as the same numbers,
    sources that are proper words. Otherwise the rows are read as text, one by one."""
    limits = pc.min_max(columns["record_id"])
    if len(columns["record_id"]) == 0:
        return True
    names = columns["source"].dictionary
    words = _matches(names, _WORD) & (
        pc.binary_length(names).to_numpy(zero_copy_only=False) <= LONGEST_SOURCE
    )
    return bool(limits["min"].as_py() >= 0 and limits["max"].as_py() < 10**18 and words.all())


def _columns(batch: pa.RecordBatch | None) -> dict[str, pa.Array]:
    """Columns as text; what is not UTF-8 becomes text that no rule accepts."""
    if batch is None:
        return {name: pa.array([], pa.utf8()) for name in COLUMNS}
    return {name: _as_text(batch.column(name)) for name in COLUMNS}


def _as_text(column: pa.Array) -> pa.Array:
    try:
        return column.cast(pa.utf8())
    except pa.ArrowInvalid:
        return pa.array([value.decode("utf8", "replace") for value in column.to_pylist()])


def _readable(columns: dict[str, pa.Array]) -> Mask:
    good = np.ones(len(columns["start"]), np.bool_)
    for name in ("start", "quantity"):
        good &= _matches(columns[name], _INTEGER)
    good &= _matches(columns["number"], _NATURAL)
    good &= _matches(columns["sign"], r"^[+-]?1$")
    for name, longest in (("record_id", LONGEST_ID), ("source", LONGEST_SOURCE)):
        good &= _matches(columns[name], _WORD)
        length = pc.binary_length(columns[name]).to_numpy(zero_copy_only=False)
        good &= length <= longest
    return good


def _typed(name: str, column: pa.Array) -> pa.Array:
    if COLUMNS[name] == WORD:
        return column.dictionary_encode()
    return pc.replace_substring_regex(column, r"^\+", "").cast(COLUMNS[name])


def _matches(column: pa.Array, pattern: str) -> Mask:
    found: Mask = pc.match_substring_regex(column, pattern).to_numpy(zero_copy_only=False)
    return found.astype(np.bool_)


def _numbered(
    strange: Sequence[tuple[int, str]], row: NDArray[np.int64], done: int
) -> list[tuple[int, str]]:
    """Row numbers for the strange rows: the parser's, or after the others where it gave none."""
    after = int(row[-1]) if len(row) else done
    return [
        (number - 1 if number > 0 else after + step, text)
        for step, (number, text) in enumerate(strange, start=1)
    ]


def _row_numbers(readable: int, strange: Sequence[tuple[int, str]], done: int) -> NDArray[np.int64]:
    every = np.arange(done + 1, done + readable + len(strange) + 1)
    skipped = [number - 1 for number, _ in strange if number > 0]
    return every[~np.isin(every, skipped)][:readable]


def _rejected(columns: dict[str, pa.Array], row: NDArray[np.int64], bad: Mask) -> list[Unreadable]:
    chosen = pa.array(np.flatnonzero(bad))
    fields = [columns[name].take(chosen).to_pylist() for name in COLUMNS]
    texts = (",".join(values)[:LONGEST_TEXT] for values in zip(*fields, strict=True))
    return [
        Unreadable(row=int(number), text=text) for number, text in zip(row[bad], texts, strict=True)
    ]
