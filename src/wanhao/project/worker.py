"""The worker: publishes the thresholds that are watched, releases messages, does what is due."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import InterfaceError, OperationalError, connection

from wanhao.communications.actions import release_due
from wanhao.project.env import environment
from wanhao.workflows.end_packs import end_packs
from wanhao.workflows.run_due_bills import run_due_bills
from wanhao.workflows.run_due_money import run_due_money
from wanhao.workflows.run_due_points import run_due_points
from wanhao.workflows.tell_tariffs import tell_tariffs
from wanhao.workflows.watch_thresholds import watch_thresholds

PAUSE_SECONDS = 0.5
RETRY_SECONDS = 2.0
BATCH = 500
# Rules may change while we run; a new threshold is watched at the latest after so many turns.
TURNS_BETWEEN_THRESHOLDS = 120
# What is due by the calendar: each call takes one small step and says whether there was one. Looked
# for as seldom as thresholds, and on every turn while there is more to do.
DUE_STEPS: list[Callable[[datetime], bool]] = [
    lambda now: run_due_money(now, due_day=environment().bill_due_day),
    run_due_points,
    end_packs,
    lambda now: run_due_bills(now, environment().bill_due_day),
]

logger = logging.getLogger(__name__)


def run_worker(stop: threading.Event, pause: float = PAUSE_SECONDS) -> None:
    """Work until `stop` is set; while the database is away, wait for it."""
    turn, released, busy = 0, 0, False
    while not stop.is_set():
        try:
            if turn % TURNS_BETWEEN_THRESHOLDS == 0:
                watch_thresholds()
                tell_tariffs()
            count = _release_all(stop)
            if busy or turn % TURNS_BETWEEN_THRESHOLDS == 0:
                busy = _take_steps()
        except (OperationalError, InterfaceError) as error:
            logger.warning("waiting for the database: %s", str(error).strip())
            connection.close()
            turn = 0
            stop.wait(RETRY_SECONDS)
            continue
        released += count
        if count or turn == 0:
            print(f"released {released} messages since the start")
        turn += 1
        stop.wait(pause)
    connection.close()


def _take_steps() -> bool:
    """One step of each kind; whether there was anything to do."""
    now = datetime.now(UTC)
    return sum(step(now) for step in DUE_STEPS) > 0


def _release_all(
    stop: threading.Event, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> int:
    """Release until nothing is due, in small transactions; returns how many were released."""
    released = 0
    while not stop.is_set():
        count = release_due(now(), limit=BATCH)
        released += count
        if count < BATCH:
            break
    return released
