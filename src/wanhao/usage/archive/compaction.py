"""Compaction: what lies in the files of batches moves into parts of days, and small parts into
larger ones. New files are written beside; one rename of the manifest puts them in the place of the
old, which go after it. Killed anywhere, nothing is lost and nothing is there twice.
"""

import fcntl
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path

from wanhao.usage.archive.keys import keyring
from wanhao.usage.archive.layout import (
    BATCHES,
    DAYS,
    archive_path,
    batch_number,
    missing,
    part_folder,
)
from wanhao.usage.archive.manifest import (
    Manifest,
    Part,
    load_manifest,
    save_manifest,
    settle_manifest,
)
from wanhao.usage.archive.merging import STRETCH_ROWS, Run, Written, merge
from wanhao.usage.archive.parts import ROW_GROUP
from wanhao.values.errors import WanhaoError

LOCK = ".compacting"
FILES_AT_ONCE = 400
GROWTH = 4
"""A part is merged with those behind it unless it is so many times as long."""
EPOCH = date(1970, 1, 1)
Checkpoint = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedBatch:
    """A committed batch with records, as the database knows it."""

    number: int
    token: uuid.UUID
    metered: int


@contextmanager
def compacting(archive: Path) -> Iterator[None]:
    """One process at a time; WanhaoError for a second one."""
    with (archive / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WanhaoError(
                "The archive is being compacted already.", "Wait until that has ended."
            ) from error
        yield


@dataclass(slots=True)
class Compaction:
    """An archive on its way from one manifest to the next; used within `compacting`."""

    archive: Path
    checkpoint: Checkpoint = lambda name: None
    manifest: Manifest = field(init=False)

    def __post_init__(self) -> None:
        self.manifest = load_manifest(self.archive)
        settle_manifest(self.archive)
        self._sweep()

    def take_in(self, batches: Sequence[ArchivedBatch], through: int) -> None:
        """Move the records of these batches into parts; no other batch up to `through` has any."""
        for some in _passes(batches):
            runs = [_run(self.archive, one) for one in some]
            parts = self.written(runs, sum(one.metered for one in some), _span(some))
            manifest = self.manifest.exchanged([], parts)
            self.switch(replace(manifest, through=some[-1].number))
        if self.manifest.through < through:
            self.switch(replace(self.manifest, through=through))

    def gather(self) -> None:
        """Merge short parts of a day with what is behind them, so that each day has few."""
        for _, each in groupby(self.manifest.parts, key=lambda part: part.day):
            short = _short(list(each))
            if len(short) > 1:
                self.rewrite(short)

    def rewrite(self, parts: Sequence[Part]) -> None:
        """Write parts of one day anew, as one, under the key of now."""
        runs = [Run.of_part(part.folder(self.archive)) for part in parts]
        span = min(part.first_batch for part in parts), max(part.last_batch for part in parts)
        (new,) = self.written(runs, sum(part.rows for part in parts), span)
        holds = {part.holds for part in parts}
        self.exchange(parts, [replace(new, holds=holds.pop() if len(holds) == 1 else ())])

    def exchange(self, old: Sequence[Part], new: Sequence[Part]) -> None:
        """Put parts in the place of others; records that are in neither were past their time."""
        manifest = self.manifest.exchanged(old, new)
        dropped = sum(part.rows for part in old) - sum(part.rows for part in new)
        self.switch(replace(manifest, dropped=manifest.dropped + dropped))

    def keep_from(self, day: str) -> None:
        """Tell everybody, before anything is dropped, that earlier days are not kept whole; whoever
        holds a number from now on can see that it may be too late."""
        if self.manifest.kept_from < day:
            self.switch(replace(self.manifest, kept_from=day))

    def finish(self, until: str) -> None:
        """Note down how far it was done."""
        self.switch(replace(self.manifest, until=until))

    def written(self, runs: Sequence[Run], rows: int, span: tuple[int, int]) -> list[Part]:
        """New parts with the records of runs, of the batches from the first to the last of `span`.

        WanhaoError where these are not as many as they should be, OSError where the disk refuses;
        then nothing of them is left.
        """
        try:
            done = merge(runs, lambda day: self._new_folder(day, span[1]))
        except OSError:
            self._sweep()
            raise
        parts = [_part(one, span) for one in done]
        found = sum(part.rows for part in parts)
        if found != rows:
            self._sweep()
            raise WanhaoError(
                f"The archive holds {found:,} records of the batches {span[0]} to {span[1]};"
                f" {rows:,} were metered.",
                "Restore the archive folder from its backup; nothing was changed.",
            )
        self.checkpoint("written")
        return parts

    def _new_folder(self, day: int, last_batch: int) -> Path:
        """Where a part goes; no two have the same name."""
        name = f"p{last_batch:012d}-{uuid.uuid4().hex[:12]}"
        return part_folder(self.archive, _day_text(day), name)

    def switch(self, manifest: Manifest) -> None:
        """Go over to another manifest, and remove what it does not name. OSError where the disk
        refuses; unless it came over all the same, nothing of what is new is left."""
        try:
            save_manifest(self.archive, manifest)
        except OSError:
            if load_manifest(self.archive) == self.manifest:
                self._sweep()
            raise
        self.manifest = manifest
        self.checkpoint("switched")
        self._sweep()
        self.checkpoint("swept")

    def _sweep(self) -> None:
        """Remove what the manifest does not name: parts that were replaced or never finished, and
        the files of batches that were taken in."""
        named = {part.folder(self.archive) for part in self.manifest.parts}
        for folder in (self.archive / DAYS).glob("*/*"):
            if folder not in named:
                shutil.rmtree(folder)
        for day in (self.archive / DAYS).glob("*"):
            if not any(day.iterdir()):
                day.rmdir()
        for path in self.archive.glob(BATCHES):
            if batch_number(path) <= self.manifest.through:
                path.unlink()


def _passes(batches: Sequence[ArchivedBatch]) -> Iterator[Sequence[ArchivedBatch]]:
    """So many batches at a time that neither open files nor those read whole are too many."""
    some: list[ArchivedBatch] = []
    files = rows = 0
    for one in batches:
        files += one.metered > ROW_GROUP
        rows += one.metered if one.metered <= ROW_GROUP else 0
        some.append(one)
        if files >= FILES_AT_ONCE or rows >= STRETCH_ROWS:
            yield some
            some, files, rows = [], 0, 0
    if some:
        yield some


def _run(archive: Path, batch: ArchivedBatch) -> Run:
    path = archive_path(archive, batch.number, batch.token)
    try:
        return Run.of_batch(path, batch.number)
    except FileNotFoundError as error:
        raise missing(path) from error


def _span(batches: Sequence[ArchivedBatch]) -> tuple[int, int]:
    return batches[0].number, batches[-1].number


def _short(parts: Sequence[Part]) -> Sequence[Part]:
    """The last parts of a day, as far back as each is short beside those behind it."""
    behind, first = parts[-1].rows, len(parts) - 1
    while first and parts[first - 1].rows < GROWTH * behind:
        first -= 1
        behind += parts[first].rows
    return parts[first:]


def _part(written: Written, span: tuple[int, int]) -> Part:
    return Part(
        day=_day_text(written.day),
        name=written.folder.name,
        rows=written.rows,
        octets=sum(path.stat().st_size for path in written.folder.iterdir()),
        first_batch=span[0],
        last_batch=span[1],
        key=keyring().current or "",
    )


def _day_text(day: int) -> str:
    return (EPOCH + timedelta(days=day)).isoformat()
