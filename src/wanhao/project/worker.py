"""The worker: releases messages and keeps promises the moment they are due; long work runs beside.

Six threads, so that a message waits neither for a chunk of bills nor for a mail server, a line
that is let again not for the network's answer about others, and a chunk of bills not for a preview.
Any number of workers may run.
"""

import threading
from collections.abc import Callable
from datetime import datetime

from django.db import connection

from wanhao.communications.actions import release_due
from wanhao.project import clock
from wanhao.project.chores import Chores, LongWork
from wanhao.project.env import environment
from wanhao.project.keepers import QUICK
from wanhao.project.network import network_sender
from wanhao.project.patience import work_until
from wanhao.project.payment_work import payment_work
from wanhao.project.push import pushes
from wanhao.project.second_channel import second_channel
from wanhao.promises.actions import keep_due
from wanhao.promises.queries import next_due
from wanhao.promises.waking import listen, wait

LONGEST_WAIT = 0.5
# What is due may be in the hands of another worker, and what falls due together is kept together.
SHORTEST_WAIT = 0.05
# A promise is kept between two looks at messages, so neither takes long.
BATCH = 500
MESSAGES_OF = 1_000
Clock = Callable[[], datetime]


def machine_clock() -> datetime:
    """What time it is, aware and in UTC."""
    return clock.now()


def run_worker(
    stop: threading.Event, pause: float = LONGEST_WAIT, clock: Clock = machine_clock
) -> None:
    """Work until `stop` is set; while the database is away, wait for it."""
    turns: dict[str, Callable[[], None]] = {
        "chores": Chores(stop, clock),
        "long work": LongWork(stop, clock),
        "second channel": second_channel(stop, clock, environment()),
    }
    if (sender := pushes(stop, clock, environment())) is not None:
        turns["push"] = sender
    if (network := network_sender(stop, clock, environment())) is not None:
        turns["network"] = network
    if (payments := payment_work(stop, clock)) is not None:
        turns["payments"] = payments
    beside = [
        threading.Thread(target=work_until, args=(stop, turn), name=name, daemon=True)
        for name, turn in turns.items()
    ]
    for thread in beside:
        thread.start()
    try:
        work_until(stop, Turns(stop, pause, clock))
    finally:
        stop.set()
        for thread in beside:
            thread.join()


class Turns:
    """What the quick thread does again and again: messages, promises, and then a short wait."""

    def __init__(self, stop: threading.Event, pause: float, clock: Clock) -> None:
        self._stop, self._pause, self._clock = stop, pause, clock
        self._released, self._kept, self._first = 0, 0, True
        self._listening: object = None

    def __call__(self) -> None:
        """Take what is due in hand; wait when there was nothing, until there is."""
        self._listen()
        released = release_due(self._clock(), limit=MESSAGES_OF)
        kept = keep_due(QUICK, self._clock(), limit=BATCH)
        self._say(released, kept)
        if not (released or kept) and not self._stop.is_set():
            wait(self._until_next())

    def _listen(self) -> None:
        """Hear of what is due at once, again after the connection was lost."""
        connection.ensure_connection()
        if self._listening is not connection.connection:
            listen()
            self._listening = connection.connection

    def _until_next(self) -> float:
        """Seconds until the next promise is due, as far as that is soon."""
        due = next_due(QUICK)
        if due is None:
            return self._pause
        return min(max((due - self._clock()).total_seconds(), SHORTEST_WAIT), self._pause)

    def _say(self, released: int, kept: int) -> None:
        self._released += released
        self._kept += kept
        if released or kept or self._first:
            print(f"released {self._released} messages, kept {self._kept} promises since the start")
        self._first = False
