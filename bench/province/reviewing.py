"""A process of its own that looks all lines through for allowances that are hardly used.

`python -m bench.province.reviewing` in the environment of a meter that is stopped: it comes back
from the meter's snapshot and goes through all parts as the meter would, one after the other; what
is found is counted and told to nobody. Prints parts, seconds, the longest part, and findings.
"""

import json
import time

import django

django.setup()

from bench.world import CYCLE, MID_MONTH  # noqa: E402 - Django must be set up first
from wanhao.metering.facts import fold_facts  # noqa: E402
from wanhao.metering.reviewing import ReviewStep  # noqa: E402
from wanhao.project.wiring import build_meter  # noqa: E402
from wanhao.workflows.review_use import ACCOUNTS_A_PART  # noqa: E402

PERCENT = 40


def main() -> None:
    """Look at everybody."""
    meter = build_meter()
    meter.start()
    parts = max(1, -(-int(meter.state.accounts_used.sum()) // ACCOUNTS_A_PART))
    took, found = [], 0
    for part in range(parts):
        began = time.perf_counter()
        step = ReviewStep(cycle=CYCLE, percent=PERCENT, part=part, parts=parts)
        _, effects = fold_facts(meter.state, step, meter.state.last_fact + 1, MID_MONTH)
        took.append(time.perf_counter() - began)
        found += len(effects)
    figures = {"parts": parts, "seconds": sum(took), "longest": max(took), "found": found}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
