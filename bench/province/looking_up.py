"""A process of its own that looks up where lines stand, until its standard input ends.

`python -m bench.province.looking_up FOLDER LINES`: looks at lines one by one and at ten thousand
at a time, in turn. Prints how many it looked up of each in which seconds, how many of the first
kind in a second of a processor, and the microseconds that half and 99 of 100 of those took.
"""

import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import Any

import numpy as np

from wanhao.usage.view.reader import LocalReader

TURN_SECONDS = 0.5
TOGETHER = 10_000


@dataclass(slots=True)
class Turns:
    """Look-ups of one kind: the seconds that each took, and those of a processor for all."""

    look_up: Callable[[Any], object]
    asked: Sequence[Any]
    took: list[float] = field(default_factory=list)
    processor: float = 0.0

    def go_on(self) -> None:
        """As many as there is time for in one turn."""
        ends, busy = time.perf_counter() + TURN_SECONDS, time.process_time()
        while (began := time.perf_counter()) < ends:
            found = self.look_up(self.asked[len(self.took) % len(self.asked)])
            self.took.append(time.perf_counter() - began)
            assert found is not None
        self.processor += time.process_time() - busy


def main() -> None:
    """Look up until nobody listens."""
    folder, lines = Path(sys.argv[1]), int(sys.argv[2])
    rng = np.random.default_rng(10_003)
    reader = LocalReader(folder)
    alone = Turns(reader.use_of, rng.integers(1, lines + 1, 1 << 18).tolist())
    together = Turns(reader.columns_of, list(rng.integers(1, lines + 1, (20, TOGETHER))))
    while not select([sys.stdin], [], [], 0)[0]:
        alone.go_on()
        together.go_on()
    half, most = (1e6 * float(np.percentile(alone.took, share)) for share in (50, 99))
    figures = {
        "alone": len(alone.took),
        "alone_seconds": sum(alone.took),
        "alone_by_processor": len(alone.took) / alone.processor,
        "alone_half": half,
        "alone_most": most,
        "together": TOGETHER * len(together.took),
        "together_seconds": sum(together.took),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
