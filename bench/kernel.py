"""`make bench-kernel`: what a record costs the kernel and a line in memory, by the number of lines.

Each size is measured in a process of its own (`bench.kernel_at`), by the processor's time, so that
other work on the machine tells less. Beside it: a plain loop over the same records, and what adding
alone would cost, with nothing looked up, told or charged.
"""

import json
import subprocess
import sys
from pathlib import Path

from bench.figures import OUT, figure, say, show
from bench.plots import Chart
from bench.province.scale import FLAT_LINES

MILLION = 1_000_000
IMAGES = Path(__file__).parent.parent / "docs" / "images"
FULL = 14 * MILLION


def main() -> None:
    """Measure each size, print and keep the figures and the plot."""
    sizes = [_measured(lines) for lines in FLAT_LINES]
    figures = []
    for size in sizes:
        name = f"at_{size['lines'] / MILLION:g}_million_lines"
        figures += [
            figure(f"ns_a_record_{name}", size["ns"], "ns", size["loop_ns"]),
            figure(f"ns_beside_adding_alone_{name}", size["ns"], "ns", size["adding_ns"]),
            figure(f"octets_a_line_{name}", size["octets"], "octets", size["loop_octets"]),
        ]
    show("kernel", figures)
    path = (IMAGES if FLAT_LINES[-1] == FULL else OUT) / "kernel-flat.svg"
    parts = {"resolve, fold and apply": "ns", "adding alone": "adding_ns"}
    Chart(
        title="What a record costs the kernel, by the number of lines",
        across="million lines",
        upward="nanoseconds of a processor a record",
        lines={
            name: [(size["lines"] / MILLION, size[key]) for size in sizes]
            for name, key in parts.items()
        },
    ).write(path)
    say(f"  drawn in {path}")


def _measured(lines: int) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.kernel_at", str(lines)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    parts = ", ".join(f"{name} {found[name]:.0f}" for name in ("resolve", "fold", "apply"))
    say(
        f"  {lines:,} lines: {found['ns']:.0f} ns a record ({parts}),"
        f" {found['octets']:.0f} octets a line"
    )
    return found
