"""Gathering records from the inbox, each file once, each row once, a batch's worth at a time.

A thread of its own reads the next batch while this one is counted. It knows nothing of the
database: which rows were counted before is looked up when a batch is taken from it.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from threading import Lock

import numpy as np
from django.db.models import F

from wanhao.usage.blocks import Block, Int64, Unreadable, joined
from wanhao.usage.folders import (
    Folders,
    WaitingFile,
    fetch,
    identified,
    put_away,
    waiting_paths,
)
from wanhao.usage.models import UsageFile
from wanhao.usage.readers import UnreadableFileError, read_blocks, shown_name

log = logging.getLogger(__name__)
ALL_ROWS = int(np.iinfo(np.int64).max)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePart:
    """How far one file got within a batch."""

    file: WaitingFile
    last_row: int
    finished: bool = False
    changed: bool = False
    trouble: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Records of one or more files: the readable rows as one block, `part` the file of each."""

    block: Block | None
    part: Int64
    parts: Sequence[FilePart]
    unreadable: Sequence[tuple[int, Unreadable]]

    @property
    def arrived_at(self) -> datetime:
        """When the oldest of the files was dropped."""
        return min(part.file.arrived_at for part in self.parts)


@dataclass(slots=True)
class _Reading:
    """A file that is being read, and how far."""

    file: WaitingFile
    blocks: Iterator[Block]
    last_row: int = 0


@dataclass(slots=True)
class Intake:
    """Reads the inbox in order of arrival, and what is read as a whole only up to `most` octets.
    `gather` and `settle` are for one thread; what that thread reads ahead is done in another."""

    folders: Folders
    batch_rows: int
    most: int | None = None
    _reader: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="reading")
    )
    _ahead: Future[Gathered | None] | None = field(default=None)
    _held: Gathered | None = field(default=None)
    _counted: dict[str, int] = field(default_factory=dict)
    _reading: _Reading | None = field(default=None)
    _taken: dict[Path, str] = field(default_factory=dict)
    _taking: Lock = field(default_factory=Lock)
    _left: dict[Path, int] = field(default_factory=dict)

    def waiting(self) -> tuple[int, datetime | None]:
        """How many files wait, and since when the oldest does."""
        paths = waiting_paths(self.folders.inbox)
        return len(paths), paths[0][0] if paths else None

    def is_ready(self) -> bool:
        """Whether `gather` has a batch at hand."""
        ahead = self._ahead
        if self._held is not None or ahead is None or not ahead.done():
            return self._held is not None
        return ahead.exception() is None and ahead.result() is not None

    def gather(self) -> Gathered | None:
        """The next batch's worth of records, or None when the inbox holds nothing new. The one
        behind it is read from now on."""
        while True:
            if self._held is None:
                self._held = self._next()
            if self._held is None:
                return None
            admitted = self._admitted(self._held)
            self._held = None
            if admitted is not None:
                return admitted

    def settle(self, parts: Sequence[FilePart]) -> None:
        """Put finished files away; follows the commit."""
        for part in parts:
            if part.finished:
                self._put_away(part.file, refused=bool(part.trouble))
                self._forget(part.file)

    def rest(self) -> None:
        """Wait until nothing is being read."""
        if self._ahead is not None:
            self._ahead.exception()

    def _next(self) -> Gathered | None:
        """What was read ahead, or else what lies in the inbox now."""
        ahead, self._ahead = self._ahead, None
        gathered = ahead.result() if ahead is not None else None
        if gathered is None:
            gathered = self._reader.submit(self._read_batch).result()
        if gathered is not None:
            self._ahead = self._reader.submit(self._read_batch)
        return gathered

    def _admitted(self, gathered: Gathered) -> Gathered | None:
        """Without the rows that were counted before; None when nothing is left of it."""
        files = {part.file.digest: part.file for part in gathered.parts}
        new = [digest for digest in files if digest not in self._counted]
        known = {row.digest: row for row in UsageFile.objects.filter(digest__in=new)}
        counted = {}
        for digest in new:
            row = known.get(digest)
            if row is not None and row.finished and not row.trouble:
                counted[digest] = ALL_ROWS
                self._came_again(files[digest])
            else:
                counted[digest] = 0 if row is None else row.rows_done
        self._counted |= counted
        kept = _beyond(gathered, self._counted)
        for part in gathered.parts:
            if part.finished and self._counted.pop(part.file.digest) == ALL_ROWS:
                self._forget(part.file)
        return kept

    def _read_batch(self) -> Gathered | None:
        blocks: list[tuple[int, Block]] = []
        parts: list[FilePart] = []
        rows = 0
        queue: list[tuple[datetime, Path]] | None = None
        while rows < self.batch_rows:
            if self._reading is None:
                queue = (
                    list(reversed(waiting_paths(self.folders.inbox))) if queue is None else queue
                )
                self._open_next(queue)
            if self._reading is None:
                break
            block, part = self._read_on(self._reading)
            if parts and parts[-1].file is part.file:
                parts[-1] = part
            else:
                parts.append(part)
            if block is not None:
                blocks.append((len(parts) - 1, block))
                rows += block.rows_in
        return _gathered(blocks, parts) if parts else None

    def _open_next(self, queue: list[tuple[datetime, Path]]) -> None:
        """Begin the next file, and have the one behind it fetched. One that repeats a file begun
        but not yet settled waits for that."""
        while queue and self._reading is None:
            arrived_at, path = queue.pop()
            with self._taking:
                is_taken = path in self._taken
            file = None if is_taken else self._looked_at(arrived_at, path)
            if file is None:
                continue
            with self._taking:
                if file.digest in self._taken.values():
                    continue
                self._taken[path] = file.digest
            self._reading = _Reading(file, read_blocks(path, most=self.most))
            if queue:
                fetch(queue[-1][1])

    def _read_on(self, reading: _Reading) -> tuple[Block | None, FilePart]:
        """The next block of a file and how far it got; no block at its end."""
        trouble = ""
        block = None
        if self._counted.get(reading.file.digest) != ALL_ROWS:
            try:
                block = next(reading.blocks, None)
            except UnreadableFileError as error:
                trouble = str(error)
        if block is None:
            self._reading = None
            return None, _finished(reading, trouble)
        reading.last_row = block.last_row
        return block, FilePart(file=reading.file, last_row=block.last_row)

    def _came_again(self, file: WaitingFile) -> None:
        """A file that was counted before is put away; its records are not counted again."""
        log.info("%s was counted before", file.name)
        UsageFile.objects.filter(digest=file.digest).update(repeats=F("repeats") + 1)
        self._put_away(file, refused=False)

    def _looked_at(self, arrived_at: datetime, path: Path) -> WaitingFile | None:
        """The file with its digest; None when it is gone, or cannot be read and is left alone
        until somebody changes it."""
        if path in self._left and self._left[path] == _changed_at(path):
            return None
        try:
            return identified(arrived_at, path)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._leave(path, error)
            return None

    def _put_away(self, file: WaitingFile, *, refused: bool) -> None:
        try:
            put_away(file, self.folders.refused if refused else self.folders.done)
        except OSError as error:
            self._leave(file.path, error)

    def _leave(self, path: Path, error: OSError) -> None:
        log.warning("%s stays where it is: %s", shown_name(path), error.strerror)
        self._left[path] = _changed_at(path)

    def _forget(self, file: WaitingFile) -> None:
        with self._taking:
            self._taken.pop(file.path, None)


