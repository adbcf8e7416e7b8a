"""Filters, one per start hour, that say of most new records that they are surely new.

A filter marks four bits of one 64-bit word for each identity of its hour. What finds its bits
marked may have come before and is looked up; what does not is new. All filters lie in one array
within a limit of memory, so that records of many hours are asked for at once; an hour that has none
is looked up, and gets one when it is asked for often.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I64, Mask
from wanhao.usage.duplicates.identities import ID_BITS, U64

BITS = 14
"""Bits for each identity that a filter has room for. When it is full, it lets one new record of a
hundred through at most."""
LEAST = 1 << 12
WORTH = 16
"""An hour gets a filter when one was asked for, for so many that there are of it."""
AT_ONCE = 1 << 16
"""Identities looked at together; so many fit the processor's cache."""
WORD = 64
_SPREAD = np.uint64(0xC2B2AE3D27D4EB4F)
_WITHIN = np.uint64((1 << ID_BITS) - 1)
_TOP = np.uint64(ID_BITS - 32)
_HALF = np.uint64(32)
_LAST = np.uint64(64 - 16)
Known = Callable[[int], int]
"""How many identities there are of an hour."""
Keys = Callable[[int], Iterable[U64]]
"""All keys of an hour, in sorted pieces."""


def _marks() -> U64:
    """Four different bits of 64, for each of 2^16 digests."""
    random = np.random.default_rng(19)
    bits = np.argsort(random.random((1 << 16, WORD)), axis=1)[:, :4].astype(np.uint64)
    found: U64 = np.bitwise_or.reduce(np.uint64(1) << bits, axis=1)
    return found


MARKS = _marks()


@dataclass(slots=True)
class Filter:
    """Where the filter of an hour begins, how many words it has, how many identities it has room
    for and has."""

    start: int
    words: int
    room: int
    count: int = 0


@dataclass(frozen=True, slots=True)
class Asked:
    """Sorted keys, and for each hour of theirs where it begins in them and which filter it has."""

    key: U64
    first: I64
    filters: list[Filter | None]

    def pieces(self) -> Iterator[tuple[slice, U64, I64, Mask]]:
        """Part by part: where it stands, its keys, the word of each, and which have a filter."""
        start = np.array([0 if f is None else f.start for f in self.filters], np.int64)
        words = np.array([0 if f is None else f.words for f in self.filters], np.uint64)
        hour = np.repeat(np.arange(len(start)), np.diff(self.first))
        for low in range(0, len(self.key), AT_ONCE):
            part = slice(low, low + AT_ONCE)
            key, mine = self.key[part], hour[part]
            size = words[mine]
            word = (key & _WITHIN) >> _TOP
            word *= size
            word >>= _HALF
            yield part, key, start[mine] + word.view(np.int64), size > 0


