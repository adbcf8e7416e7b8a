"""What a worker does beside: what the meter must know, long promises, and what the calendar brings.

Each chore takes one small step, in transactions of its own, and any number of workers may do it:
each locks what it works on, and passes by or waits for what another has in hand.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError

from wanhao.communications.incoming import prune_incoming
from wanhao.project.billing import issue_invoices
from wanhao.project.env import environment
from wanhao.project.keepers import LONG, SLOW
from wanhao.promises.actions import keep_due, prune
from wanhao.workflows.end_packs import end_packs
from wanhao.workflows.make_calendar_promises import make_calendar_promises
from wanhao.workflows.run_due_bills import run_due_bills
from wanhao.workflows.run_due_money import run_due_money
from wanhao.workflows.run_due_points import run_due_points
from wanhao.workflows.tell_tariffs import tell_tariffs
from wanhao.workflows.watch_thresholds import watch_thresholds

PAUSE_SECONDS = 0.5
# Rules may change while we run; a new threshold is watched at the latest after so long, and what is
# due by the calendar is looked for as seldom while there is nothing to do.
LOOK_EVERY = timedelta(minutes=1)
# A chunk for everybody is a promise of its own; few at once leave some to the other workers.
SLOW_AT_ONCE = 4
DUE_STEPS: list[Callable[[datetime], bool]] = [
    lambda now: run_due_money(now, due_day=environment().bill_due_day),
    run_due_points,
    end_packs,
    lambda now: run_due_bills(now, environment().bill_due_day),
    issue_invoices,
    prune,
    prune_incoming,
]
# What must be promised for the days to come; each makes what is not there yet.
EVERY_HOUR: list[Callable[[datetime], object]] = [make_calendar_promises]

logger = logging.getLogger(__name__)


class Chores:
    """One turn does a step of each chore, and waits when none of them had anything to do."""

    def __init__(
        self, stop: threading.Event, clock: Callable[[], datetime], pause: float = PAUSE_SECONDS
    ) -> None:
        self._stop, self._clock, self._pause = stop, clock, pause
        self._next_look = self._next_hour = clock()
        self._busy = False

    def __call__(self) -> None:
        """Do a step of each chore; one that fails does not keep the others from theirs."""
        self._look(self._clock())
        if self._busy:
            self._busy = sum([self._try(step) for step in DUE_STEPS]) > 0
        kept = keep_due(SLOW, self._clock(), limit=SLOW_AT_ONCE)
        if not (self._busy or kept):
            self._stop.wait(self._pause)

    def _look(self, now: datetime) -> None:
        """Every minute and every hour, tell and promise what is new, and look for chores."""
        if now >= self._next_hour:
            for promise in EVERY_HOUR:
                self._try(promise)
            self._next_hour = now + timedelta(hours=1)
        if now >= self._next_look:
            self._try(publish)
            self._next_look, self._busy = now + LOOK_EVERY, True

    def _try(self, step: Callable[[datetime], object]) -> bool:
        """Whether the step had something to do; one that failed is looked for again later."""
        try:
            return bool(step(self._clock()))
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            logger.exception("a chore failed and will be tried again")
            return False


class LongWork:
    """One turn keeps one promise that may take minutes, and waits when none is due."""

    def __init__(
        self, stop: threading.Event, clock: Callable[[], datetime], pause: float = PAUSE_SECONDS
    ) -> None:
        self._stop, self._clock, self._pause = stop, clock, pause

    def __call__(self) -> None:
        """Keep the one that has been due longest."""
        if not keep_due(LONG, self._clock(), limit=1):
            self._stop.wait(self._pause)


def publish(now: datetime) -> None:
    """Tell the meter thresholds and tariffs it does not know."""
    watch_thresholds(now)
    tell_tariffs()
