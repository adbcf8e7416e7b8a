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
from wanhao.usage.readers import UnreadableFileError, read_blocks

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
    _taken: set[Path] = field(default_factory=set)

    def waiting(self) -> tuple[int, datetime | None]:
        """How many files wait, and since when the oldest does."""
        paths = waiting_paths(self.folders.inbox)
        return len(paths), paths[0][0] if paths else None

    def gather(self) -> Gathered | None:
        """The next batch's worth of records, or None when the inbox holds nothing new."""
        blocks: list[tuple[int, Block]] = []
        parts: list[FilePart] = []
        rows = 0
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
                put_away(part.file, self.folders.refused if part.trouble else self.folders.done)
                self._taken.discard(part.file.path)

    def _open_next(self) -> bool:
        for arrived_at, path in waiting_paths(self.folders.inbox):
            if path in self._taken:
                continue
            try:
                file = identified(arrived_at, path)
            except FileNotFoundError:
                continue
            known = UsageFile.objects.filter(digest=file.digest).first()
            if known is not None and known.finished:
                self._came_again(file)
                continue
            done = 0 if known is None else known.rows_done
            self._taken.add(path)
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
            log.warning("refused %s: %s", part.file.path.name, error)
            block = None
        if block is None:
            part.finished = True
            self._reading = None
            return None
        part.last_row = block.last_row
        return block

    def _came_again(self, file: WaitingFile) -> None:
        """A file that was counted before is put away; its records are not counted again."""
        log.info("%s was counted before", file.path.name)
        UsageFile.objects.filter(digest=file.digest).update(repeats=F("repeats") + 1)
        put_away(file, self.folders.done)


def _gathered(blocks: Sequence[tuple[int, Block]], parts: Sequence[FilePart]) -> Gathered:
    unreadable = [(part, row) for part, block in blocks for row in block.unreadable]
    lengths = [len(block) for _, block in blocks]
    return Gathered(
        block=joined([block for _, block in blocks]) if blocks else None,
        part=np.repeat(np.array([part for part, _ in blocks], np.int64), lengths),
        parts=parts,
        unreadable=unreadable,
    )
