"""Snapshots of the meter: the whole state in one file, and which files the duplicate index has.

A snapshot carries the number and token of its batch and the time of its last fact, so that one of
another database, or of a time that was undone, is never taken. A file that does not read whole is
passed over for the one before it. Saving goes on beside the counting (`saving.py`).
"""

import json
import logging
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from wanhao.metering.state import MeterState
from wanhao.usage.column_files import add_told, read_columns, told_in
from wanhao.usage.duplicates import CutRunError, DuplicateIndex, Sealed, Told, names_in
from wanhao.usage.durable import sync_folder
from wanhao.usage.older_snapshots import READABLE, brought_up
from wanhao.usage.saving import Saving, begin_saving, opened_anew, write_state
from wanhao.usage.state_columns import Arrays, Plain, put_together

log = logging.getLogger(__name__)
KEPT = 2
FORMAT = 5
ENDING, OLDER_ENDING = ".state", ".npz"
UNREADABLE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    path: Path
    saving: Saving
    sealed: Sealed


@dataclass(slots=True)
class Snapshots:
    """The snapshots of a meter that counts: one is written at a time. `at` is the batch of the last
    one, also where the disk refused it."""

    folder: Path
    at: int
    _begun: _Begun | None = field(default=None)

    @classmethod
    def after(cls, folder: Path, last_batch: int) -> "Snapshots":
        """Those of a meter that came back with this batch; what the one before it left unfinished
        is removed."""
        sweep(folder)
        return cls(folder, min(newest_batch(folder), last_batch))

    @property
    def is_saving(self) -> bool:
        """Whether one is being written."""
        return self._begun is not None

    @property
    def is_over(self) -> bool:
        """Whether the one that was being written is, so that `finish` hardly waits."""
        return self._begun is not None and self._begun.saving.is_over()

    def is_awaited(self, seconds: float) -> bool:
        """Whether one is being written; then some time passes, unless it ends before."""
        if self._begun is not None:
            self._begun.saving.is_over(seconds)
        return self.is_saving

    def is_due(self, state: MeterState, every: int) -> bool:
        """Whether the last one is so many batches ago."""
        return not self.is_saving and state.last_batch - self.at >= every

    def begin(self, state: MeterState, index: DuplicateIndex, fact_at: str) -> None:
        """Begin to write one of the state as it is; it may change after `wait_until_free`."""
        self.at = state.last_batch
        path = _path(self.folder, state)
        try:
            unfinished = _unfinished(path)
            sealed = index.seal()
            saving = begin_saving(unfinished, state, _told(fact_at))
        except OSError as error:
            log.warning("no snapshot could be begun: %s", error)
            return
        self._begun = _Begun(path=path, saving=saving, sealed=sealed)

    def wait_until_free(self) -> None:
        """Until the state may change again."""
        if self._begun is not None:
            self._begun.saving.wait_until_free()

    def finish(self, index: DuplicateIndex) -> None:
        """Put the one that was begun in its place, when all of it stands on the disk."""
        begun, self._begun = self._begun, None
        if begun is None:
            return
        try:
            begun.saving.finish()
            add_told(begun.saving.unfinished, {"duplicates": begun.sealed.told()})
            _put_in_place(begun.saving.unfinished, begun.path, index)
        except (OSError, CutRunError) as error:
            begun.saving.unfinished.unlink(missing_ok=True)
            log.warning("no snapshot could be written: %s", error)

    def save(self, state: MeterState, index: DuplicateIndex, fact_at: str) -> None:
        """Write one and wait for it."""
        self.at = state.last_batch
        try:
            save_snapshot(self.folder, state, index, fact_at)
        except OSError as error:
            log.warning("no snapshot could be written: %s", error)

    def give_up(self) -> None:
        """Leave nothing of one that was begun."""
        begun, self._begun = self._begun, None
        if begun is not None:
            begun.saving.give_up()


def save_snapshot(
    folder: Path, state: MeterState, index: DuplicateIndex | None, fact_at: str
) -> Path:
    """Write a snapshot durably, then drop all but the two written last. OSError leaves nothing."""
    path = _path(folder, state)
    unfinished = _unfinished(path)
    duplicates = None if index is None else index.seal().told()
    try:
        with opened_anew(unfinished) as handle:
            for _ in write_state(handle, state, {**_told(fact_at), "duplicates": duplicates}):
                pass
        _put_in_place(unfinished, path, index)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    return path


