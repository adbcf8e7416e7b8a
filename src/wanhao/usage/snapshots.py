"""Snapshots of the meter: the whole state in one file, and which files the duplicate index has.

A snapshot carries the number and token of its batch and the time of its last fact, so that one of
another database, or of a time that was undone, is never taken. A file that does not read whole is
passed over for the one before it.
"""

import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from wanhao.metering.state import MeterState
from wanhao.usage.archive import sync_folder
from wanhao.usage.duplicates import DuplicateIndex, Told, names_in
from wanhao.usage.older_snapshots import READABLE, brought_up

KEPT = 2
FORMAT = 5
Arrays = dict[str, Any]
UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def save_snapshot(folder: Path, state: MeterState, index: DuplicateIndex, fact_at: str) -> Path:
    """Write a snapshot durably, then drop all but the two written last. OSError leaves nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"snapshot-{state.last_batch:012d}.npz"
    unfinished = path.with_name(f".{path.name}.tmp")
    arrays, plain = _taken_apart(state)
    plain |= {"format": FORMAT, "duplicates": index.seal().told()}
    arrays["plain"] = np.frombuffer(json.dumps({**plain, "fact_at": fact_at}).encode(), np.uint8)
    for left in folder.glob(".snapshot-*.tmp"):
        left.unlink()
    try:
        _write(unfinished, arrays)
        unfinished.rename(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    for old in by_age(folder)[KEPT:]:
        old.unlink()
    index.keep_only(runs_needed(folder))
    return path


def runs_needed(folder: Path) -> set[str]:
    """The run files of the duplicate index that the snapshots of a folder name."""
    needed: set[str] = set()
    for path in by_age(folder):
        with suppress(*UNREADABLE), np.load(path, allow_pickle=False) as stored:
            needed |= names_in(json.loads(stored["plain"].tobytes())["duplicates"])
    return needed


@dataclass(frozen=True, slots=True, kw_only=True)
class NewestTold:
    """With which batch the newest snapshot was taken, and what it tells of the duplicate index."""

    batch: int
    token: str
    told: Told


def newest_told(folder: Path) -> NewestTold | None:
    """What the newest snapshot tells, without its state; None where it does not read whole."""
    for path in by_age(folder)[:1]:
        with suppress(*UNREADABLE), np.load(path, allow_pickle=False) as stored:
            plain = json.loads(stored["plain"].tobytes())
            return NewestTold(
                batch=plain["last_batch"], token=plain["last_token"], told=plain["duplicates"]
            )
    return None


def by_age(folder: Path) -> list[Path]:
    """The snapshots of a folder, the one written last first."""
    return sorted(folder.glob("snapshot-*.npz"), key=_age, reverse=True)


def load_snapshot(path: Path) -> tuple[MeterState, Told | None, str] | None:
    """A snapshot's state, what it tells of the duplicate index (None in earlier versions) and the
    time of its last fact; None when the file does not read whole."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        plain = json.loads(arrays.pop("plain").tobytes())
        if plain["format"] in READABLE:
            brought_up(arrays, plain)
        elif plain["format"] != FORMAT:
            return None
        state = MeterState.empty(1)
        _put_together(state, arrays, plain)
        return state, plain.get("duplicates"), plain["fact_at"]
    except UNREADABLE:
        return None


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name


def _write(path: Path, arrays: Arrays) -> None:
    with path.open("wb") as handle:
        np.savez(handle, **arrays)
        handle.flush()
        os.fsync(handle.fileno())


def _taken_apart(holder: Any, path: str = "") -> tuple[Arrays, dict[str, Any]]:
    """Every array and every plain value below a dataclass, by its path."""
    arrays: Arrays = {}
    plain: dict[str, Any] = {}
    for name, value in _parts(holder, path):
        if isinstance(value, np.ndarray):
            arrays[name] = value
        elif is_dataclass(value):
            below = _taken_apart(value, f"{name}/")
            arrays, plain = arrays | below[0], plain | below[1]
        else:
            plain[name] = list(value.items()) if isinstance(value, dict) else value
    return arrays, plain


def _put_together(holder: Any, arrays: Arrays, plain: dict[str, Any], path: str = "") -> None:
    """Fill an empty dataclass of the same make with what was stored of another."""
    for name, value in _parts(holder, path):
        field = name.removeprefix(path)
        if isinstance(value, np.ndarray):
            setattr(holder, field, arrays[name])
        elif is_dataclass(value):
            _put_together(value, arrays, plain, f"{name}/")
        elif isinstance(value, dict):
            setattr(holder, field, {_tuples(key): stored for key, stored in plain[name]})
        else:
            setattr(holder, field, _tuples(plain[name]))


def _parts(holder: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The fields of a dataclass with their paths, a list of dataclasses one by one."""
    for each in fields(holder):
        value = getattr(holder, each.name)
        if isinstance(value, list):
            yield from ((f"{path}{each.name}/{place}", one) for place, one in enumerate(value))
        else:
            yield f"{path}{each.name}", value


def _tuples(value: Any) -> Any:
    """Lists, as JSON gives them, as the tuples that they were."""
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
