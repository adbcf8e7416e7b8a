"""A real `wanhao meter` in a process of its own, fed through its inbox and watched from outside."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from bench.scratch import SCRATCH
from bench.world import MID_MONTH
from wanhao.project.clock import CLOCK_FILE

INBOX = SCRATCH / "usage" / "inbox"
LOG = SCRATCH / "log" / "meter.log"
WAIT_SECONDS = 0.05
WATCH_SECONDS = 1.0
PATIENCE_SECONDS = 7_200.0
STATE = """
SELECT coalesce(max(number), 0), coalesce(max(total_in), 0) FROM wanhao_usage_batch
"""
COMMITTED = "SELECT pg_xact_commit_timestamp(xmin) FROM wanhao_usage_batch WHERE number = %s"


class SilentMeterError(Exception):
    """The meter died, or did not get as far as it should."""


def set_clock() -> None:
    """From here on it is the middle of the month, for whoever works in the data folder."""
    now, shown = (datetime.fromtimestamp(at, UTC).isoformat() for at in (time.time(), MID_MONTH))
    haste = {"began": now, "shown": shown, "goal": shown, "speed": 1}
    (SCRATCH / CLOCK_FILE).write_text(json.dumps(haste))


class MemoryWatch(threading.Thread):
    """Looks at the memory of a process and those below it until it is told that they are over;
    `most` is the most they had at once, in MB (PSS)."""

    def __init__(self, pid: int, every: float = WATCH_SECONDS) -> None:
        super().__init__(daemon=True)
        self.most = 0.0
        self._pid, self._every = pid, every
        self._over = threading.Event()
        self.start()

    def run(self) -> None:
        """Look every now and then."""
        while not self._over.wait(self._every):
            self.most = max(self.most, sum(map(_memory, _tree(self._pid))))

    def end(self) -> None:
        """Look no more."""
        self._over.set()
        self.join()


class MeterProcess:
    """One run of the meter; `memory.most` is the most its processes had at once."""

    def __init__(self, *options: str, **settings: object) -> None:
        env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        env |= {f"WANHAO_{name.upper()}": str(value) for name, value in settings.items()}
        LOG.parent.mkdir(parents=True, exist_ok=True)
        self._log = LOG.open("ab")
        self.began = time.time()
        self._process = subprocess.Popen(
            [Path(sys.executable).with_name("wanhao"), "meter", *options],
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        self.memory = MemoryWatch(self.pid)

    @property
    def pid(self) -> int:
        """The meter's process; it may have children."""
        return self._process.pid

    def wait_for(self, records: int) -> float:
        """Wait until so many records in all are committed; returns when, by the database."""
        until = time.time() + PATIENCE_SECONDS
        while True:
            number, total = progress()
            if total >= records:
                return committed_at(number)
            self._refuse_silence(until)
            time.sleep(WAIT_SECONDS)

    def kill(self) -> None:
        """As a power cut would."""
        self._process.kill()
        self._end()

    def is_alive(self) -> bool:
        """Whether its process still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """Let it leave a snapshot and end, unless it has ended."""
        if self.is_alive():
            self._process.send_signal(signal.SIGTERM)
        self._end()

    def _end(self) -> None:
        self._process.wait()
        self.memory.end()
        self._log.close()

    def _refuse_silence(self, until: float) -> None:
        if not self.is_alive() or time.time() > until:
            raise SilentMeterError(LOG.read_text(errors="replace")[-3_000:])


@contextmanager
def metering(**settings: object) -> Iterator[MeterProcess]:
    """A meter for the length of a measurement."""
    meter = MeterProcess(**settings)
    try:
        yield meter
    finally:
        meter.stop()


def progress() -> tuple[int, int]:
    """The last batch, and how many records came in up to it."""
    with connection.cursor() as cursor:
        cursor.execute(STATE)
        batch, records = cursor.fetchone()
        return int(batch), int(records)


def committed_at(batch: int) -> float:
    """When a batch was committed, by this machine's clock."""
    with connection.cursor() as cursor:
        cursor.execute(COMMITTED, [batch])
        return float(cursor.fetchone()[0].timestamp())


def drop(files: Sequence[Path]) -> float:
    """Put files into the inbox, all of them visible at once; returns when the first was."""
    staged = [_staged(path) for path in files]
    began = time.time()
    for path in staged:
        path.rename(path.with_name(path.name.removeprefix(".")))
    return began


def _staged(path: Path) -> Path:
    """The file beside where it will be read, without a copy where the folders allow it."""
    INBOX.mkdir(parents=True, exist_ok=True)
    target = INBOX / f".{path.parent.name}-{path.name}"
    try:
        target.hardlink_to(path)
    except OSError:
        shutil.copy(path, target)
    os.utime(target)
    return target


def _tree(pid: int) -> list[int]:
    """A process and those below it."""
    found = [pid]
    for parent in found:
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
            for task in tasks:
                found += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _memory(pid: int) -> float:
    """The share of memory that is this process's, in MB."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def processor_seconds(pid: int) -> float:
    """What a process and those below it, dead or alive, have used so far."""
    return sum(map(_processor_seconds, _tree(pid)))


def _processor_seconds(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    ticks = [int(field) for field in stat.rpartition(")")[2].split()[11:15]]
    return sum(ticks) / os.sysconf("SC_CLK_TCK")
