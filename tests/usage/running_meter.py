"""A meter in a process of its own that runs until it is told to stop, or killed; or one that stands
by until the other ends."""

import signal
import sys
import threading
from pathlib import Path

import django

django.setup()

from tests.usage.operators import NOW, KeepingSink  # noqa: E402 - Django must be set up first
from wanhao.project.wiring import follower_of  # noqa: E402
from wanhao.usage.folders import Folders  # noqa: E402
from wanhao.usage.local import LocalMeter  # noqa: E402


def main() -> None:
    """Usage: running_meter FOLDER counts|stands-by."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    meter = LocalMeter(
        folders=Folders(Path(sys.argv[1])),
        sink=KeepingSink(),
        clock=lambda: NOW,
        shards=2,
        batch_rows=1,
        snapshot_every=7,
    )
    if sys.argv[2] == "stands-by":
        meter.warm = follower_of(meter).wait(stop)
        if meter.warm is not None:
            print("took over", flush=True)
    meter.run(stop)


if __name__ == "__main__":
    main()
