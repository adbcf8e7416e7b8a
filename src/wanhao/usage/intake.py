"""Gathering records from the inbox, each file once, each row once, a batch's worth at a time."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import numpy as np
from django.db.models import F

from wanhao.usage.blocks import Block, Int64, Unreadable, joined
from wanhao.usage.folders import Folders, WaitingFile, identified, put_away, waiting_paths
from wanhao.usage.models import UsageFile
from wanhao.usage.readers import UnreadableFileError, read_blocks, shown_name

log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class FilePart:
    """How far one file got within a batch."""

    file: WaitingFile
    last_row: int
    finished: bool = False
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
class Intake:
    """Reads the inbox in order of arrival."""

    folders: Folders
    batch_rows: int
    _reading: tuple[FilePart, Iterator[Block]] | None = field(default=None)
    _queue: list[tuple[datetime, Path]] | None = field(default=None)
    _taken: dict[Path, str] = field(default_factory=dict)
    _left: dict[Path, int] = field(default_factory=dict)

    def waiting(self) -> tuple[int, datetime | None]:
        """How many files wait, and since when the oldest does."""
        paths = waiting_paths(self.folders.inbox)
        return len(paths), paths[0][0] if paths else None

    def gather(self) -> Gathered | None:
        """The next batch's worth of records, or None when the inbox holds nothing new."""
        blocks: list[tuple[int, Block]] = []
        parts: list[FilePart] = []
        rows = 0
        self._queue = None
        while rows < self.batch_rows:
            if self._reading is None and not self._open_next():
                break
            if self._reading is not None and self._reading[0] not in parts:
                parts.append(self._reading[0])
            block = self._next_block()
            if block is not None:
                blocks.append((len(parts) - 1, block))
                rows += block.rows_in
        return _gathered(blocks, parts) if parts else None

    def settle(self, parts: Sequence[FilePart]) -> None:
        """Put finished files away; follows the commit."""
        for part in parts:
            if part.finished:
                self._put_away(part.file, refused=bool(part.trouble))
                self._taken.pop(part.file.path, None)

    def _open_next(self) -> bool:
        """Begin the next file. One that repeats a file begun but not yet settled waits for that."""
        if self._queue is None:
            self._queue = list(reversed(waiting_paths(self.folders.inbox)))
        while self._queue:
            arrived_at, path = self._queue.pop()
            file = None if path in self._taken else self._looked_at(arrived_at, path)
            if file is None or file.digest in self._taken.values():
                continue
            known = UsageFile.objects.filter(digest=file.digest).first()
            if known is not None and known.finished and not known.trouble:
                self._came_again(file)
                continue
            done = 0 if known is None else known.rows_done
            self._taken[path] = file.digest
            self._reading = FilePart(file=file, last_row=done), read_blocks(path, done)
            return True
        return False

    def _next_block(self) -> Block | None:
        if self._reading is None:
            return None
        part, reader = self._reading
        try:
            block = next(reader, None)
        except UnreadableFileError as error:
            part.trouble = str(error)
            block = None
        if block is None:
            self._finish(part)
            return None
        part.last_row = block.last_row
        return block

    def _finish(self, part: FilePart) -> None:
        """At its end. What was changed meanwhile may come again from its first row on."""
        if part.file.is_changed():
            part.trouble = f"{part.file.name} was changed while it was read."
            part.last_row = 0
        if part.trouble:
            log.warning("refused: %s", part.trouble)
        part.finished = True
        self._reading = None

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
