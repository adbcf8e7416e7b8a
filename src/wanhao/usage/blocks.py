"""A block of records as read from one file, in columns, with the rows that could not be read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wanhao.metering.columns import I32
from wanhao.metering.folding import Records
from wanhao.usage.schema import (
    CHARGE,
    LONGEST_ID,
    SERVICE_CODES,
    UNCHARGED,
    UNKNOWN_SERVICE,
    UNKNOWN_ZONE,
    ZONE_CODES,
)

TextIds = NDArray[np.bytes_]
Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A row that could not be read: its number within the file (header is 0) and its text."""

    row: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A column of few distinct words: a code per row into `names`."""

    code: I32
    names: tuple[str, ...]

    @classmethod
    def of(cls, column: pa.Array) -> "Words":
        """From a dictionary-encoded Arrow column without nulls."""
        return cls(
            code=column.indices.to_numpy(zero_copy_only=False).astype(np.int32, copy=False),
            names=tuple(column.dictionary.to_pylist()),
        )

    def coded(self, codes: Mapping[str, int], unknown: int) -> NDArray[np.uint8]:
        """Each row's code in a fixed vocabulary, `unknown` where it is not in it."""
        table = np.array([codes.get(name, unknown) for name in self.names] or [0], np.uint8)
        return table[self.code]

    def take(self, rows: NDArray[np.bool_] | Int64) -> "Words":
        """The chosen rows."""
        return Words(code=self.code[rows], names=self.names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Records of one file: identity (numeric id, or text where `text_id` is not empty), amounts.

    `row` numbers the rows within the file from 1; `last_row` is the last one read so far.
    """

    row: Int64
    id: Int64
    text_id: TextIds | None
    source: Words
    service: Words
    zone: Words
    records: Records
    unreadable: tuple[Unreadable, ...] = field(default=())
    last_row: int

    def __len__(self) -> int:
        return len(self.row)

    @property
    def rows_in(self) -> int:
        """Records in, readable or not."""
        return len(self.row) + len(self.unreadable)

    def take(self, rows: NDArray[np.bool_] | Int64) -> "Block":
        """The chosen readable rows, without the unreadable ones."""
        return Block(
            row=self.row[rows],
            id=self.id[rows],
            text_id=None if self.text_id is None else self.text_id[rows],
            source=self.source.take(rows),
            service=self.service.take(rows),
            zone=self.zone.take(rows),
            records=self.records.take(rows),
            last_row=self.last_row,
        )

    def text(self, rows: Iterable[int]) -> list[str]:
        """Rows as they would stand in a CSV file."""
        return [self._row_text(int(row)) for row in rows]

    def _row_text(self, row: int) -> str:
        identity = str(self.id[row])
        if self.text_id is not None and self.text_id[row]:
            identity = self.text_id[row].decode("utf8", "replace")
        records = self.records
        words = [words.names[words.code[row]] for words in (self.source, self.service, self.zone)]
        figures = [*map(str, (records.start[row], records.quantity[row], records.sign[row]))]
        if records.priced is not None:
            charge = records.priced[row]
            figures.append("" if charge == UNCHARGED else str(charge))
        return ",".join([identity, words[0], str(records.number[row]), *words[1:], *figures])


def joined(blocks: Sequence[Block]) -> Block:
    """The readable rows of several blocks as one; row numbers stay those of their files."""
    if len(blocks) == 1:
        return blocks[0]
    text_id = None
    if any(block.text_id is not None for block in blocks):
        empty = (
            np.zeros(len(b), f"S{LONGEST_ID}") if b.text_id is None else b.text_id for b in blocks
        )
        text_id = np.concatenate(list(empty))
    return Block(
        row=np.concatenate([block.row for block in blocks]),
        id=np.concatenate([block.id for block in blocks]),
        text_id=text_id,
        source=_joined_words([block.source for block in blocks]),
        service=_joined_words([block.service for block in blocks]),
        zone=_joined_words([block.zone for block in blocks]),
        records=_joined_records([block.records for block in blocks]),
        last_row=blocks[-1].last_row,
    )


def _joined_records(parts: Sequence[Records]) -> Records:
    names = [name for name in Records.__dataclass_fields__ if name != "priced"]
    plain = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    priced = None
    if any(part.priced is not None for part in parts):
        charges = (
            np.full(len(part), UNCHARGED, np.int64) if part.priced is None else part.priced
            for part in parts
        )
        priced = np.concatenate(list(charges))
    return Records(**plain, priced=priced)


def _joined_words(columns: Sequence[Words]) -> Words:
    names = tuple(dict.fromkeys(name for column in columns for name in column.names))
    place = {name: code for code, name in enumerate(names)}
    tables = [np.array([place[name] for name in c.names] or [0], np.int32) for c in columns]
    codes = [table[column.code] for table, column in zip(tables, columns, strict=True)]
    return Words(code=np.concatenate(codes), names=names)


def block_of(
    columns: Mapping[str, pa.Array],
    row: Int64,
    last_row: int,
    text_id: TextIds | None = None,
    unreadable: tuple[Unreadable, ...] = (),
) -> Block:
    """A block from typed Arrow columns without nulls."""

    def numbers(name: str) -> NDArray[np.int64]:
        found: Int64 = columns[name].to_numpy(zero_copy_only=False).astype(np.int64, copy=False)
        return found

    service, zone = Words.of(columns["service"]), Words.of(columns["zone"])
    return Block(
        row=row,
        id=numbers("record_id"),
        text_id=text_id,
        source=Words.of(columns["source"]),
        service=service,
        zone=zone,
        records=Records(
            number=numbers("number"),
            service=service.coded(SERVICE_CODES, UNKNOWN_SERVICE),
            zone=zone.coded(ZONE_CODES, UNKNOWN_ZONE),
            start=numbers("start"),
            quantity=numbers("quantity"),
            sign=columns["sign"].to_numpy(zero_copy_only=False).astype(np.int8, copy=False),
            priced=numbers(CHARGE) if CHARGE in columns else None,
        ),
        unreadable=unreadable,
        last_row=last_row,
    )


def fixed_width(identities: pa.Array) -> TextIds:
    """Text identities as fixed-width bytes, empty where there is none."""
    return np.array(identities.cast(pa.binary()).to_pylist(), dtype=f"S{LONGEST_ID}")
