"""A meter in a process of its own that counts as fast as it can, for those who read it meanwhile.

`python -m bench.counting_meter FOLDER LINES`: says "counts" when it does, and ends with its
standard input, saying how many records it counted in which seconds: seen by readers, and before
that by nobody.
"""

import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from select import select

import numpy as np

from bench.world import FIRST, MID_MONTH, load, make_world
from wanhao.metering.folding import Records, apply, fold, resolve
from wanhao.metering.state import MeterState
from wanhao.usage.view.applying import apply_in_view
from wanhao.usage.view.writer import MeterView

BATCH = 250_000
ALONE = 8


def some_records(lines: int, rng: np.random.Generator) -> Records:
    """A batch of short calls, messages and small data sessions."""
    service = rng.choice(3, BATCH, p=[0.25, 0.1, 0.65]).astype(np.uint8)
    amounts = [rng.lognormal(4.0, 1.0, BATCH), np.ones(BATCH), rng.lognormal(12.0, 1.6, BATCH)]
    return Records(
        number=FIRST + rng.integers(1, lines + 1, BATCH),
        service=service,
        zone=np.zeros(BATCH, np.uint8),
        start=MID_MONTH - 3600 + rng.integers(0, 3600, BATCH),
        quantity=np.maximum(np.choose(service, amounts), 1).astype(np.int64),
        sign=np.ones(BATCH, np.int8),
    )


def main() -> None:
    """Count alone for some batches, then in view of readers until told to end."""
    folder, lines = Path(sys.argv[1]), int(sys.argv[2])
    rng = np.random.default_rng(10_001)
    state = MeterState.empty(8)
    load(state, make_world(lines, rng))
    batches = [some_records(lines, rng) for _ in range(ALONE)]
    begun = time.perf_counter()
    for records in batches:
        delta, _ = fold(state, records, resolve(state, records, MID_MONTH))
        apply(state, delta)
    alone = time.perf_counter() - begun
    view = MeterView(folder=folder, state=state, clock=lambda: datetime.now(UTC))
    view.announce()
    print("counts", flush=True)
    counted, begun = 0, time.perf_counter()
    while not select([sys.stdin], [], [], 0)[0]:
        records = batches[counted % ALONE]
        delta, _ = fold(state, records, resolve(state, records, MID_MONTH))
        apply_in_view(view, state, delta, state.last_batch + 1)
        state.last_batch += 1
        counted += 1
    print(ALONE * BATCH, alone, counted * BATCH, time.perf_counter() - begun, flush=True)


if __name__ == "__main__":
    main()