@dataclass(slots=True)
class Filters:
    """The filters of the hours asked for last, in `memory` octets at most; `asked` is how many
    records of an hour were looked up since it has none."""

    memory: int
    of_hour: dict[int, Filter] = field(default_factory=dict)
    asked: Counter[int] = field(default_factory=Counter)
    _words: U64 = field(init=False)
    _end: int = 0

    def __post_init__(self) -> None:
        self._words = np.zeros(max(self.memory // MARKS.itemsize, words_for(LEAST)), np.uint64)

    @property
    def size(self) -> int:
        """Octets that they take."""
        return self._end * MARKS.itemsize

    def maybe(self, key: U64, hours: I64, first: I64, known: Known, keys: Keys) -> I64:
        """Where in sorted keys, whose hours begin at `first`, those are that may be known."""
        counts = np.diff(first).tolist()
        some = [
            self._is_known(*each, known, keys) for each in zip(hours.tolist(), counts, strict=True)
        ]
        if not any(some):
            return np.zeros(0, np.int64)
        found = np.repeat(np.array(some), counts)
        asked = Asked(key, first, [self.of_hour.get(hour) for hour in hours.tolist()])
        for part, part_key, word, has_filter in asked.pieces():
            mark = _mark(part_key)
            found[part] &= ~has_filter | (self._words.take(word) & mark == mark)
        return np.flatnonzero(found)

    def mark(self, key: U64, hours: I64, first: I64, known: Known, keys: Keys) -> None:
        """Mark new identities, which are among the known ones already. A filter that is full is
        made anew with more room, where memory allows."""
        counts = np.diff(first).tolist()
        ready = [
            hour if self._is_ready(hour, count, known, keys) else None
            for hour, count in zip(hours.tolist(), counts, strict=True)
        ]
        asked = Asked(
            key, first, [None if hour is None else self.of_hour.get(hour) for hour in ready]
        )
        for filter_, count in zip(asked.filters, counts, strict=True):
            if filter_ is not None:
                filter_.count += count
        self._mark(asked)

    def forget_before(self, hour: int) -> None:
        """Drop the filters of earlier hours."""
        for early in [each for each in self.of_hour if each < hour]:
            del self.of_hour[early]
        for early in [each for each in self.asked if each < hour]:
            del self.asked[early]

    def _is_known(self, hour: int, asked: int, known: Known, keys: Keys) -> bool:
        """Whether anything is known of an hour, which gets a filter when that is worthwhile."""
        filter_ = self.of_hour.pop(hour, None)
        if filter_ is not None:
            self.of_hour[hour] = filter_
            return True
        count = known(hour)
        if count:
            self.asked[hour] += asked
            if self.asked[hour] * WORTH >= count:
                self._make(hour, count, known, keys)
        return count > 0

    def _is_ready(self, hour: int, count: int, known: Known, keys: Keys) -> bool:
        """Whether the hour has a filter in which so many new ones are not marked yet. One that has
        no room left is made anew with all of them; where there is no more memory, it goes on as it
        is and lets more through."""
        filter_ = self.of_hour.get(hour)
        if filter_ is None:
            if known(hour) == count:
                self._make(hour, count, known, keys)
            return False
        total = filter_.count + count
        if total <= filter_.room or self._room(total) <= filter_.room:
            return True
        del self.of_hour[hour]
        self._make(hour, total, known, keys)
        return False

    def _room(self, count: int) -> int:
        """Room for half as many more."""
        most = len(self._words) * WORD // BITS
        return max(min(count + count // 2, most), LEAST)

    def _make(self, hour: int, count: int, known: Known, keys: Keys) -> None:
        """A filter of an hour, which is expected to become as busy as the one before it; those of
        hours that were not asked for lately make way."""
        self.asked.pop(hour, None)
        room = self._room(max(count, known(hour - 1)))
        words = min(words_for(room), len(self._words))
        if self._end + words > len(self._words):
            self._make_way(words)
        made = Filter(start=self._end, words=words, room=room)
        self._end += words
        for part in keys(hour):
            made.count += len(part)
            self._mark(Asked(part, np.array([0, len(part)]), [made]))
        self.of_hour[hour] = made

    def _make_way(self, words: int) -> None:
        """Move the filters together, without those that were not asked for longest."""
        left = sum(each.words for each in self.of_hour.values())
        while self.of_hour and left + words > len(self._words):
            left -= self.of_hour.pop(next(iter(self.of_hour))).words
        end = 0
        for each in sorted(self.of_hour.values(), key=lambda filter_: filter_.start):
            self._words[end : end + each.words] = self._words[each.start : each.start + each.words]
            each.start, end = end, end + each.words
        self._words[end : self._end] = 0
        self._end = end

    def _mark(self, asked: Asked) -> None:
        for _, key, word, has_filter in asked.pieces():
            left = np.flatnonzero(has_filter)
            mark = _mark(key)
            while len(left):
                at, bits = word.take(left), mark.take(left)
                self._words[at] = self._words.take(at) | bits
                # Of several in one word only the last was written.
                left = left[self._words.take(at) & bits != bits]


def words_for(room: int) -> int:
    """How many words a filter has."""
    return -(-room * BITS // WORD)


def _mark(key: U64) -> U64:
    digest = (key * _SPREAD) >> _LAST
    found: U64 = MARKS.take(digest.view(np.int64))
    return found
