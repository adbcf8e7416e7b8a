"""`make bench-reading`: look-ups in a meter that counts at full speed, beside PostgreSQL.

`BENCH_LINES` lines (a million) are in a meter in a process of its own. Its rows are read one by one
and ten thousand at a time; the peer reads rows of the same size by their primary key, from a
database that has nothing else to do. With two processors one counts and the other reads.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from bench.figures import SERVER, figure, say, show
from bench.scratch import SCRATCH
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.view.reader import LocalReader

LINES = int(os.environ.get("BENCH_LINES", "1000000"))
SECONDS = 5.0
TOGETHER = 10_000
TABLE = """
CREATE UNLOGGED TABLE stands AS SELECT group_id, group_id AS account_id, 202611 AS cycle,
    1::bigint AS voice, 2::bigint AS message, 3::bigint AS data,
    4::bigint AS has_voice, 5::bigint AS has_message, 6::bigint AS has_data,
    7::bigint AS charge_fen, 8::bigint AS left_fen, now() AS as_of
FROM generate_series(1, %s) AS group_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How long each of many calls took, and the processor's time of all."""

    seconds: np.ndarray
    core: float

    @property
    def a_second(self) -> float:
        """Calls a second."""
        return len(self.seconds) / float(self.seconds.sum())

    @property
    def by_core(self) -> float:
        """Calls in a second of processor's time, however busy the machine was."""
        return len(self.seconds) / self.core

    def took(self, share: float) -> float:
        """So many of a hundred took at most so many microseconds."""
        return float(np.percentile(self.seconds, share)) * 1e6


def main() -> None:
    """Read beside a counting meter, then from PostgreSQL."""
    rng = np.random.default_rng(10_002)
    singles = rng.integers(1, LINES + 1, 200_000).tolist()
    many = [rng.integers(1, LINES + 1, TOGETHER) for _ in range(20)]
    command = [sys.executable, "-m", "bench.counting_meter", str(SCRATCH), str(LINES)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as meter:
        assert meter.stdin is not None
        assert meter.stdout is not None
        meter.stdout.readline()
        reader = LocalReader(SCRATCH)
        one_by_one = _rate(reader.use_of, singles)
        together = _rate(reader.columns_of, many)
        meter.stdin.close()
        alone, alone_seconds, seen, seen_seconds = map(float, meter.stdout.readline().split())
    with EmbeddedPostgres(SCRATCH, SERVER):
        peer, peer_together = _peer(singles, many)
    half, nearly_all = one_by_one.took(50), one_by_one.took(99.9)
    say(f"  half of the look-ups took {half:.1f} µs, 99.9 of 100 {nearly_all:,.0f} µs")
    say(f"  by the time of one core: {one_by_one.by_core:,.0f} look-ups/s")
    say(f"  the same together: {together.by_core * TOGETHER:,.0f} rows/s")
    say(f"  counted meanwhile: {seen / seen_seconds:,.0f} records/s")
    figures = [
        figure("reading.one_by_one", one_by_one.a_second, "look-ups/s", peer.a_second),
        figure(
            "reading.ten_thousand_at_once",
            together.a_second * TOGETHER,
            "look-ups/s",
            peer_together.a_second * TOGETHER,
        ),
        figure(
            "reading.counting_meanwhile",
            seen / seen_seconds,
            "records/s",
            alone / alone_seconds,
        ),
    ]
    show("reading", figures)


def _rate(look: Callable[..., object], asked: list[Any]) -> Rate:
    """Call it for some seconds."""
    took: list[float] = []
    core, until = time.process_time(), time.perf_counter() + SECONDS
    at = time.perf_counter()
    while at < until:
        look(asked[len(took) % len(asked)])
        now = time.perf_counter()
        took.append(now - at)
        at = now
    return Rate(seconds=np.array(took), core=time.process_time() - core)


def _peer(singles: list[int], many: list[np.ndarray]) -> tuple[Rate, Rate]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(TABLE.replace("%s", str(LINES)))
        connection.execute("ALTER TABLE stands ADD PRIMARY KEY (group_id)")
        connection.execute("VACUUM ANALYZE stands")
        cursor = connection.cursor()

        def one(group: int) -> object:
            found = cursor.execute(
                "SELECT * FROM stands WHERE group_id = %s", [group], prepare=True
            )
            return found.fetchone()

        def some(groups: np.ndarray) -> object:
            query = "SELECT * FROM stands WHERE group_id = ANY(%s)"
            return cursor.execute(query, [groups.tolist()], prepare=True).fetchall()

        return _rate(one, singles), _rate(some, many)
