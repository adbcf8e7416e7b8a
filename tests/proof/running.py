"""One run: a database, a data folder and the meters in it, driven and looked at from outside."""

import json
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import psycopg

from tests.proof.ground import Ground, office
from tests.proof.meters import UNLIMITED, Meter, end_group, start
from tests.proof.standing import newest_state
from tests.proof.world import Delivery, World, drop_delivery
from wanhao.project.clock import CLOCK_FILE, DemoClock

PATIENCE = 900.0
TOLD_BEFORE = timedelta(days=3)
LOOK_EVERY = 0.02
PROGRESS = "SELECT coalesce(max(number), 0), coalesce(max(total_in), 0) FROM wanhao_usage_batch"
NEWEST = """
    SELECT (SELECT max(number) FROM wanhao_usage_batch),
        (SELECT max(number) FROM wanhao_usage_fact)
"""
SESSIONS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
    AND backend_type = 'client backend'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come, as the database tells."""

    batches: int = 0
    records: int = 0


class Breakage(Protocol):
    """What disturbs a run: heard of before the first meter starts, at every look, before the
    operator does something, at each delivery, before the meter is told to end for the last time,
    when it has left, and after everything was looked at."""

    standby: bool

    def begin(self, run: "Run") -> None: ...

    def look(self, run: "Run", progress: Progress) -> None: ...

    def mend(self, run: "Run") -> None: ...

    def deliver(self, run: "Run", delivery: Delivery) -> None: ...

    def has_struck(self, run: "Run") -> bool: ...

    def left(self, run: "Run") -> None: ...

    def cease(self, run: "Run") -> None: ...

    def leave(self, run: "Run") -> None: ...


@dataclass
class Run:
    """Counts everything of the operator's month in a folder and a database of its own. `blows` are
    what was struck, by what it met; `seen` is what came of it."""

    ground: Ground
    name: str
    breakage: Breakage
    environment: dict[str, str] = field(default_factory=dict)
    octets: int = UNLIMITED
    blows: Counter[str] = field(default_factory=Counter)
    seen: Counter[str] = field(default_factory=Counter)
    starts: int = 0
    ended_itself: int = 0
    meter: Meter | None = None
    spare: Meter | None = None
    lived: set[int] = field(default_factory=set)
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        self.url = self.ground.copy(self.name)
        self.data = self.ground.folder / self.name
        self.inbox.mkdir(parents=True)
        self.printed = self.data / "printed"
        self.clock = DemoClock(self.data)
        self._asking: psycopg.Connection | None = None
        self._meters: list[Meter] = []
        self._unfinished: set[tuple[Path, int]] = set()
        self._pulse_before = ""
        self._started_at = 0.0
        self.came_up = 0.0
        self.environment |= {
            "WANHAO_SECRET_KEY": "only-for-the-proof-" + "x" * 40,
            "DATABASE_URL": self.url,
            "WANHAO_DATA": str(self.data),
            "WANHAO_DEMO": "1",
            "WANHAO_METER_SHARDS": "2",
            "WANHAO_METER_BATCH_ROWS": "1",
            "WANHAO_SNAPSHOT_EVERY": "3",
        }

    @property
    def inbox(self) -> Path:
        """Where files are dropped."""
        return self.data / "usage" / "inbox"

    @property
    def world(self) -> World:
        """Whose use is counted."""
        return self.ground.world

    def live(self) -> None:
        """Everything once: two deliveries with payments between them, the month's close, and what
        comes after it; the meter is started again whenever it has ended."""
        first, second, third = self.world.deliveries
        self._go_to(self.world.begins)
        self.breakage.begin(self)
        try:
            self._deliver(first)
            self._count(first.records)
            self.end_meter()
            with office(self.url):
                self.world.pay(self.clock())
            self._deliver(second)
            self._count(first.records + second.records)
            self._go_to(self.world.closes)
            self._wait(self._month_is_closed)
            self._deliver(third)
            self._count(first.records + second.records + third.records)
            self._wait(lambda: self.breakage.has_struck(self))
            self.end_meter()
            self._come_to_rest()
        finally:
            self.end_all()

    def keep_up(self) -> None:
        """Start a meter if none runs, as a supervisor would. Beside a standby that one goes on, and
        another stands by."""
        if self.breakage.standby and (self.spare is None or self.spare.poll() is not None):
            self.spare = self.start_meter()
        if self.meter is not None and self.meter.poll() is None:
            return
        if self.meter is not None and self.meter.returncode not in (0, -signal.SIGKILL):
            self.ended_itself += 1
        self._pulse_before, self._started_at = self.pulse(), time.monotonic()
        self.meter, self.spare = self.spare or self.start_meter(), None

    def start_meter(self) -> Meter:
        """One more `wanhao meter`; its files grow no further than `octets`, as all others'."""
        self.starts += 1
        return self.start(["meter", *(["--standby"] if self.breakage.standby else [])])

    def start(self, command: Sequence[str]) -> Meter:
        """A `wanhao` command on this run's database and folder."""
        started = start(command, self.environment, self.printed, self.octets)
        self._meters.append(started)
        return started

    def end_meter(self) -> None:
        """Ask the meter to end, and wait until it did. One that dies before it is done is started
        again, so that in the end one has left in order."""
        self.breakage.mend(self)
        asked: set[int] = set()
        self._wait(lambda: self._has_left(asked))
        self.meter = self.spare = None
        self.breakage.left(self)
        self.end_others()

    def _come_to_rest(self) -> None:
        """Nothing is broken any more. Where the last snapshot was, a meter comes up once more and
        leaves one."""
        self.breakage.cease(self)
        if not self._is_all_kept():
            self.seen["came up for one more snapshot"] += 1
            self._wait(self.lives)
            self.end_meter()
        assert self._is_all_kept(), f"{self.name}: no snapshot of the end\n{self.last_words()}"

    def _is_all_kept(self) -> bool:
        """Whether the newest snapshot holds everything that was committed."""
        state = newest_state(self.data / "usage" / "snapshots")
        ((batch, fact),) = self.ask(NEWEST)
        return state is not None and (state.last_batch, state.last_fact) == (batch, fact)

    def _has_left(self, asked: set[int]) -> bool:
        meter = self.meter
        if meter is None or meter.poll() == 0:
            return True
        if meter.pid not in asked and self.lives():
            asked.add(meter.pid)
            meter.send_signal(signal.SIGTERM)
        return False

    def end_others(self) -> None:
        """End every meter but the one that is kept up."""
        for other in self._meters:
            if other is not self.meter:
                end_group(other)

    def end_all(self) -> None:
        """End whatever still runs."""
        for each in self._meters:
            end_group(each)

    def lives(self) -> bool:
        """Whether the meter that is kept up has begun its work."""
        meter = self.meter
        if meter is None or meter.poll() is not None:
            return False
        if meter.pid not in self.lived and self.pulse() != self._pulse_before:
            self.lived.add(meter.pid)
            self.came_up = max(self.came_up, time.monotonic() - self._started_at)
        return meter.pid in self.lived

    def pulse(self) -> str:
        """Changes whenever a meter shows that it lives."""
        return str(self.ask("SELECT xmin::text FROM wanhao_usage_meterpulse"))

    def left_unfinished(self, folder: Path) -> bool:
        """Whether files were left unfinished in a folder since this was asked last."""
        found = {(path, path.stat().st_mtime_ns) for path in folder.rglob(".*")}
        new = found - self._unfinished
        self._unfinished |= found
        return bool(new)

    def ask(self, question: str, values: Mapping[str, object] | None = None) -> Sequence[tuple]:
        """Rows of this run's database; none while the server is away."""
        try:
            if self._asking is None or self._asking.closed:
                self._asking = psycopg.connect(self.url, autocommit=True)
            return self._asking.execute(question, values).fetchall()
        except psycopg.OperationalError:
            self._asking = None
            return []

    def sessions(self) -> list[int]:
        """The server's processes that work for the meters of this run."""
        return [pid for (pid,) in self.ask(SESSIONS)]

    def drop(self, delivery: Delivery) -> None:
        """Drop files as they should be."""
        drop_delivery(self.inbox, delivery, self.clock())

    def _deliver(self, delivery: Delivery) -> None:
        self.breakage.mend(self)
        self.breakage.deliver(self, delivery)

    def _go_to(self, moment: datetime) -> None:
        """From now on it is so late for this run; had it been told days ago, a machine whose clock
        is set back by less shows that much less."""
        self.breakage.mend(self)
        told = {"began": datetime.now(UTC) - TOLD_BEFORE, "shown": moment - TOLD_BEFORE}
        kept = {name: at.isoformat() for name, at in {**told, "goal": told["shown"]}.items()}
        unfinished = self.data / ".clock.tmp"
        unfinished.write_text(json.dumps({**kept, "speed": 1}))
        unfinished.rename(self.data / CLOCK_FILE)

    def _count(self, records: int) -> None:
        """Until so many records came in and the inbox is empty."""
        self._wait(lambda: self.progress.records >= records and not self._waiting())

    def _waiting(self) -> bool:
        return any(not path.name.startswith(".") for path in self.inbox.iterdir())

    def _month_is_closed(self) -> bool:
        closed = [cycle for (cycle,) in self.ask("SELECT cycle FROM wanhao_usage_closedcycle")]
        return self.world.month.cycle.number in closed

    def _wait(self, done: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.name}: {self.progress}\n{self.last_words()}")
            self.keep_up()
            self._look()
            time.sleep(LOOK_EVERY)

    def _look(self) -> None:
        for batches, records in self.ask(PROGRESS):
            self.progress = Progress(batches=batches, records=records)
        self.lives()
        self.breakage.look(self, self.progress)

    def last_words(self) -> str:
        """The end of what the meters printed."""
        return self.printed.read_text(errors="replace")[-4000:] if self.printed.exists() else ""
