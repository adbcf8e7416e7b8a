"""Records that came before: exact, over a window per source, by (source, record id, start hour).

What was counted lately is in memory, the rest in run files that are written and merged beside the
counting. A filter per start hour says of most records that they are surely new; only what passes
it is looked up, and compared as a whole.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from wanhao.metering.columns import I64, Mask
from wanhao.usage.blocks import Block, Words
from wanhao.usage.duplicates.files import open_run
from wanhao.usage.duplicates.filters import Filters
from wanhao.usage.duplicates.identities import (
    HOUR,
    Identities,
    hour_bounds,
    repeats_within,
    sorted_identities,
)
from wanhao.usage.duplicates.runs import Run, run_of
from wanhao.usage.duplicates.shelf import Shelf
from wanhao.usage.duplicates.upkeep import Job, Upkeep
from wanhao.usage.remembering import Remembering

Told = Mapping[str, Any]
"""What a snapshot keeps of an index, fit for JSON: sources, floors, names of run files."""
New = Sequence[Identities]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Per row of a block: seen before with the same content, or with another; and what is new."""

    duplicate: Mask
    conflict: Mask
    new: New


@dataclass(frozen=True, slots=True)
class Sealed:
    """An index as it was at one moment, for the snapshot of that moment."""

    told_so_far: Told
    jobs: Sequence[Job]
    pledged: set[str]

    def told(self) -> Told:
        """What the snapshot must keep, as soon as all of it stands on the disk. Any thread may wait
        for it. OSError when the disk refuses; then there can be no snapshot of that moment."""
        runs = [job.written.result() for job in self.jobs]
        names = [run.path.name for run in runs if run is not None and run.path is not None]
        self.pledged.update(names)
        return {**self.told_so_far, "runs": [*self.told_so_far["runs"], *names]}


