"""The proof as a command: it says how it goes, and prints a table in the end."""

import time
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.table import Table

from tests.proof.breakages import Killed
from tests.proof.ground import Ground
from tests.proof.proving import KINDS, Proof, Told
from tests.proof.surroundings import ClockSet, FolderFull, can_mount, faketime
from tests.proof.world import make_world

BULK = 290_000
"""Rows of the large file: read and committed in two parts."""
say = Console(width=120).print


class Asked(Protocol):
    """How many runs, with which seed, of which kinds only."""

    kills: int
    others: int
    seed: int
    side_by_side: int
    only: str


def prove(folder: Path, asked: Asked) -> bool:
    """So many runs with kills and of each other kind; True when all came to the same."""
    began = time.monotonic()
    runs = {name: asked.kills if name == Killed.name else asked.others for name in KINDS}
    runs = {name: count for name, count in runs.items() if count and asked.only in name}
    for name, reason in left_out(folder).items():
        if runs.pop(name, 0):
            say(f"left out: {name}: {reason}")
    world = make_world(datetime.now(UTC), BULK)
    with Ground(folder, world) as ground:
        proof = Proof(ground, asked.seed, say)
        told = proof.carry_out(runs, asked.side_by_side)
    show(told, time.monotonic() - began)
    return all(each.equal == each.runs for each in told.values())


def left_out(folder: Path) -> dict[str, str]:
    """What this machine does not let us do, and why."""
    found = {}
    if not faketime().exists():
        found[ClockSet.name] = "libfaketime is missing; tests/system-packages installs it"
    if not can_mount(folder / "mount"):
        found[FolderFull.name] = "only root may mount a small disk"
    return found


def show(told: Mapping[str, Told], seconds: float) -> None:
    """One line a kind; then, of every kind, what was met how often."""
    table = Table(title="wanhao prove", show_footer=True)
    columns = (
        "what was broken",
        "runs",
        "equal",
        "blows struck",
        "meters started",
        "ended by themselves",
    )
    rows = [
        (name, each.runs, each.equal, each.blows.total(), each.starts, each.ended_itself)
        for name, each in told.items()
    ]
    totals = ["all", *(sum(row[place] for row in rows) for place in range(1, len(columns)))]  # type: ignore[misc]
    for name, total in zip(columns, totals, strict=True):
        table.add_column(name, footer=str(total), justify="left" if name == columns[0] else "right")
    for row in rows:
        table.add_row(*map(str, row))
    say(table)
    for name, each in told.items():
        say(f"{name}: struck: {_counts(each.blows)}")
        if each.seen:
            say(f"{name}: seen: {_counts(each.seen)}")
    runs, equal = (sum(getattr(each, n) for each in told.values()) for n in ("runs", "equal"))
    say(f"{runs} runs in {seconds / 60:.1f} minutes; {equal} equal to the undisturbed one")


def _counts(of_what: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in of_what.most_common() if count)
