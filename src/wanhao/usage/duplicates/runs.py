"""Runs: identities sorted by key, in memory or in a file that is never changed once it stands."""

import mmap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from wanhao.metering.columns import I64, Mask
from wanhao.usage.blocks import TextIds
from wanhao.usage.duplicates.identities import U64, Identities, Tail, hour_bounds, source_of

FENCE = 512
"""Keys of a file between two of its fence, which stays in memory: one page of the disk."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Run:
    """One run. `hours` are those it has, `first` where each begins (one more: the end);
    `sources` tells by source code how many there are, and of which hour the latest is.

    Of a file, `path` is where it lies, `mapped` its memory map, `offset` where each column begins
    and `fence` each 512th key; its columns are views of the map.
    """

    key: U64
    tail: Tail
    content: U64
    text: TextIds | None
    hours: I64
    first: I64
    sources: dict[int, tuple[int, int]]
    fence: U64 | None = None
    path: Path | None = None
    mapped: mmap.mmap | None = None
    offset: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.key)

    @property
    def is_textual(self) -> bool:
        """Whether its ids are text."""
        return self.text is not None

    @property
    def size(self) -> int:
        """Octets of its columns."""
        text = 0 if self.text is None else self.text.nbytes
        return self.key.nbytes + self.tail.nbytes + self.content.nbytes + text

    def forgotten(self, floor: I64) -> int:
        """How many identities at least are earlier than `floor`, by source code, remembers."""
        return sum(count for code, (count, last) in self.sources.items() if last < floor[code])

    def span_of(self, hour: int) -> tuple[int, int]:
        """Where the identities of an hour lie; an empty span where it has none."""
        at = int(np.searchsorted(self.hours, hour))
        if at == len(self.hours) or self.hours[at] != hour:
            return 0, 0
        return int(self.first[at]), int(self.first[at + 1])

    def read(self, name: str, low: int, high: int) -> Any:
        """A part of a column as an array of its own; of a file it is read, not mapped, so that it
        takes no memory once it is let go. One that was removed meanwhile is still in its map."""
        column = getattr(self, name)
        if self.path is None:
            return column[low:high]
        offset = self.offset[name] + low * column.itemsize
        try:
            return np.fromfile(self.path, column.dtype, high - low, offset=offset)
        except FileNotFoundError:
            return column[low:high].copy()

    def find(self, asked: Identities) -> tuple[Mask, U64]:
        """For each identity (sorted by key) whether it is here, and what it said here. It `take`s,
        which lets other threads go on while the disk is read."""
        found = np.zeros(len(asked), np.bool_)
        content = np.zeros(len(asked), np.uint64)
        position = self.position(asked.key)
        left = np.flatnonzero(position < len(self))
        while len(left):
            at = position[left]
            alike = self.key.take(at) == asked.key[left]
            left, at = left[alike], at[alike]
            same = self.tail.take(at) == asked.tail[left]
            if self.text is not None and asked.text is not None:
                same &= self.text.take(at) == asked.text[left]
            found[left[same]] = True
            content[left[same]] = self.content.take(at[same])
            left = left[~same]
            position[left] += 1
            left = left[position[left] < len(self)]
        return found, content

    def let_go(self) -> None:
        """Give back the memory that looking into the file took."""
        if self.mapped is not None:
            self.mapped.madvise(mmap.MADV_DONTNEED)

    def position(self, key: U64) -> I64:
        """Where each key stands first, or would."""
        if self.fence is None:
            return np.searchsorted(self.key, key)
        low = np.maximum(np.searchsorted(self.fence, key) - 1, 0) * FENCE
        high = np.minimum(low + FENCE, len(self))
        while (low < high).any():
            middle = (low + high) >> 1
            below = self.key.take(np.minimum(middle, len(self) - 1)) < key
            below &= low < high
            low, high = np.where(below, middle + 1, low), np.where(below, high, middle)
        return low


def run_of(identities: Identities) -> Run:
    """A run in memory."""
    hours, first = hour_bounds(identities.key)
    return Run(
        key=identities.key,
        tail=identities.tail,
        content=identities.content,
        text=identities.text,
        hours=hours,
        first=first,
        sources=sources_in(identities.tail, hours, first),
    )


def sources_in(tail: Tail, hours: I64, first: I64) -> dict[int, tuple[int, int]]:
    """How many identities of each source there are in a run, and the hour of the latest."""
    source = source_of(tail)
    count = np.bincount(source)
    last = np.zeros(len(count), np.int64)
    for hour, low, high in zip(
        hours.tolist(), first[:-1].tolist(), first[1:].tolist(), strict=True
    ):
        last[source[low:high]] = hour
    present = np.flatnonzero(count).tolist()
    return {code: (int(count[code]), int(last[code])) for code in present}
