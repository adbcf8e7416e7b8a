"""Checking rows by themselves, a whole column at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wanhao.parties.importing.columns import COLUMNS, TEXTS, Parse, Text, parsers
from wanhao.parties.importing.contracts import Fault, Vocabulary
from wanhao.parties.importing.masking import masked
from wanhao.parties.importing.reading import STRANGE, Batch

NUMBER = "^1[0-9]{10}$"
UNFIT = rf"[\x00-\x1f\x7f{STRANGE}]"
COUNTED = ("since", "balance_yuan")
ALONE = "\t"
"""Begins the group of a line that names none; no field can begin so."""

Mask = NDArray[np.bool_]


class RowFault(NamedTuple):
    """What is wrong with a row; `value` is its field, masked where it is personal."""

    row: int
    fault: Fault
    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Rows as they may be staged (a field that is wrong is null), and their faults."""

    rows: pa.Table
    faults: tuple[RowFault, ...]


class Checker:
    """Checks batches against the words and codes that are known at `now`."""

    def __init__(self, vocabulary: Vocabulary, now: datetime) -> None:
        self._parsers = parsers(vocabulary, now)

    def check(self, batch: Batch) -> Checked:
        """The batch's rows and faults; rows that fit no column keep but their account."""
        size = len(batch.row)
        text = {name: batch.text.get(name, _empty(size)) for name in COLUMNS}
        faults = [RowFault(one.row, Fault.SHAPE, "", "") for one in batch.shapeless]
        columns: dict[str, pa.Array] = {"row": pa.array(batch.row, pa.int64())}
        for name, column in text.items():
            values, wrong = _judge(name, column, self._parsers)
            columns[name] = values
            faults += _told(name, column, wrong, batch.row)
        columns["group"] = _group_keys(columns["group"], text["number"])
        return Checked(rows=_with_shapeless(pa.table(columns), batch), faults=tuple(faults))


Wrong = list[tuple[Fault, Mask]]


def _judge(name: str, column: pa.Array, known: Mapping[str, Parse]) -> tuple[pa.Array, Wrong]:
    unfit = _mask(pc.match_substring_regex(column, UNFIT))
    column = pc.if_else(pa.array(~unfit), column, "")
    if name in TEXTS:
        values, wrong = _text(column, TEXTS[name])
    elif name == "number":
        values, wrong = _number(column)
    else:
        values, wrong = _parsed(column, known[name], pa.int64() if name in COUNTED else pa.utf8())
    wrong = [(fault, mask & ~unfit) for fault, mask in wrong]
    return pc.if_else(pa.array(~unfit), values, None), [(Fault.UNREADABLE, unfit), *wrong]


def _text(column: pa.Array, rule: Text) -> tuple[pa.Array, Wrong]:
    length = pc.utf8_length(column).to_numpy(zero_copy_only=False)
    missing, long = (length == 0) & rule.required, length > rule.longest
    values = pc.if_else(pa.array(missing | long), None, column)
    return values, [(Fault.MISSING, missing), (Fault.TOO_LONG, long)]


def _number(column: pa.Array) -> tuple[pa.Array, Wrong]:
    good = _mask(pc.match_substring_regex(column, NUMBER))
    missing = _mask(pc.equal(column, ""))
    values = pc.if_else(pa.array(good), column, None).cast(pa.int64())
    return values, [(Fault.MISSING, missing), (Fault.NOT_A_NUMBER, ~good & ~missing)]


def _parsed(column: pa.Array, parse: Parse, kind: pa.DataType) -> tuple[pa.Array, Wrong]:
    """Each different text is understood once."""
    coded = column.dictionary_encode()
    results = [parse(text) for text in coded.dictionary.to_pylist()]
    values = pa.array([None if isinstance(one, Fault) else one for one in results], kind)
    index = coded.indices.to_numpy(zero_copy_only=False)
    wrong = [
        (fault, np.isin(index, [place for place, one in enumerate(results) if one is fault]))
        for fault in Fault
        if any(one is fault for one in results)
    ]
    return values.take(coded.indices), wrong


def _told(name: str, column: pa.Array, wrong: Wrong, row: NDArray[np.int64]) -> Iterator[RowFault]:
    for fault, mask in wrong:
        places = np.flatnonzero(mask)
        values = column.take(pa.array(places)).to_pylist()
        for place, value in zip(places.tolist(), values, strict=True):
            yield RowFault(int(row[place]), fault, name, masked(name, value))


def _group_keys(groups: pa.Array, numbers: pa.Array) -> pa.Array:
    """A line that names no group is a group of its own."""
    alone = pc.binary_join_element_wise(ALONE, numbers, "")
    return pc.if_else(pc.equal(groups, ""), alone, groups)


def _with_shapeless(rows: pa.Table, batch: Batch) -> pa.Table:
    """The account of a row that fits no column stays out, so the row is staged with that alone."""
    kept = [one for one in batch.shapeless if one.account]
    if not kept:
        return rows
    known = {"row": [one.row for one in kept], "account": [one.account for one in kept]}
    columns = [
        pa.array(known.get(field.name, [None] * len(kept)), field.type) for field in rows.schema
    ]
    return pa.concat_tables([rows, pa.Table.from_arrays(columns, schema=rows.schema)])


def _empty(size: int) -> pa.Array:
    return pa.array([""] * size, pa.utf8())


def _mask(found: pa.Array) -> Mask:
    mask: Mask = found.to_numpy(zero_copy_only=False).astype(np.bool_)
    return mask
