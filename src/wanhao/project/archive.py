"""The archive's keys, and its daily compaction beside the meter."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from wanhao.project import clock
from wanhao.project.env import environment
from wanhao.usage.archive.daily import is_due
from wanhao.usage.archive.keys import Keyring, keyring_of, provide_keys
from wanhao.usage.folders import Folders
from wanhao.values.errors import WanhaoError

LOOK_EVERY = timedelta(minutes=1)
TRY_AGAIN_AFTER = timedelta(hours=1)
COMPACT = [sys.executable, "-m", "wanhao.project.command", "archive", "compact", "--gently"]


def wire_archive() -> None:
    """Say where the keys of the archive come from."""
    provide_keys(_keys)


@contextmanager
def keeping_archive(stop: threading.Event) -> Iterator[None]:
    """While this lasts, have the archive compacted when it is due, in a process of its own that
    lets everything else go first. Stopped with the meter; killed at any time, it loses nothing."""
    thread = threading.Thread(target=_keep, args=(stop,), name="archive", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _keys() -> Keyring:
    return keyring_of(environment().archive_keys)


def _keep(stop: threading.Event) -> None:
    pause = LOOK_EVERY
    while not stop.wait(pause.total_seconds()):
        pause = LOOK_EVERY
        if _is_due() and not _compacted(stop):
            pause = TRY_AGAIN_AFTER


def _is_due() -> bool:
    try:
        return is_due(Folders(environment().data / "usage"), clock.now())
    except (WanhaoError, OSError) as error:
        print(f"the archive cannot be compacted: {error}")
        return False


def _compacted(stop: threading.Event) -> bool:
    """Whether it went well; what it says goes to our log."""
    process = subprocess.Popen(COMPACT)
    while process.poll() is None:
        if stop.wait(0.2):
            process.terminate()
            process.wait()
    return process.returncode == 0
