"""`make bench-promises`: a million open promises, beside a poller that sweeps its table.

While some hundred fall due every second, and thousands at once in the middle, others are made; real
worker processes keep them. How late each one was is measured to the commit of what it caused.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from django.core.management import call_command
from django.db import connection

from bench.figures import SERVER, figure, say, show, timed
from bench.scratch import SCRATCH
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise

OPEN = int(os.environ.get("BENCH_PROMISES", "1000000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
WORKERS = 2
A_SECOND = 200
AT_ONCE = 10_000
ADDED_A_SECOND = 100
BACKLOG = 100_000
HEAD_START = timedelta(seconds=5)
KIND = "bench"
PATIENCE = 300.0
TABLES = """
CREATE TABLE bench_kept (key text NOT NULL);
CREATE TABLE bench_ready (worker int NOT NULL);
CREATE TABLE bench_job (key text PRIMARY KEY, due_at timestamptz NOT NULL, done boolean NOT NULL)
"""
# Most of them are due in the month to come; they lie in no order.
LATER = "SELECT 'later-' || n, now() + interval '1 hour' + random() * interval '30 days'"
OURS = """
INSERT INTO wanhao_promises_promise
    (kind, key, due_at, next_at, payload, state, attempts, error, made_at)
SELECT 'bench', key, due_at, due_at, '{}', 'open', 0, '', now() FROM (%s) AS made(key, due_at)
"""
PEERS = "INSERT INTO bench_job SELECT key, due_at, false FROM (%s) AS made(key, due_at)"
OURS_DUE = """
UPDATE wanhao_promises_promise SET next_at = now(), due_at = now() WHERE key LIKE 'backlog-%'
"""
PEERS_DUE = "UPDATE bench_job SET due_at = now() WHERE key LIKE 'backlog-%'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Ours or the peer: how its table is filled, how a backlog falls due, how rows are added."""

    name: str
    fill: str
    make_due: str
    add: Callable[[list[tuple[str, datetime]]], None]


def main() -> None:
    """Fill both tables, then let the workers of each keep what falls due."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        show("promises", measure())


def measure() -> list[dict[str, object]]:
    """Lateness in seconds and what a backlog takes, ours beside the peer's."""
    call_command("migrate", verbosity=0)
    execute(TABLES)
    ours, peer = (timeline(side) for side in SIDES)
    first, second = (backlog(side) for side in SIDES)
    return [
        figure("promises.lateness_p50", percentile(ours, 50), "s", percentile(peer, 50)),
        figure("promises.lateness_p99", percentile(ours, 99), "s", percentile(peer, 99)),
        figure("promises.lateness_worst", percentile(ours, 100), "s", percentile(peer, 100)),
        figure("promises.kept_of_a_backlog_per_second", first, "promises/s", second),
    ]


def timeline(side: Side) -> list[float]:
    """Let a minute pass in which promises fall due and others are made; how late each was."""
    later = f"{LATER} FROM generate_series(1, {OPEN}) AS n"
    timed(f"{side.name}: {OPEN:,} open", lambda: execute(side.fill % later))
    execute("VACUUM ANALYZE")
    workers = Workers(side.name)
    begins = datetime.now(UTC) + HEAD_START
    steady = [
        (f"due-{n}", begins + timedelta(seconds=n / A_SECOND)) for n in range(SECONDS * A_SECOND)
    ]
    middle = begins + timedelta(seconds=SECONDS / 2)
    side.add(steady + [(f"at-once-{n}", middle) for n in range(AT_ONCE)])
    added = _add_others(side, begins)
    late = workers.stop_after(len(steady) + AT_ONCE + added)
    say(f"  {side.name}: {len(late):,} kept, each once, while {added:,} due ones were added")
    return late


def _add_others(side: Side, begins: datetime) -> int:
    """While they fall due make others: every second one is due within three seconds."""
    step, added = 0, 0
    while (now := datetime.now(UTC)) < begins + timedelta(seconds=SECONDS):
        rows = []
        for n in range(ADDED_A_SECOND // 10):
            soon = timedelta(milliseconds=300 * n)
            rows.append((f"soon-{step}-{n}", now + soon))
            rows.append((f"far-{step}-{n}", now + timedelta(days=1, seconds=n)))
        side.add(rows)
        added += len(rows) // 2
        step += 1
        time.sleep(0.1)
    return added


def backlog(side: Side) -> float:
    """How many a second are kept when many fall due at once, as after a night without workers."""
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    side.add([(f"backlog-{n}", tomorrow + timedelta(microseconds=n)) for n in range(BACKLOG)])
    workers = Workers(side.name)
    begun = time.perf_counter()
    execute(side.make_due)
    workers.stop_after(BACKLOG)
    return BACKLOG / (time.perf_counter() - begun)


class Workers:
    """The worker processes of one side, over the table `bench_kept`."""

    def __init__(self, side: str) -> None:
        execute("TRUNCATE bench_kept, bench_ready")
        self._files = [SCRATCH / f"{side}-{n}.json" for n in range(WORKERS)]
        script = str(Path(__file__).with_name("promise_worker.py"))
        self._running = [
            subprocess.Popen([sys.executable, script, side, str(file)], stdout=subprocess.DEVNULL)
            for file in self._files
        ]

        while _count("SELECT count(*) FROM bench_ready") < WORKERS:
            self._refuse_dead()
            time.sleep(0.1)

    def stop_after(self, kept: int) -> list[float]:
        """Stop them when so many are kept; how late each was. Every one is kept, and once."""
        end = time.monotonic() + PATIENCE
        while _count("SELECT count(*) FROM bench_kept") < kept:
            self._refuse_dead()
            if time.monotonic() > end:
                raise TimeoutError(f"only {_count('SELECT count(*) FROM bench_kept')} of {kept}")
            time.sleep(0.2)
        for worker in self._running:
            worker.send_signal(signal.SIGTERM)
        for worker in self._running:
            worker.wait()
        assert _count("SELECT count(*) FROM bench_kept") == kept, "not each was kept once"
        assert _count("SELECT count(DISTINCT key) FROM bench_kept") == kept, "one was kept twice"
        return [late for file in self._files for late in json.loads(file.read_text())]

    def _refuse_dead(self) -> None:
        ended = [worker.returncode for worker in self._running if worker.poll() is not None]
        if ended:
            raise RuntimeError(f"a worker ended by itself with {ended[0]}")


def add_ours(rows: list[tuple[str, datetime]]) -> None:
    """Make promises the way the product does."""
    now = datetime.now(UTC)
    for start in range(0, len(rows), 10_000):
        some = rows[start : start + 10_000]
        make([NewPromise(kind=KIND, key=key, due_at=due) for key, due in some], now)


def add_peers(rows: list[tuple[str, datetime]]) -> None:
    """The same rows for the peer."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(PEERS % "SELECT * FROM unnest(%s::text[], %s::timestamptz[])", columns)


SIDES = (
    Side(name="ours", fill=OURS, make_due=OURS_DUE, add=add_ours),
    Side(name="peer", fill=PEERS, make_due=PEERS_DUE, add=add_peers),
)


def percentile(late: list[float], share: int) -> float:
    """A percentile of lateness, in seconds."""
    return float(np.percentile(np.array(late), share))


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _count(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
