"""The traffic maker: drops usage files all the time, and lets some of the cast live their day.

While the demo is sent ahead it drops what everybody uses in the time that passes, instead.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from wanhao.products.contracts import Offering
from wanhao.products.queries import offerings
from wanhao.project.clock import DemoClock, demo_clock
from wanhao.project.demo.ahead import Ahead, month_ahead
from wanhao.project.demo.habits import Habits, habits_of
from wanhao.project.demo.history import drop_month
from wanhao.project.demo.live import LiveCast
from wanhao.project.demo.maker import PERIOD_SECONDS, TrafficMaker
from wanhao.project.demo.notebook import Notebook, history_note, note_history_dropped
from wanhao.project.demo.till import Counter
from wanhao.project.demo.usage_files import FileFormat, drop, encode, table_of, waiting
from wanhao.project.demo.world import resident_accounts
from wanhao.project.env import environment
from wanhao.values.cycle import Cycle

MOST_WAITING = 20
AHEAD = "ahead since"
FIRST_DAY = timedelta(days=1)
SAY_EVERY = 20
"""Files between two lines about how it goes."""


def run_traffic(
    stop: threading.Event,
    inbox: Path,
    *,
    lines: int | None = None,
    period: float = PERIOD_SECONDS,
    say: Callable[[str], None] = print,
    clock: DemoClock | None = None,
) -> None:
    """Drop usage files into the inbox until `stop` is set; blocks.

    Pauses, and says so, while too many files wait to be counted. In a new billing cycle it drops
    that cycle's history first, unless it lives through that cycle from its beginning.
    """
    count = environment().demo_lines if lines is None else lines
    clock = clock or demo_clock()
    accounts, plans = resident_accounts(count), offerings()
    dropped = _Dropped(inbox, say)
    while not stop.is_set():
        cycle = Cycle.of(clock())
        habits = habits_of(accounts, plans, cycle.number)
        turn = _Turn(inbox, cycle, habits, plans, dropped, clock)
        while not stop.wait(period) and turn.take():
            pass


class _Turn:
    """One billing cycle of traffic, slow or ahead of the machine's clock."""

    def __init__(
        self,
        inbox: Path,
        cycle: Cycle,
        habits: Habits,
        plans: Sequence[Offering],
        dropped: "_Dropped",
        clock: DemoClock,
    ) -> None:
        self._inbox, self._cycle, self._habits = inbox, cycle, habits
        self._plans, self._dropped, self._clock = plans, dropped, clock
        self._notebook = Notebook(inbox)
        self._ahead: Ahead | None = None
        self._ordinary: tuple[TrafficMaker, LiveCast] | None = None
        if not clock.hurries():
            drop_month(inbox, clock(), habits)

    def take(self) -> bool:
        """Drop what is due now; False when the cycle is over."""
        now = self._clock()
        over = Cycle.of(now) != self._cycle
        if self._clock.hurries() or self._ahead is not None:
            self._hurry(min(now, self._cycle.end))
        elif not over and self._dropped.may_go_on():
            self._live(now)
        return not over

    def _hurry(self, now: datetime) -> None:
        """Drop what was used since the last time; a restart begins anew, with the same records."""
        if self._ahead is None:
            self._ahead = month_ahead(self._habits, self._cycle, self._begin(now))
            self._dropped_until = self._ahead.since
        rows = self._ahead.drop(self._inbox, self._dropped_until, now)
        self._dropped_until = now
        if rows:
            self._dropped.count(rows)
        if not self._clock.hurries():
            self._ahead = None

    def _begin(self, now: datetime) -> datetime:
        """When this cycle was first hurried through: if that is its first day, from its start."""
        number = self._cycle.number
        if noted := self._notebook.done(number, AHEAD):
            return datetime.fromtimestamp(noted, UTC)
        begin = now
        if (
            now - self._cycle.start < FIRST_DAY
            and not history_note(self._inbox, number, now).dropped
        ):
            begin = self._cycle.start
            note_history_dropped(self._inbox, number, begin)
        self._notebook.note(number, AHEAD, int(begin.timestamp()))
        return begin

    def _live(self, now: datetime) -> None:
        if self._ordinary is None:
            began = history_note(self._inbox, self._cycle.number, now).until
            random = np.random.default_rng(int(now.timestamp()))
            maker = TrafficMaker(self._habits, self._notebook, began, random)
            live = LiveCast(self._notebook, Counter(), self._plans, now)
            self._ordinary = maker, live
        maker, live = self._ordinary
        made = maker.next_file(now)
        self._dropped.add(made.name, made.content, made.tally.rows, now)
        records = live.due(now)
        if records:
            name = f"cast-{records[0].record_id}.csv"
            content = encode(table_of(records), FileFormat.CSV)
            self._dropped.add(name, content, len(records), now)


class _Dropped:
    """Drops files, holds back while too many wait, and says how it goes."""

    def __init__(self, inbox: Path, say: Callable[[str], None]) -> None:
        self._inbox = inbox
        self._say = say
        self._files = self._records = 0
        self._pausing = False

    def may_go_on(self) -> bool:
        files = waiting(self._inbox)
        pausing = files > MOST_WAITING
        if pausing and not self._pausing:
            self._say(f"traffic pauses: {files} files wait to be counted")
        if self._pausing and not pausing:
            self._say("traffic goes on")
        self._pausing = pausing
        return not pausing

    def add(self, name: str, content: bytes, records: int, now: datetime) -> None:
        drop(self._inbox, name, content, now)
        self.count(records)

    def count(self, records: int) -> None:
        """Count one dropped file."""
        self._files += 1
        self._records += records
        if self._files % SAY_EVERY == 0:
            self._say(f"{self._records:,} records dropped in {self._files:,} files")
