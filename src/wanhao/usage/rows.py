"""Reading rows one column of text at a time, to tell the good from the unreadable."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wanhao.usage.blocks import Block, Unreadable, block_of, fixed_width
from wanhao.usage.schema import (
    CHARGE,
    COLUMNS,
    LONGEST_ID,
    LONGEST_SOURCE,
    MOST_CHARGE,
    TYPES,
    UNCHARGED,
    WORD,
    columns_among,
)

_INTEGER = r"^-?[0-9]{1,18}$"
_NATURAL = r"^[0-9]{1,18}$"
_CHARGE = r"^([0-9]{1,12})?$"
_WORD = r"^[\x21\x23-\x7e]+$"
LONGEST_TEXT = 500
Mask = NDArray[np.bool_]


def typed_block(batch: pa.RecordBatch, strange: Sequence[Unreadable], done: int) -> Block:
    """A block from columns of text. `strange` are rows that do not have a field for each column,
    possibly further on than this block; `done` is the last row before it."""
    columns = {name: batch.column(name) for name in columns_among(batch.schema.names)}
    row = _row_numbers(batch.num_rows, strange, done)
    last = _last_row(row, strange, done)
    good = _readable(columns)
    unreadable = [Unreadable(row=s.row, text=_as_written(s.text)) for s in strange if s.row <= last]
    unreadable += _rejected(columns, row, ~good)
    unreadable.sort(key=lambda one: one.row)
    kept = {name: column.filter(pa.array(good)) for name, column in columns.items()}
    identity = kept["record_id"]
    is_number = _matches(identity, _NATURAL)
    typed = {name: _typed(name, column) for name, column in kept.items() if name != "record_id"}
    typed["record_id"] = pc.if_else(pa.array(is_number), identity, pa.scalar("0")).cast(pa.int64())
    text_id = None
    if not is_number.all():
        text_id = fixed_width(pc.if_else(pa.array(is_number), pa.scalar(""), identity))
    return block_of(typed, row[good], last, text_id, tuple(unreadable))


def only_unreadable(strange: Sequence[Unreadable], done: int) -> Block:
    """A block of the strange rows that follow row `done` at once, as at the end of a file."""
    nothing = {name: pa.array([], kind) for name, kind in COLUMNS.items()}
    last = _last_row(np.zeros(0, np.int64), strange, done)
    told = tuple(Unreadable(row=s.row, text=_as_written(s.text)) for s in strange if s.row <= last)
    return block_of(nothing, np.zeros(0, np.int64), last, unreadable=told)


def has_plain_identities(columns: Mapping[str, pa.Array]) -> bool:
    """Whether typed columns can stand as they are: ids that text would read as the same numbers,
    sources that are proper words. Otherwise the rows are read as text, one by one."""
    limits = pc.min_max(columns["record_id"])
    if len(columns["record_id"]) == 0:
        return True
    if CHARGE in columns and not has_plain_charges(columns[CHARGE]):
        return False
    names = columns["source"].dictionary
    words = _matches(names, _WORD) & (
        pc.binary_length(names).to_numpy(zero_copy_only=False) <= LONGEST_SOURCE
    )
    plain = limits["min"].as_py() >= 0 and limits["max"].as_py() < 10**18 and words.all()
    return bool(plain and not any(_has_lines(columns[name]) for name in ("service", "zone")))


def has_plain_charges(charges: pa.Array) -> bool:
    """Whether all charges that are there are amounts."""
    limits = pc.min_max(charges)
    if not limits["min"].is_valid:
        return True
    return bool(limits["min"].as_py() >= 0 and limits["max"].as_py() <= MOST_CHARGE)


def _has_lines(words: pa.DictionaryArray) -> bool:
    """Whether a quote that was never closed swallowed the end of a line."""
    return bool(pc.any(pc.match_substring(words.dictionary, "\n")).as_py())


def _as_written(text: str) -> str:
    """The row as its writer meant it: CSV was taken as Latin-1 and is most likely UTF-8."""
    try:
        return text.encode("latin-1").decode("utf8", "replace")[:LONGEST_TEXT]
    except UnicodeEncodeError:
        return text[:LONGEST_TEXT]


def _readable(columns: dict[str, pa.Array]) -> Mask:
    good = np.ones(len(columns["start"]), np.bool_)
    for name in ("start", "quantity"):
        good &= _matches(columns[name], _INTEGER)
    good &= _matches(columns["number"], _NATURAL)
    good &= _matches(columns["sign"], r"^[+-]?[0-9]{1,2}$")
    if CHARGE in columns:
        good &= _matches(columns[CHARGE], _CHARGE)
    for name, longest in (("record_id", LONGEST_ID), ("source", LONGEST_SOURCE)):
        good &= _matches(columns[name], _WORD)
        length = pc.binary_length(columns[name]).to_numpy(zero_copy_only=False)
        good &= length <= longest
    return good


def _typed(name: str, column: pa.Array) -> pa.Array:
    if TYPES[name] == WORD:
        return column.dictionary_encode()
    if name == CHARGE:
        column = pc.replace_substring_regex(column, r"^$", str(UNCHARGED))
    return pc.replace_substring_regex(column, r"^\+", "").cast(TYPES[name])


def _matches(column: pa.Array, pattern: str) -> Mask:
    found: Mask = pc.match_substring_regex(column, pattern).to_numpy(zero_copy_only=False)
    return found.astype(np.bool_)


def _row_numbers(readable: int, strange: Sequence[Unreadable], done: int) -> NDArray[np.int64]:
    """The numbers that the strange rows leave to the readable ones."""
    every = np.arange(done + 1, done + readable + len(strange) + 1)
    return every[~np.isin(every, [row.row for row in strange])][:readable]


def _last_row(row: NDArray[np.int64], strange: Sequence[Unreadable], done: int) -> int:
    """The last row so far: strange ones that follow at once belong to the same block."""
    last = int(row[-1]) if len(row) else done
    for one in strange:
        if one.row == last + 1:
            last += 1
    return last


def _rejected(columns: dict[str, pa.Array], row: NDArray[np.int64], bad: Mask) -> list[Unreadable]:
    chosen = pa.array(np.flatnonzero(bad))
    fields = [column.take(chosen).to_pylist() for column in columns.values()]
    texts = (_as_written(",".join(values)) for values in zip(*fields, strict=True))
    return [
        Unreadable(row=int(number), text=text) for number, text in zip(row[bad], texts, strict=True)
    ]
