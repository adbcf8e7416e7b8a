"""What every benchmark shares: the server it runs on, timing, and how figures are told."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console, JustifyMethod
from rich.table import Table

OUT = Path(__file__).parent / "out"
SERVER = {
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
say = Console().print


class MeaninglessError(Exception):
    """What was measured is not what was to be measured: its figures would mean nothing."""


def require(holds: bool, otherwise: str) -> None:
    """Measure no further when what the figures rest upon does not hold."""
    if not holds:
        raise MeaninglessError(otherwise)


def timed(what: str, work: Callable[[], object]) -> float:
    """Do the work, say how long it took, return seconds."""
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    say(f"  {what}: {seconds:.2f} s")
    return seconds


def figure(name: str, value: float, unit: str, peer: float) -> dict[str, object]:
    """One figure beside the peer's; a peer of nothing has no ratio."""
    figures = {"name": name, "value": round(value, 2), "unit": unit, "peer": round(peer, 2)}
    return {**figures, "ratio": round(value / peer, 2) if peer else 0.0}


def show(name: str, figures: list[dict[str, object]]) -> None:
    """Print the table and write one JSON list."""
    table = Table(title=f"wanhao bench-{name}")
    for column in ("name", "value", "unit", "peer", "ratio"):
        side: JustifyMethod = "left" if column in ("name", "unit") else "right"
        table.add_column(column, justify=side, overflow="fold")
    for row in figures:
        table.add_row(
            *(f"{cell:,}" if isinstance(cell, float) else str(cell) for cell in row.values())
        )
    say(table)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / f"{name}.json").write_text(json.dumps(figures, indent=2) + "\n")
