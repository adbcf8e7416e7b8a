"""What is done to the machine around a meter: its disk is full, its clock is set."""

import os
import random
import subprocess
from contextlib import suppress
from pathlib import Path

from tests.proof.breakages import kill
from tests.proof.meters import UNLIMITED, limit
from tests.proof.moments import Breaking, Measure
from tests.proof.running import Run

MOST_OCTETS = 40_000
FULL_FOR = 2.0
FOLDER_SIZE = "size=96m"
BALLAST = 1 << 20
FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
LIBRARIES = Path("/usr/lib")
BACK, FORWARD = 12 * 3600, 24 * 3600
"""Seconds by which the clock is set at most: no record comes to lie in the future, and the month
does not end."""


class DiskFull(Breaking):
    """For a moment, no file may grow beyond some size; whoever ends of it is started again."""

    name = "disk full (file size limit)"

    def strike(self, run: Run) -> None:
        octets = self.chance.choice((0, 100, self.chance.randrange(MOST_OCTETS)))
        self._limit(run, octets)
        run.blows["files may not grow"] += 1
        self.later(self.chance.uniform(0, FULL_FOR), lambda run: self._limit(run, UNLIMITED))

    def _limit(self, run: Run, octets: int) -> None:
        run.octets = octets
        if run.meter is not None and run.meter.poll() is None:
            limit(run.meter, octets)


class FolderFull(Breaking):
    """All folders of usage lie on a small disk of their own, which fills up and is freed again."""

    name = "disk full (small tmpfs)"

    def begin(self, run: Run) -> None:
        usage = run.inbox.parent
        run.inbox.rmdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", FOLDER_SIZE, "tmpfs", usage], check=True)
        run.inbox.mkdir()

    def strike(self, run: Run) -> None:
        left = self.chance.choice((0, 0, self.chance.randrange(MOST_OCTETS)))
        with _ballast(run).open("wb") as file, suppress(OSError):
            while _free(file.fileno()) > left:
                file.write(bytes(min(_free(file.fileno()) - left, BALLAST)))
                file.flush()
        run.blows["disk filled up"] += 1
        self.later(self.chance.uniform(0, FULL_FOR), _freed)

    def leave(self, run: Run) -> None:
        subprocess.run(["umount", "--lazy", run.inbox.parent], check=True)


def can_mount(folder: Path) -> bool:
    """Whether this process may have a small disk of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        return False
    subprocess.run(["umount", str(folder)], check=True)
    return True


class ClockSet(Breaking):
    """The clock of the machine is set back or forward by hours, and after a moment right again."""

    name = "clock set back and forward"
    most = 4

    def __init__(self, chance: random.Random, measure: Measure) -> None:
        super().__init__(chance, measure)
        self._kills = chance.random() < 0.5

    def begin(self, run: Run) -> None:
        _set_clock(run, 0)
        run.environment |= {
            "LD_PRELOAD": str(faketime()),
            "FAKETIME_TIMESTAMP_FILE": str(_offset_file(run)),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def strike(self, run: Run) -> None:
        offset = self.chance.choice((-1, 1)) * self.chance.randint(1, BACK)
        _set_clock(run, offset if offset < 0 else self.chance.randint(1, FORWARD))
        run.blows[f"clock set {'back' if offset < 0 else 'forward'}"] += 1
        if self._kills and self.chance.random() < 0.5:
            kill(run)
        self.later(self.chance.uniform(0.2, 4.0), lambda run: _set_clock(run, 0))


def faketime() -> Path:
    """Debian's libfaketime, wherever this kind of machine has it."""
    if FAKETIME.exists():
        return FAKETIME
    return next(iter(LIBRARIES.glob("*/faketime/libfaketime.so.1")), FAKETIME)


def _free(handle: int) -> int:
    there = os.fstatvfs(handle)
    return there.f_bavail * there.f_frsize


def _ballast(run: Run) -> Path:
    return run.inbox.parent / ".ballast"


def _freed(run: Run) -> None:
    _ballast(run).unlink(missing_ok=True)


def _offset_file(run: Run) -> Path:
    return run.data / "clock-offset"


def _set_clock(run: Run, seconds: int) -> None:
    target = _offset_file(run)
    unfinished = target.with_suffix(".tmp")
    unfinished.write_text(f"{seconds:+d}\n")
    unfinished.rename(target)
