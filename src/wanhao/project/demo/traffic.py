"""The traffic maker: drops usage files all the time, and lets some of the cast live their day."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from wanhao.products.contracts import Offering
from wanhao.products.queries import offerings
from wanhao.project.demo.habits import Habits, habits_of
from wanhao.project.demo.history import drop_month
from wanhao.project.demo.live import LiveCast
from wanhao.project.demo.maker import PERIOD_SECONDS, TrafficMaker
from wanhao.project.demo.notebook import Notebook, history_note
from wanhao.project.demo.till import Counter
from wanhao.project.demo.usage_files import FileFormat, drop, encode, table_of, waiting
from wanhao.project.demo.world import resident_accounts
from wanhao.project.env import environment
from wanhao.values.cycle import Cycle

MOST_WAITING = 20
SAY_EVERY = 20
"""Files between two lines about how it goes."""


def run_traffic(
    stop: threading.Event,
    inbox: Path,
    *,
    lines: int | None = None,
    period: float = PERIOD_SECONDS,
    say: Callable[[str], None] = print,
) -> None:
    """Drop usage files into the inbox until `stop` is set; blocks.

    Pauses, and says so, while too many files wait to be counted. In a new billing cycle it drops
    that cycle's history first.
    """
    count = environment().demo_lines if lines is None else lines
    accounts, plans = resident_accounts(count), offerings()
    while not stop.is_set():
        cycle = Cycle.of(datetime.now(UTC))
        habits = habits_of(accounts, plans, cycle.number)
        _run_cycle(stop, inbox, cycle, habits, plans, period, say)


def _run_cycle(
    stop: threading.Event,
    inbox: Path,
    cycle: Cycle,
    habits: Habits,
    plans: Sequence[Offering],
    period: float,
    say: Callable[[str], None],
) -> None:
    """Drop files until `stop` is set or the cycle is over."""
    now = datetime.now(UTC)
    drop_month(inbox, now, habits)
    notebook = Notebook(inbox)
    began = history_note(inbox, cycle.number, now).until
    maker = TrafficMaker(habits, notebook, began, np.random.default_rng(int(now.timestamp())))
    live = LiveCast(notebook, Counter(), plans, now)
    dropped = _Dropped(inbox, say)
    while not stop.wait(period):
        now = datetime.now(UTC)
        if Cycle.of(now) != cycle:
            return
        if dropped.may_go_on():
            made = maker.next_file(now)
            dropped.add(made.name, made.content, made.tally.rows)
            records = live.due(now)
            if records:
                name = f"cast-{records[0].record_id}.csv"
                dropped.add(name, encode(table_of(records), FileFormat.CSV), len(records))


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

    def add(self, name: str, content: bytes, records: int) -> None:
        drop(self._inbox, name, content)
        self._files += 1
        self._records += records
        if self._files % SAY_EVERY == 0:
            self._say(f"{self._records:,} records dropped in {self._files:,} files")
