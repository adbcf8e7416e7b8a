"""`make bench-standby`: how long nobody counts when the meter is killed, with and without a second.

`BENCH_LINES` lines (a million) are in the meter; small files arrive twice a second all the time.
The meter is killed, and the clock runs until the next commit of records: first of a standby, three
times over, then of a meter that is started in the same moment, as a supervisor would at its best.
"""

import os

os.environ.setdefault("BENCH_LINES", "1000000")

import time
from collections.abc import Callable

from django.db import connection

from bench.figures import SERVER, figure, say, show
from bench.province import setting_up as ready
from bench.province.latency import Feeder
from bench.province.meter import MeterProcess, committed_at, progress
from bench.province.records import Traffic
from bench.province.scale import CACHE, LINES
from bench.scratch import SCRATCH
from wanhao.project.postgres import EmbeddedPostgres

OPTIONS = {**SERVER, "track_commit_timestamp": "on"}
TIMES = 3
RECORDS_A_FILE = 5_000
FILES = 600
PLACE = 9 * 10**10
PATIENCE_SECONDS = 600.0
LOOK_SECONDS = 0.01
FOLLOWS = """
SELECT count(*) FROM wanhao_usage_meterstandby
WHERE last_batch >= (SELECT max(number) FROM wanhao_usage_batch) - 5
"""
"""A standby says where it is every other second."""


def main() -> None:
    """Set up, kill, wait, print and keep the figures."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with EmbeddedPostgres(SCRATCH, OPTIONS):
        ready.make_database()
        ready.prepare_meter(LINES)
        traffic = Traffic(
            lines=LINES, records=FILES * RECORDS_A_FILE, first=PLACE, file_rows=RECORDS_A_FILE
        )
        feeder = Feeder(traffic.files(CACHE))
        meter = MeterProcess()
        feeder.start()
        _next_commit(progress()[0])
        warm, meter = _with_standbys(meter)
        cold, meter = _without(meter)
        meter.stop()
    say(f"  taken over in {', '.join(f'{one:.2f}' for one in warm)} s")
    show("standby", [figure("standby.seconds_to_next_commit", max(warm), "s", cold)])


def _with_standbys(meter: MeterProcess) -> tuple[list[float], MeterProcess]:
    took = []
    for _ in range(TIMES):
        second = MeterProcess("--standby")
        _until(lambda: _row(FOLLOWS) > 0)
        took.append(_killed(meter))
        meter = second
    return took, meter


def _without(meter: MeterProcess) -> tuple[float, MeterProcess]:
    last, began = progress()[0], time.time()
    meter.kill()
    anew = MeterProcess()
    return _next_commit(last) - began, anew


def _killed(meter: MeterProcess) -> float:
    last, began = progress()[0], time.time()
    meter.kill()
    return _next_commit(last) - began


def _next_commit(last: int) -> float:
    """When the first batch after this one was committed; one that was on its way counts not."""
    time.sleep(LOOK_SECONDS)
    last = max(last, progress()[0])
    _until(lambda: progress()[0] > last)
    return committed_at(last + 1)


def _row(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError("nobody went on counting")
        time.sleep(LOOK_SECONDS)
