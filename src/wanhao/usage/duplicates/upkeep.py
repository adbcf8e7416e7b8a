"""Writing runs to files and merging files, beside the counting; removing what nobody needs."""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from pathlib import Path

from wanhao.metering.columns import I64
from wanhao.usage.duplicates.files import CutRunError, write_run
from wanhao.usage.duplicates.runs import Run
from wanhao.usage.duplicates.shelf import Shelf

log = logging.getLogger(__name__)
TIER = 4
"""Files are of one tier when the larger has less than so many times the identities."""
QUIET, BUSY = 4, 32
"""So many files of a tier are merged in a quiet moment, and while there is much to count."""
LARGEST = 1 << 27
"""Identities of a file that is not merged into a larger one any more."""
Written = Future[Run | None]


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Runs that are written as one file."""

    runs: Sequence[Run]
    written: Written


@dataclass(slots=True)
class Upkeep:
    """What is done beside the counting to the runs of a shelf. Called by the thread that counts."""

    shelf: Shelf
    folder: Path
    jobs: list[Job] = field(default_factory=list)
    retired: list[Path] = field(default_factory=list)
    pledged: set[str] = field(default_factory=set)
    _beside: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(2, "duplicates"), repr=False
    )

    def fresh(self) -> list[Run]:
        """Runs that are in memory only, and of which no file is being written."""
        busy = self.busy()
        return [run for run in self.shelf.runs if run.path is None and id(run) not in busy]

    def busy(self) -> set[int]:
        """The runs (by `id`) of which a file is being written."""
        return {id(run) for job in self.jobs for run in job.runs}

    def flush(self, floor: I64) -> None:
        """Begin to write what is in memory only: a file for numeric ids, one for those of text."""
        fresh = self.fresh()
        for textual in (False, True):
            self._begin([run for run in fresh if run.is_textual == textual], floor)

    def tend(self, floor: I64, *, quiet: bool) -> None:
        """Begin to merge files where enough of a tier have gathered, or to write one anew of which
        half is forgotten; one at a time."""
        if any(run.path is not None for job in self.jobs for run in job.runs):
            return
        files = [run for run in self.shelf.runs if run.path is not None]
        chosen = _many_of_a_tier(files, QUIET if quiet else BUSY)
        if not chosen and quiet:
            chosen = [run for run in files if 2 * run.forgotten(floor) >= len(run)][:1]
        self._begin(chosen, floor)

    def collect(self) -> None:
        """Take in the files that are finished; what could not be written stays in memory."""
        for job in [each for each in self.jobs if each.written.done()]:
            self.jobs.remove(job)
            try:
                self.shelf.replace(job.runs, job.written.result())
            except (OSError, CutRunError) as error:
                log.warning("identities of records could not be written down: %s", error)
                continue
            self.retire(job.runs)

    def await_flush(self) -> None:
        """Wait for the files of what is in memory, and take them in."""
        wait([job.written for job in self.jobs if job.runs[0].path is None])
        self.collect()

    def seal(self, floor: I64) -> tuple[list[Job], set[str]]:
        """Begin to write what is in memory only. Returns what is being written of it, and the files
        that stand, which are kept until the next time whatever becomes of them."""
        self.collect()
        self.flush(floor)
        files = [run.path for run in self.shelf.runs if run.path is not None]
        self.pledged = {path.name for path in files}
        return [job for job in self.jobs if job.runs[0].path is None], self.pledged

    def retire(self, runs: Iterable[Run]) -> None:
        """Note files that left the shelf; a snapshot may still need them."""
        self.retired += [run.path for run in runs if run.path is not None]

    def remove(self, named: Collection[str]) -> None:
        """Remove the files that left the shelf and are neither among these nor promised."""
        kept = [path for path in self.retired if path.name in named or path.name in self.pledged]
        for path in set(self.retired) - set(kept):
            path.unlink(missing_ok=True)
        self.retired = kept

    def close(self) -> None:
        """Wait for what is being written, and begin nothing more."""
        self._beside.shutdown(wait=True, cancel_futures=True)

    def _begin(self, runs: Sequence[Run], floor: I64) -> None:
        if runs:
            written = self._beside.submit(write_run, self.folder, runs, floor.copy())
            self.jobs.append(Job(runs, written))


def _many_of_a_tier(files: Sequence[Run], enough: int) -> list[Run]:
    """Files of one kind and size that are many enough to be merged; the smallest first."""
    tiers: dict[tuple[bool, int], list[Run]] = defaultdict(list)
    for run in files:
        tiers[run.is_textual, _tier(len(run))].append(run)
    for _, runs in sorted(tiers.items()):
        if len(runs) >= enough and sum(map(len, runs[:enough])) <= LARGEST:
            return runs[:enough]
    return []


def _tier(rows: int) -> int:
    return (rows.bit_length() - 1) // (TIER.bit_length() - 1)
