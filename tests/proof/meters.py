"""Meters as processes: forked from one that has loaded the libraries, or started by themselves."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Protocol

from wanhao.project.postgres import die_with_parent

UNLIMITED = resource.RLIM_INFINITY
COMMAND = "wanhao.project.command"
FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.proof.nursery"])


class Meter(Protocol):
    """A `wanhao meter` that was started; `returncode` is None while it runs."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    def poll(self) -> int | None: ...

    def send_signal(self, number: int) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


class ForkedMeter:
    """A meter that was forked; otherwise it is `wanhao meter` like any other."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = int(process.pid or 0)

    @property
    def returncode(self) -> int | None:
        """As of a process that was started by itself."""
        return self._process.exitcode

    def poll(self) -> int | None:
        """The code it ended with; None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int) -> None:
        """Nothing when it has ended."""
        if self._process.exitcode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """The code it ended with; TimeoutError if it does not."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise TimeoutError(f"meter {self.pid} has not ended")
        return self._process.exitcode


def start(
    command: Sequence[str], environment: Mapping[str, str], printed: Path, octets: int = UNLIMITED
) -> Meter:
    """A `wanhao` command, such as `meter`, in a process group of its own; no file of it may grow
    beyond so many octets."""
    if "LD_PRELOAD" in environment:
        return _started(command, environment, printed, octets)
    lives = (tuple(command), {**os.environ, **environment}, str(printed), octets)
    made = FORKING.Process(target=_live, args=lives, daemon=False)
    made.start()
    return ForkedMeter(made)


def limit(meter: Meter, octets: int) -> None:
    """From now on no file of a meter may grow beyond so many octets."""
    with suppress(ProcessLookupError):
        resource.prlimit(meter.pid, resource.RLIMIT_FSIZE, (octets, UNLIMITED))


def end_group(meter: Meter) -> None:
    """End a meter and whatever it started."""
    with suppress(ProcessLookupError):
        os.killpg(meter.pid, signal.SIGKILL)
    meter.send_signal(signal.SIGKILL)
    meter.wait()


def _started(
    command: Sequence[str], environment: Mapping[str, str], printed: Path, octets: int
) -> Meter:
    with printed.open("ab") as out:
        started = subprocess.Popen(
            [sys.executable, "-m", COMMAND, *command],
            env={**os.environ, **environment},
            stdout=out,
            stderr=out,
            process_group=0,
        )
    limit(started, octets)
    return started


def _live(
    command: tuple[str, ...], environment: Mapping[str, str], printed: str, octets: int
) -> None:
    """The life of a forked meter."""
    die_with_parent(signal.SIGKILL)()
    os.setpgid(0, 0)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    out = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(out, 1)
    os.dup2(out, 2)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, UNLIMITED))
    import_module(COMMAND).main(list(command))
