"""Only one `wanhao up` per data folder: a lock that the kernel drops when its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wanhao.values.errors import WanhaoError


def lock_file(data: Path) -> Path:
    """The file the running `wanhao up` holds; its process id is written in it."""
    return data / "up.lock"


def running_host(data: Path) -> int | None:
    """The process id of the `wanhao up` that runs on this data folder; None when none does."""
    try:
        with lock_file(data).open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(lock_file(data).read_text() or 0)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return None


@contextmanager
def only_one(data: Path, address: str) -> Iterator[None]:
    """Hold the data folder; refuse when another `wanhao up` has it."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        handle = os.open(lock_file(data), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise WanhaoError(
            f"The data folder {data} cannot be written: {error.strerror}.",
            "Set WANHAO_DATA to a folder of your own.",
        ) from error
    with os.fdopen(handle, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _refusal(lock.read(), address) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _refusal(pid: str, address: str) -> WanhaoError:
    return WanhaoError(
        f"wanhao already runs here (process {pid or 'unknown'}): {address}",
        "Stop it with Ctrl-C in its terminal"
        + (f" or with: kill {pid}." if pid else ".")
        + " For a second one beside it, set WANHAO_DATA, WANHAO_PORT, WANHAO_SMSC_PORT,"
        " WANHAO_DEMO_SMSC_HTTP_PORT, WANHAO_DEMO_PAYMENTS_PORT and WANHAO_DEMO_NETWORK_PORT.",
    )
