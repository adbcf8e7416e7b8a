"""All runs of an index, how many identities they have of each hour, and the merging of files."""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I64, Mask
from wanhao.usage.duplicates.identities import U64, Identities, hour_bounds
from wanhao.usage.duplicates.runs import Run

LOOKED_UP = 1 << 13
"""Identities looked up at a time; the parts of files they touch are given back after each."""
AT_ONCE, FEW = 8, 64
"""So many threads look up together, where there are more than a few for each: most of what they
ask for lies on the disk, which answers many at once as quickly as one."""
READ = 1 << 20


@dataclass(slots=True)
class Shelf:
    """The runs, the newest last, and the number of identities by hour."""

    runs: list[Run] = field(default_factory=list)
    counts: Counter[int] = field(default_factory=Counter)
    _looking: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "looking up"), repr=False
    )

    def add(self, run: Run) -> None:
        """Put a run behind the others."""
        self.runs.append(run)
        self.counts.update(_counts(run))

    def remove(self, runs: Sequence[Run]) -> None:
        """Take runs out."""
        for run in runs:
            self.runs.remove(run)
            self.counts.subtract(_counts(run))
        self.counts = +self.counts

    def replace(self, old: Sequence[Run], new: Run | None) -> None:
        """Put what was made of some runs where the first of them stood."""
        at = self.runs.index(old[0])
        self.remove(old)
        if new is not None:
            self.runs.insert(at, new)
            self.counts.update(_counts(new))

    def known(self, hour: int) -> int:
        """How many identities there are of an hour."""
        return self.counts[hour]

    def keys(self, hour: int) -> Iterator[U64]:
        """All keys of an hour, in sorted pieces."""
        for run in self.runs:
            low, high = run.span_of(hour)
            for start in range(low, high, READ):
                yield run.read("key", start, min(start + READ, high))

    def find(self, asked: Identities) -> tuple[Mask, U64]:
        """For each identity (sorted by key) whether it is in a run, and what it said there; the
        newest runs are looked into first."""
        found = np.zeros(len(asked), np.bool_)
        content = np.zeros(len(asked), np.uint64)
        for low in range(0, len(asked), LOOKED_UP):
            high = min(low + LOOKED_UP, len(asked))
            step = max(-(-(high - low) // AT_ONCE), FEW)
            parts = [slice(at, min(at + step, high)) for at in range(low, high, step)]
            some = [asked.take(np.arange(part.start, part.stop)) for part in parts]
            for part, answer in zip(parts, self._looking.map(self._find, some), strict=True):
                found[part], content[part] = answer
            for run in self.runs:
                run.let_go()
        return found, content

    def close(self) -> None:
        """End the threads that look up."""
        self._looking.shutdown()

    def _find(self, asked: Identities) -> tuple[Mask, U64]:
        hours, _ = hour_bounds(asked.key)
        found = np.zeros(len(asked), np.bool_)
        content = np.zeros(len(asked), np.uint64)
        for run in reversed(self.runs):
            if run.is_textual != (asked.text is not None) or not _share(run.hours, hours):
                continue
            left = np.flatnonzero(~found)
            if not len(left):
                break
            here, said = run.find(asked.take(left))
            found[left[here]] = True
            content[left[here]] = said[here]
        return found, content


def _share(some: I64, others: I64) -> bool:
    """Whether two ascending columns have a value in common."""
    spot = np.searchsorted(some, others)
    return bool((some[np.minimum(spot, len(some) - 1)] == others).any())


def _counts(run: Run) -> dict[int, int]:
    return dict(zip(run.hours.tolist(), np.diff(run.first).tolist(), strict=True))