def keep_month(folder: Path, state: MeterState, fact_at: str, cycle: int) -> None:
    """Keep the state of before a month opens, from which it can be lived through again."""
    try:
        save_snapshot(folder, state, None, fact_at)
    except OSError as error:
        log.warning("the state before %s could not be kept: %s", cycle, error)


def by_age(folder: Path) -> list[Path]:
    """The snapshots of a folder, the one written last first."""
    found = [*folder.glob(f"snapshot-*{ENDING}"), *folder.glob(f"snapshot-*{OLDER_ENDING}")]
    aged = ((_age(path), path) for path in found)
    return [path for age, path in sorted(aged, reverse=True) if age]


def newest_batch(folder: Path) -> int:
    """The batch of the snapshot that was written last; 0 where there is none."""
    return next((int(path.stem.partition("-")[2]) for path in by_age(folder)), 0)


def sweep(folder: Path) -> None:
    """Remove what a meter that died left of a snapshot it was writing."""
    for left in folder.glob(".snapshot-*.tmp"):
        left.unlink(missing_ok=True)


def load_snapshot(path: Path) -> tuple[MeterState, Told | None, str] | None:
    """A snapshot's state, what it tells of the duplicate index (None in earlier versions) and the
    time of its last fact; None when the file does not read whole."""
    try:
        if path.suffix == OLDER_ENDING:
            arrays, plain, told = _older(path)
        else:
            arrays, told = read_columns(path)
            plain = told["plain"]
        if told["format"] != FORMAT:
            return None
        state = MeterState.empty(1)
        put_together(state, arrays, plain)
        return state, told["duplicates"], told["fact_at"]
    except UNREADABLE:
        return None


def octets_of(path: Path) -> int:
    """How much memory the state of a snapshot takes; 0 where that cannot be told."""
    with suppress(*UNREADABLE):
        return told_in(path)[0]
    return 0


def runs_needed(folder: Path) -> set[str]:
    """The run files of the duplicate index that the snapshots of a folder name."""
    return {name for told in _indexes(folder) for name in names_in(told)}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestTold:
    """With which batch the newest snapshot was taken, and what it tells of the duplicate index."""

    batch: int
    token: str
    told: Told


def newest_told(folder: Path) -> NewestTold | None:
    """What the newest snapshot tells, without its state; None where there is none, none whole, or
    one of an earlier version."""
    for path in by_age(folder)[:1]:
        with suppress(*UNREADABLE):
            _, told = told_in(path)
            if told["duplicates"] is not None:
                plain = told["plain"]
                batch, token = plain["last_batch"], plain["last_token"]
                return NewestTold(batch=batch, token=token, told=told["duplicates"])
    return None


def _indexes(folder: Path) -> Iterator[Told]:
    for path in by_age(folder):
        with suppress(*UNREADABLE):
            told = told_in(path)[1]["duplicates"]
            if told is not None:
                yield told


def _older(path: Path) -> tuple[Arrays, Plain, Plain]:
    """A snapshot of an earlier version, which was a file of numpy's."""
    with np.load(path, allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    plain = json.loads(arrays.pop("plain").tobytes())
    if plain["format"] in READABLE:
        brought_up(arrays, plain)
        plain["format"] = FORMAT
    told = {"format": plain["format"], "fact_at": plain["fact_at"], "duplicates": None}
    return arrays, plain, told


def _told(fact_at: str) -> Plain:
    return {"format": FORMAT, "fact_at": fact_at}


def _path(folder: Path, state: MeterState) -> Path:
    return folder / f"snapshot-{state.last_batch:012d}{ENDING}"


def _unfinished(path: Path) -> Path:
    """Where it is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    sweep(path.parent)
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def _put_in_place(unfinished: Path, path: Path, index: DuplicateIndex | None) -> None:
    unfinished.rename(path)
    sync_folder(path.parent)
    for old in by_age(path.parent)[KEPT:]:
        old.unlink()
    if index is not None:
        index.keep_only(runs_needed(path.parent))


def _age(path: Path) -> int:
    """When a file was written; 0 for one that its meter took away meanwhile."""
    with suppress(FileNotFoundError):
        return path.stat().st_mtime_ns
    return 0
