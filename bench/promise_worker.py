"""A worker of `make bench-promises` in a process of its own, ours or the peer's.

Usage: promise_worker ours|peer FILE. It works until it is told to stop (SIGTERM) and then writes
how late each promise was: from its due time until what was done about it was committed.
"""

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django first

from wanhao.project.keepers import QUICK  # noqa: E402
from wanhao.project.patience import work_until  # noqa: E402
from wanhao.project.worker import LONGEST_WAIT, Turns, machine_clock  # noqa: E402
from wanhao.promises.contracts import DuePromise  # noqa: E402

KIND = "bench"
NOTE = "INSERT INTO bench_kept (key) SELECT unnest(%s::text[])"
# The same work without the index, SKIP LOCKED and waking: what is often written first.
SWEEP = """
SELECT key, due_at FROM bench_job WHERE NOT done AND due_at <= now()
ORDER BY due_at LIMIT 500 FOR UPDATE
"""
DONE = "UPDATE bench_job SET done = true WHERE key = ANY(%s::text[])"


class Notes:
    """What was kept in a turn, and how late it all was once that was committed."""

    def __init__(self) -> None:
        self.due: list[datetime] = []
        self.late: list[float] = []

    def keep(self, due: Sequence[DuePromise], now: datetime) -> None:
        """Do the little that a bench promises."""
        self.write([promise.key for promise in due], [promise.due_at for promise in due])

    def write(self, keys: list[str], due: list[datetime]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(NOTE, [keys])
        self.due.extend(due)

    def committed(self) -> None:
        now = time.time()
        self.late.extend(now - due.timestamp() for due in self.due)
        self.due.clear()


def ours(stop: threading.Event, notes: Notes) -> Callable[[], None]:
    """The quick thread of `wanhao worker`, with one kind of promise."""
    QUICK.clear()
    QUICK[KIND] = notes.keep
    return Turns(stop, LONGEST_WAIT, machine_clock)


def peer(stop: threading.Event, notes: Notes) -> Callable[[], None]:
    """A poller that looks through the table twice a second."""

    def turn() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SWEEP)
            rows = cursor.fetchall()
            if rows:
                keys = [key for key, _ in rows]
                notes.write(keys, [due for _, due in rows])
                cursor.execute(DONE, [keys])
        if not rows:
            stop.wait(LONGEST_WAIT)

    return turn


def main() -> None:
    """Work until stopped, then say how late it was."""
    stop, notes = threading.Event(), Notes()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    turn = {"ours": ours, "peer": peer}[sys.argv[1]](stop, notes)

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_ready VALUES (1)")

    def noted() -> None:
        turn()
        notes.committed()

    work_until(stop, noted)
    Path(sys.argv[2]).write_text(json.dumps(notes.late))


if __name__ == "__main__":
    main()
