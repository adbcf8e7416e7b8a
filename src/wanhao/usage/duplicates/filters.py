"""Filters, one per start hour, that say of most new records that they are surely new.

A filter marks four bits of one 64-bit word for each identity of its hour. What finds its bits
marked may have come before and is looked up; what does not is new. Filters are kept within a limit
of memory; an hour that has none is looked up, and gets one when it is asked for often.
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
_SPREAD = np.uint64(0xC2B2AE3D27D4EB4F)
_WITHIN = np.uint64((1 << ID_BITS) - 1)
_ID_BITS = np.uint64(ID_BITS)
_TOP = np.uint64(ID_BITS - 32)
_HALF = np.uint64(32)
_LAST = np.uint64(64 - 16)
Keys = Callable[[int], Iterable[U64]]
"""All keys of an hour, in pieces."""


def _marks() -> U64:
    """Four different bits of 64, for each of 2^16 digests."""
    random = np.random.default_rng(19)
    bits = np.argsort(random.random((1 << 16, 64)), axis=1)[:, :4].astype(np.uint64)
    found: U64 = np.bitwise_or.reduce(np.uint64(1) << bits, axis=1)
    return found


MARKS = _marks()


@dataclass(slots=True)
class Filter:
    """The filter of one hour: marked words, how many identities it has and has room for."""

    words: U64
    room: int
    count: int = 0

    @classmethod
    def empty(cls, room: int) -> "Filter":
        """For so many identities."""
        return cls(words=np.zeros(words_for(room), np.uint64), room=room)

    def passes(self, key: U64) -> Mask:
        """Which of these sorted keys may be among those marked; of the others it is sure."""
        found = np.empty(len(key), np.bool_)
        for low in range(0, len(key), AT_ONCE):
            some = key[low : low + AT_ONCE]
            mark = _mark(some)
            np.equal(self.words[self._word(some)] & mark, mark, out=found[low : low + AT_ONCE])
        return found

    def mark(self, key: U64) -> None:
        """Mark sorted keys."""
        for low in range(0, len(key), AT_ONCE):
            some = key[low : low + AT_ONCE]
            word = self._word(some)
            starts = np.insert(np.flatnonzero(word[1:] != word[:-1]) + 1, 0, 0)
            self.words[word[starts]] |= np.bitwise_or.reduceat(_mark(some), starts)
        self.count += len(key)

    def _word(self, key: U64) -> I64:
        """In the order of the keys, so that words are passed through from first to last."""
        word = (key & _WITHIN) >> _TOP
        word *= np.uint64(len(self.words))
        word >>= _HALF
        return word.view(np.int64)


@dataclass(slots=True)
class Filters:
    """The filters of the hours asked for last, in `memory` octets at most; `asked` is how many
    records of an hour were looked up since it has none."""

    memory: int
    of_hour: dict[int, Filter] = field(default_factory=dict)
    asked: Counter[int] = field(default_factory=Counter)

    @property
    def size(self) -> int:
        """Octets that they take."""
        return sum(one.words.nbytes for one in self.of_hour.values())

    def maybe(
        self, key: U64, hours: I64, first: I64, known: Callable[[int], int], keys: Keys
    ) -> I64:
        """Where in sorted keys, whose hours begin at `first`, those are that may be known.

        `known` says how many identities there are of an hour, `keys` gives them.
        """
        found = []
        for hour, low, high in _spans(hours, first):
            some = key[low:high]
            filter_ = self._filter_for(hour, len(some), known, keys)
            if isinstance(filter_, Filter):
                found.append(low + np.flatnonzero(filter_.passes(some)))
            elif filter_:
                found.append(np.arange(low, high))
        return np.concatenate(found) if found else np.zeros(0, np.int64)

    def mark(
        self, key: U64, hours: I64, first: I64, known: Callable[[int], int], keys: Keys
    ) -> None:
        """Mark new identities, which are among the known ones already. A filter that is full is
        made anew with more room, where memory allows."""
        for hour, low, high in _spans(hours, first):
            filter_ = self.of_hour.get(hour)
            if filter_ is not None and filter_.count + high - low <= filter_.room:
                filter_.mark(key[low:high])
            elif filter_ is not None:
                self._grow(hour, filter_, key[low:high], keys)
            elif known(hour) == high - low:
                self._make(hour, _roomy(high - low), [key[low:high]])

    def forget_before(self, hour: int) -> None:
        """Drop the filters of earlier hours."""
        for early in [each for each in self.of_hour if each < hour]:
            del self.of_hour[early]
        for early in [each for each in self.asked if each < hour]:
            del self.asked[early]

    def _filter_for(
        self, hour: int, asked: int, known: Callable[[int], int], keys: Keys
    ) -> Filter | bool:
        """The hour's filter; else whether anything of it is known, which is then looked up."""
        filter_ = self.of_hour.pop(hour, None)
        if filter_ is not None:
            self.of_hour[hour] = filter_
            return filter_
        count = known(hour)
        if not count:
            return False
        self.asked[hour] += asked
        if self.asked[hour] * WORTH < count:
            return True
        return self._make(hour, _roomy(count), keys(hour))

    def _grow(self, hour: int, filter_: Filter, key: U64, keys: Keys) -> None:
        """Where there is no more room, the filter goes on as it is and lets more through."""
        room = _roomy(filter_.count + len(key))
        if min(room, self._most) <= filter_.room:
            filter_.mark(key)
            return
        del self.of_hour[hour]
        self._make(hour, room, keys(hour))

    @property
    def _most(self) -> int:
        return max(self.memory * 8 // BITS, LEAST)

    def _make(self, hour: int, room: int, keys: Iterable[U64]) -> Filter:
        """A filter of these keys; those of hours that were not asked for lately make way."""
        room = max(min(room, self._most), LEAST)
        needed, size = words_for(room) * MARKS.itemsize, self.size
        while self.of_hour and size + needed > self.memory:
            oldest = next(iter(self.of_hour))
            size -= self.of_hour.pop(oldest).words.nbytes
        self.asked.pop(hour, None)
        made = Filter.empty(room)
        for part in keys:
            made.mark(part)
        self.of_hour[hour] = made
        return made


def _roomy(count: int) -> int:
    """Room for half as many more."""
    return count + count // 2


def words_for(room: int) -> int:
    """How many words a filter has."""
    return -(-room * BITS // 64)


def _spans(hours: I64, first: I64) -> Iterator[tuple[int, int, int]]:
    return zip(hours.tolist(), first[:-1].tolist(), first[1:].tolist(), strict=True)


def _mark(key: U64) -> U64:
    digest = (key * _SPREAD) >> _LAST
    found: U64 = MARKS[digest]
    return found
