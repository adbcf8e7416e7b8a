"""What a record is known by, in columns of whole numbers that sort by start hour.

`key` has the start hour in its upper bits and most of the mixed record id below them, `tail` the
rest of the id and the source. Mixing is one-to-one, so equal keys and tails mean the same source,
id and hour: nothing is left to chance. Of a text id they are only a digest; its bytes stand beside.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanhao.metering.columns import I64, Mask
from wanhao.metering.folding import Records
from wanhao.usage.blocks import Block, TextIds

HOUR = 3600
HOUR_BITS = 21
"""Hours since 1970, until the year 2209."""
ID_BITS = 64 - HOUR_BITS
FEW = 1 << 12
"""Keys that are sorted in the ordinary way."""
AT_ONCE = 1 << 16
"""Records mixed at a time; so many fit the processor's cache."""
EXCHANGES = 16
"""Times that neighbours are exchanged before the rest is sorted in the ordinary way."""
U64 = NDArray[np.uint64]
Tail = NDArray[np.uint32] | NDArray[np.uint64]
_REST = np.uint64((1 << HOUR_BITS) - 1)
_ODD = (np.uint64(0x9FB21C651E98DF25), np.uint64(0xD6E8FEB86659FD93))
_SALT = np.uint64(0x9E3779B97F4A7C15)
_HALF = np.uint64(32)
_WEIGHTS = tuple(
    map(
        np.uint64,
        (
            0xA0761D6478BD642F,
            0xE7037ED1A0B428DB,
            0x8EBC6AF09C88C6E3,
            0x589965CC75374CC3,
            0x1D8E4E27C47D124F,
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Identities sorted by key, with a fingerprint of what each record said; `text` is there where
    ids are text."""

    key: U64
    tail: Tail
    content: U64
    text: TextIds | None = None

    def __len__(self) -> int:
        return len(self.key)

    @property
    def size(self) -> int:
        """Octets."""
        text = 0 if self.text is None else self.text.nbytes
        return self.key.nbytes + self.tail.nbytes + self.content.nbytes + text

    def take(self, rows: I64 | Mask) -> "Identities":
        """The chosen rows."""
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows
        return Identities(
            key=self.key.take(chosen),
            tail=self.tail.take(chosen),
            content=self.content.take(chosen),
            text=None if self.text is None else self.text.take(chosen),
        )


def hour_bounds(key: U64) -> tuple[I64, I64]:
    """The start hours of sorted keys, each once, and where each begins; the last bound is the
    end."""
    if not len(key):
        return np.zeros(0, np.int64), np.zeros(1, np.int64)
    least, most = int(key[0]) >> ID_BITS, int(key[-1]) >> ID_BITS
    if most - least > len(key):
        hour = key >> np.uint64(ID_BITS)
        starts = np.insert(np.flatnonzero(hour[1:] != hour[:-1]) + 1, 0, 0)
        return hour[starts].astype(np.int64), np.append(starts, len(key))
    hours = np.arange(least, most + 1)
    starts = key.searchsorted(hours.view(np.uint64) << np.uint64(ID_BITS))
    present = np.flatnonzero(np.diff(starts, append=len(key)))
    return hours[present], np.append(starts[present], len(key))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Identities of a block: sorted `key`, and the `row` of each in the block. The rest of them
    stays as it came, in `columns`, where `order` tells the place of each."""

    key: U64
    row: I64
    columns: Identities
    order: I64

    def __len__(self) -> int:
        return len(self.key)

    def take(self, spots: I64) -> Identities:
        """The chosen ones, sorted if `spots` are."""
        columns, place = self.columns, self.order.take(spots)
        return Identities(
            key=self.key.take(spots),
            tail=columns.tail.take(place),
            content=columns.content.take(place),
            text=None if columns.text is None else columns.text.take(place),
        )


def sorted_identities(block: Block, source: I64) -> list[Asked]:
    """The identities of a block whose rows have these source codes, sorted by key: those with a
    numeric id, then those with text. ValueError for an hour that no key holds."""
    records, text = block.records, block.text_id
    if text is None:
        return [_sorted(records, block.id, source, None, None)]
    found = []
    for rows, named in ((np.flatnonzero(text == b""), False), (np.flatnonzero(text != b""), True)):
        if len(rows):
            texts = text[rows] if named else None
            number = block.id[rows] if texts is None else _digest(texts)
            found.append(_sorted(records.take(rows), number, source[rows], texts, rows))
    return found


def repeats_within(asked: Asked) -> tuple[Mask, Mask]:
    """Which identities repeat one of an earlier row, and whether they say the same as it."""
    seen = np.zeros(len(asked), np.bool_)
    agrees = np.ones(len(asked), np.bool_)
    twin = asked.key[1:] == asked.key[:-1]
    if not twin.any():
        return seen, agrees
    spots = np.flatnonzero(np.append(twin, False) | np.insert(twin, 0, False))
    part = asked.take(spots)
    text = () if part.text is None else (part.text,)
    by_identity = np.lexsort((asked.row[spots], *text, part.tail, part.key))
    part, spots = part.take(by_identity), spots[by_identity]
    same = (part.key[1:] == part.key[:-1]) & (part.tail[1:] == part.tail[:-1])
    if part.text is not None:
        same &= part.text[1:] == part.text[:-1]
    repeats = np.insert(same, 0, False)
    first = np.maximum.accumulate(np.where(repeats, 0, np.arange(len(spots))))
    seen[spots] = repeats
    agrees[spots] = part.content == part.content[first]
    return seen, agrees


def _sorted(
    records: Records, number: I64, source: I64, text: TextIds | None, rows: I64 | None
) -> Asked:
    narrow = not len(source) or int(source.max()) < 1 << (32 - HOUR_BITS)
    tail: Tail = np.empty(len(source), np.uint32) if narrow else np.empty(len(source), np.uint64)
    columns = Identities(
        key=np.empty(len(source), np.uint64),
        tail=tail,
        content=np.empty(len(source), np.uint64),
        text=text,
    )
    for low in range(0, len(source), AT_ONCE):
        part = slice(low, low + AT_ONCE)
        columns.key[part], columns.tail[part] = _mixed(
            records.start[part], number[part], source[part]
        )
        columns.content[part] = _content(records, part)
    order = sorted_order(columns.key)
    row = order if rows is None else rows.take(order)
    return Asked(key=columns.key.take(order), row=row, columns=columns, order=order)


def _mixed(start: I64, number: I64, source: I64) -> tuple[U64, U64]:
    """Keys and tails."""
    hour = start // HOUR
    if not 0 <= hour.min() <= hour.max() < 1 << HOUR_BITS:
        raise ValueError("a record starts before 1970 or after 2209")
    mixed = mixed_ids(number, source)
    key = mixed >> np.uint64(HOUR_BITS)
    key |= hour.view(np.uint64) << np.uint64(ID_BITS)
    mixed &= _REST
    mixed |= source.view(np.uint64) << np.uint64(HOUR_BITS)
    return key, mixed


def sorted_order(key: U64) -> I64:
    """As `np.argsort`: by the 32 bits below the first that differ, in two passes over 16 each,
    which is several times faster; the few that agree in these are put in order afterwards."""
    if len(key) < FEW:
        return np.argsort(key)
    least, most = key.min(), key.max()
    below = np.uint64(max(int(most - least).bit_length() - 32, 0))
    digits = ((key - least) >> below).astype(np.uint32)
    order = digits.astype(np.uint16).argsort(kind="stable")
    upper = (digits >> np.uint32(16)).astype(np.uint16)
    order = order.take(upper.take(order).argsort(kind="stable"))
    return _mended(order, key)


def _mended(order: I64, key: U64) -> I64:
    """An order in which few keys are wrong, and these beside their places: such are exchanged."""
    ordered = key.take(order)
    for _ in range(EXCHANGES):
        wrong = np.flatnonzero(ordered[1:] < ordered[:-1])
        if not len(wrong):
            return order
        apart = np.insert(wrong[1:] - wrong[:-1] > 1, 0, True)
        here, there = wrong[apart], wrong[apart] + 1
        for column in (order, ordered):
            column[here], column[there] = column[there], column[here]
    return order.take(ordered.argsort(kind="stable"))


def mixed_ids(number: I64, source: I64) -> U64:
    """Well spread and one-to-one: of one source, no two ids give the same."""
    mixed = source.view(np.uint64) * _SALT
    mixed += number.view(np.uint64)
    mixed *= _ODD[0]
    mixed ^= mixed >> _HALF
    mixed *= _ODD[1]
    return mixed


def source_of(tail: Tail) -> I64:
    """The source codes in tails."""
    return (tail >> tail.dtype.type(HOUR_BITS)).astype(np.int64)


def _digest(text: TextIds) -> I64:
    """One number for each fixed-width text, not one-to-one."""
    words = np.ascontiguousarray(text).view(np.uint64)
    words = words.reshape(len(text), -1)
    found = np.zeros(len(text), np.uint64)
    for word in words.T:
        found ^= word
        found *= _ODD[0]
        found ^= found >> _HALF
    return found.view(np.int64)


def _content(records: Records, part: slice) -> U64:
    """A weighted sum: two contents that differ give the same only by a chance of one in 2^64."""
    what = records.service[part].astype(np.int64) << 16
    what += records.zone[part].astype(np.int64) << 8
    what += records.sign[part]
    columns = [records.number[part], records.start[part], records.quantity[part], what]
    if records.priced is not None:
        columns.append(records.priced[part])
    found = np.zeros(len(what), np.uint64)
    for column, weight in zip(columns, _WEIGHTS, strict=False):
        found += column.astype(np.int64, copy=False).view(np.uint64) * weight
    return found