def _finished(reading: _Reading, trouble: str) -> FilePart:
    """A file at its end. What was changed meanwhile may come again from its first row on."""
    file, changed = reading.file, reading.file.is_changed()
    if changed:
        trouble = f"{file.name} was changed while it was read."
    if trouble:
        log.warning("refused: %s", trouble)
    last_row = 0 if changed else reading.last_row
    return FilePart(file=file, last_row=last_row, finished=True, changed=changed, trouble=trouble)


def _beyond(gathered: Gathered, counted: dict[str, int]) -> Gathered | None:
    """What of a batch lies beyond the rows of each file that were counted before."""
    done = np.array([counted[part.file.digest] for part in gathered.parts], np.int64)
    if not done.any():
        return gathered
    kept = np.flatnonzero(done < ALL_ROWS).tolist()
    place = np.cumsum(done < ALL_ROWS) - 1
    parts = [_moved_on(gathered.parts[part], int(done[part])) for part in kept]
    unreadable = [(place[part], row) for part, row in gathered.unreadable if row.row > done[part]]
    block, part = gathered.block, gathered.part
    if block is not None:
        rows = np.flatnonzero(block.row > done[part])
        block, part = block.take(rows), place[part[rows]]
    has_rows = bool(unreadable) or (block is not None and len(block) > 0)
    if not has_rows and not any(part.finished for part in parts):
        return None
    return Gathered(block=block, part=part, parts=parts, unreadable=unreadable)


def _moved_on(part: FilePart, done: int) -> FilePart:
    return part if part.changed else replace(part, last_row=max(part.last_row, done))


def _changed_at(path: Path) -> int:
    """When the file, its rights included, was changed last; 0 when it is gone."""
    try:
        return path.stat().st_ctime_ns
    except OSError:
        return 0


def _gathered(blocks: Sequence[tuple[int, Block]], parts: Sequence[FilePart]) -> Gathered:
    unreadable = [(part, row) for part, block in blocks for row in block.unreadable]
    lengths = [len(block) for _, block in blocks]
    return Gathered(
        block=joined([block for _, block in blocks]) if blocks else None,
        part=np.repeat(np.array([part for part, _ in blocks], np.int64), lengths),
        parts=parts,
        unreadable=unreadable,
    )
