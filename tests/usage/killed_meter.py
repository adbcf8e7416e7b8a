"""A meter in a process of its own that kills itself after the given part of a step."""

import os
import signal
import sys
from pathlib import Path

import django

django.setup()

from tests.usage.months import live  # noqa: E402 - Django must be set up first
from tests.usage.operators import meter, settle  # noqa: E402


def main() -> None:
    """Usage: killed_meter FOLDER NAME-OF-PART HOW-OFTEN-IT-MAY-PASS day|months."""
    folder, name, passes = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    left = [passes]

    def checkpoint(part: str) -> None:
        if part == name:
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if sys.argv[4] == "months":
        live(folder, checkpoint)
        return
    made = meter(folder, checkpoint=checkpoint, batch_rows=1, snapshot_every=2)
    settle(made)
    made.stop()


if __name__ == "__main__":
    main()
