"""Snapshots of the meter: the whole state and the duplicate index in one checked file.

A snapshot carries the number and token of its batch and the time of its last fact, so that one of
another database, or of a time that was undone, is never taken. A file that does not read whole is
passed over for the one before it.
"""

import json
import os
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from wanhao.metering.numbering import NumberPlan
from wanhao.metering.state import MeterState, Slot, Watched
from wanhao.metering.tariffs import TariffTable
from wanhao.usage.archive import sync_folder
from wanhao.usage.duplicates import DuplicateIndex, Run

KEPT = 2
FORMAT = 2
Arrays = dict[str, Any]


def save_snapshot(folder: Path, state: MeterState, index: DuplicateIndex, fact_at: str) -> Path:
    """Write a snapshot durably, then drop all but the two written last. OSError leaves nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"snapshot-{state.last_batch:012d}.npz"
    unfinished = path.with_name(f".{path.name}.tmp")
    arrays, plain = _taken_apart(state)
    for number, run in enumerate(index.runs):
        arrays |= {f"run/{number}/{f.name}": getattr(run, f.name) for f in fields(Run)}
    plain |= {"format": FORMAT, "sources": index.sources, "runs": len(index.runs)}
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
    return path


def by_age(folder: Path) -> list[Path]:
    """The snapshots of a folder, the one written last first."""
    return sorted(folder.glob("snapshot-*.npz"), key=_age, reverse=True)


def load_snapshot(path: Path) -> tuple[MeterState, DuplicateIndex, str] | None:
    """A snapshot's state, index and time of its last fact; None when the file does not read
    whole."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        plain = json.loads(arrays.pop("plain").tobytes())
        if plain["format"] != FORMAT:
            return None
        index = DuplicateIndex(sources=plain["sources"])
        for number in range(plain["runs"]):
            named = {f.name: arrays[f"run/{number}/{f.name}"] for f in fields(Run)}
            index.keep(Run(**named))
        return _put_together(arrays, plain), index, plain["fact_at"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _age(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.name


def _write(path: Path, arrays: Arrays) -> None:
    with path.open("wb") as handle:
        np.savez(handle, **arrays)
        handle.flush()
        os.fsync(handle.fileno())


def _taken_apart(state: MeterState) -> tuple[Arrays, dict[str, Any]]:
    arrays: Arrays = {}
    plain: dict[str, Any] = {}
    parts: dict[str, MeterState | NumberPlan | TariffTable | Slot] = {
        "state": state,
        "plan": state.plan,
        "tariffs": state.tariffs,
        **{f"slot{number}": slot for number, slot in enumerate(state.slots)},
    }
    for part, holder in parts.items():
        for each in fields(holder):
            value = getattr(holder, each.name)
            if isinstance(value, np.ndarray):
                arrays[f"{part}/{each.name}"] = value
            elif isinstance(value, int | str):
                plain[f"{part}/{each.name}"] = value
    plain["usage"] = state.thresholds.usage
    plain["money"] = state.thresholds.money
    plain["usage_episode"] = [[*key, value] for key, value in state.usage_episode.items()]
    return arrays, plain


def _put_together(arrays: Arrays, plain: dict[str, Any]) -> MeterState:
    def part(name: str) -> dict[str, Any]:
        found = {key: value for key, value in {**arrays, **plain}.items() if key.startswith(name)}
        return {key.removeprefix(name): value for key, value in found.items()}

    state = MeterState(**part("state/"))
    state.plan = NumberPlan(**part("plan/"))
    state.tariffs = TariffTable(**part("tariffs/"))
    state.slots = [Slot(**part("slot0/")), Slot(**part("slot1/"))]
    state.thresholds = Watched(
        usage=tuple(tuple(levels) for levels in plain["usage"]), money=tuple(plain["money"])
    )
    state.usage_episode = {tuple(row[:-1]): row[-1] for row in plain["usage_episode"]}
    return state