@dataclass(slots=True)
class DuplicateIndex:
    """All identities within the window, for one thread that counts.

    `sources` has the code of each source, `floor` the earliest hour that is remembered of it, by
    code; `newest` is the latest hour of all. Without a `folder` all of it stays in memory.
    """

    folder: Path | None = None
    remembering: Remembering = field(default_factory=Remembering)
    sources: dict[str, int] = field(default_factory=dict)
    floor: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    newest: int = 0
    shelf: Shelf = field(default_factory=Shelf)
    filters: Filters = field(init=False)
    upkeep: Upkeep | None = field(init=False, default=None)
    _forgot_at: int = 0

    def __post_init__(self) -> None:
        self.filters = Filters(self.remembering.memory // 2)
        if self.folder is not None:
            self.upkeep = Upkeep(self.shelf, self.folder)

    def judge(self, block: Block) -> Verdict:
        """Compare a block with what came before and with itself; changes nothing that is told
        but the list of source names."""
        if self.upkeep is not None:
            self.upkeep.collect()
        duplicate = np.zeros(len(block), np.bool_)
        conflict = np.zeros(len(block), np.bool_)
        new: list[Identities] = []
        for asked in sorted_identities(block, self._source_codes(block.source)):
            seen, agrees = repeats_within(asked)
            hours, first = hour_bounds(asked.key)
            maybe = self.filters.maybe(asked.key, hours, first, self.shelf.known, self.shelf.keys)
            if len(maybe):
                some = asked.take(maybe)
                found, content = self.shelf.find(some)
                at = maybe[found]
                seen[at] = True
                agrees[at] = content[found] == some.content[found]
            duplicate[asked.row[seen & agrees]] = True
            conflict[asked.row[seen & ~agrees]] = True
            new.append(asked.take(np.flatnonzero(~seen)))
        return Verdict(duplicate=duplicate, conflict=conflict, new=new)

    def relearn(self, block: Block) -> None:
        """Remember a block whose records were all counted before, as when a batch is replayed."""
        asked = sorted_identities(block, self._source_codes(block.source))
        self.remember([each.take(np.arange(len(each))) for each in asked])

    def remember(self, new: New) -> None:
        """Take in what was counted. Waits where files are written more slowly
        than memory fills."""
        for identities in new:
            if len(identities):
                self._keep(run_of(identities))
        if self.upkeep is None:
            return
        self.upkeep.collect()
        if sum(run.size for run in self.upkeep.fresh()) > self.remembering.memory // 8:
            self.upkeep.await_flush()
            self.upkeep.flush(self._floors())
            self.upkeep.tend(self._floors(), quiet=False)

    def forget_before(self, now: int) -> None:
        """Forget what is earlier than the window of its source: whole runs at once, the rest when
        runs are merged. Time is that of the newest record where the clock is ahead of it."""
        at = min(now // HOUR, self.newest + 1)
        if at <= self._forgot_at:
            return
        self._forgot_at = at
        windows = np.array([self.remembering.hours(name) for name in self.sources], np.int64)
        self.floor = np.maximum(self._floors(), at - windows)
        if self.upkeep is not None:
            self.upkeep.collect()
        busy = () if self.upkeep is None else self.upkeep.busy()
        gone = [
            run
            for run in self.shelf.runs
            if id(run) not in busy and run.forgotten(self.floor) == len(run)
        ]
        self.shelf.remove(gone)
        if self.upkeep is not None:
            self.upkeep.retire(gone)
        self.filters.forget_before(int(self.floor.min(initial=at)))

    def reaches(self, source: Words, start: I64, now: int) -> Mask:
        """Which records are young enough that it is known for certain whether they came before."""
        floor = self._floors()
        earliest = [
            max(
                now // HOUR - self.remembering.hours(name),
                int(floor[self.sources[name]]) if name in self.sources else 0,
            )
            for name in source.names
        ]
        young: Mask = start // HOUR >= np.array(earliest or [0], np.int64)[source.code]
        return young

    def tend(self) -> None:
        """In a quiet moment: merge files, or write one anew of which much is forgotten."""
        if self.upkeep is not None:
            self.upkeep.collect()
            self.upkeep.tend(self._floors(), quiet=True)

    def seal(self) -> Sealed:
        """The index as it is now, for a snapshot; what is in memory only begins to be written."""
        jobs: list[Job] = []
        names: set[str] = set()
        if self.upkeep is not None:
            jobs, names = self.upkeep.seal(self._floors())
        told = {
            "sources": list(self.sources),
            "floor": self._floors().tolist(),
            "newest": self.newest,
            "forgot_at": self._forgot_at,
            "runs": sorted(names),
        }
        return Sealed(told, jobs, names)

    def keep_only(self, named: Collection[str]) -> None:
        """Remove run files that nobody needs: neither the index nor a snapshot, which named these
        (`names_in`). Called when a snapshot was written or dropped, by the thread that counts."""
        if self.upkeep is not None:
            self.upkeep.remove(named)

    def retire_but(self, named: Collection[str]) -> None:
        """Count the files of the folder that are not among these to those that nobody needs."""
        if self.upkeep is not None and self.upkeep.folder.is_dir():
            found = self.upkeep.folder.glob("*identities-*")
            self.upkeep.retired += [path for path in found if path.name not in named]

    def take_charge(self, folder: Path) -> None:
        """An index that only followed another meter's goes on as the one that counts."""
        self.folder, self.upkeep = folder, Upkeep(self.shelf, folder)
        self.retire_but({run.path.name for run in self.shelf.runs if run.path is not None})

    def close(self) -> None:
        """End what goes on beside."""
        self.shelf.close()
        if self.upkeep is not None:
            self.upkeep.close()

    def _source_codes(self, source: Words) -> I64:
        """The code of each row's source; new sources get the next ones."""
        codes = [self.sources.setdefault(name, len(self.sources)) for name in source.names]
        return np.array(codes or [0], np.int64)[source.code]

    def _keep(self, run: Run) -> None:
        self.shelf.add(run)
        self.newest = max(self.newest, int(run.hours[-1]))
        self.filters.mark(run.key, run.hours, run.first, self.shelf.known, self.shelf.keys)

    def _floors(self) -> I64:
        """The floor of each source; nothing was forgotten of those that came since."""
        return np.append(self.floor, np.zeros(len(self.sources) - len(self.floor), np.int64))


def opened(
    folder: Path, remembering: Remembering, told: Told | None = None, *, follows: bool = False
) -> DuplicateIndex:
    """The index that a snapshot told of, or an empty one. CutRunError where a run file is missing
    or not whole. Files that are not in it are removed with the next `keep_only`. One that `follows`
    another meter's writes and removes nothing until it takes charge."""
    index = DuplicateIndex(folder=None if follows else folder, remembering=remembering)
    names = set() if told is None else names_in(told)
    if told is not None:
        index.sources = {name: code for code, name in enumerate(told["sources"])}
        index.floor = np.array(told["floor"], np.int64)
        index.newest, index._forgot_at = told["newest"], told["forgot_at"]
        for name in told["runs"]:
            index.shelf.add(open_run(folder / name))
    if not follows:
        index.retire_but(names)
    return index


def names_in(told: Told) -> frozenset[str]:
    """The run files that a snapshot needs."""
    return frozenset(told["runs"])
