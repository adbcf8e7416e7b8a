"""A second meter follows the first one and goes on when that ends."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection

from tests.usage.operators import (
    MB,
    NOW,
    QIAN,
    ZHAO,
    drop,
    figures,
    group,
    kept,
    meter,
    pack,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.project.wiring import follower_of
from wanhao.usage import queries
from wanhao.usage.models import Batch, MeterStandby
from wanhao.usage.view.reader import LocalReader

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60.0


def until(condition: Callable[[], object]) -> None:
    """Wait for it, with patience."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def a_file(folder: Path, number: int) -> None:
    """One more file: calls, data, a duplicate of the file before, a row for the quarantine."""
    calls = [row(10 * number + n, (ZHAO, QIAN)[n % 2], quantity=60 * n) for n in range(1, 5)]
    data = row(10 * number + 5, QIAN, "data", 30 * MB)
    again = row(10 * (number - 1) + 1, QIAN, quantity=60)
    drop(folder, f"{number:03}.csv", [*calls, data, again, row(10 * number + 6, 19_999_999_999)])


def conserved() -> tuple[int, ...]:
    """What came in and what became of it."""
    status = queries.meter_status(NOW)
    return status.records_in, status.metered, status.duplicate, status.quarantined


def follower(made):
    """A standby beside a meter, in the same process; it shares the session that has the lock."""
    return follower_of(made)


def followed(standby) -> str:
    """Everything that counts in what a standby holds."""
    standby._follow()
    return figures(SimpleNamespace(state=standby._followed.state))


def test_a_standby_holds_what_the_first_meter_holds(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1, snapshot_every=3)
    standby = follower(made)
    for number in range(1, 9):
        a_file(tmp_path, number)
        if number == 4:
            tell(group(1, packs=(pack(7),)))
        settle(made)
        assert followed(standby) == figures(made)
    assert standby._followed.base > 0


def test_a_standby_begins_with_the_newest_snapshot(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1, snapshot_every=3)
    for number in range(1, 9):
        a_file(tmp_path, number)
    settle(made)
    standby = follower(made)
    assert followed(standby) == figures(made)
    assert standby._followed.base > 0


def test_who_took_over_knows_every_record_that_came_before(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1, snapshot_every=3)
    standby = follower(made)
    for number in range(1, 6):
        a_file(tmp_path, number)
        settle(made)
        followed(standby)
    before = conserved()
    warm = standby.wait(threading.Event())
    assert warm is not None
    again = meter(tmp_path, warm=warm, snapshot_every=3)
    drop(tmp_path, "again.csv", [row(10 * n + 5, QIAN, "data", 30 * MB) for n in range(1, 6)])
    settle(again)
    records, metered, duplicate, quarantined = conserved()
    assert (records - before[0], metered - before[1], duplicate - before[2]) == (5, 0, 5)
    assert quarantined == before[3]
    a_file(tmp_path, 6)
    settle(again)
    again.stop()
    assert figures(meter(tmp_path)) == figures(again)


def test_readers_find_whoever_took_over(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1)
    standby = follower(made)
    a_file(tmp_path, 1)
    settle(made)
    followed(standby)
    reader = LocalReader(made.folders.root)
    assert reader.use_of(1).batch == made.state.last_batch
    again = meter(tmp_path, warm=standby.wait(threading.Event()))
    a_file(tmp_path, 2)
    settle(again)
    assert LocalReader(made.folders.root).use_of(1).batch == again.state.last_batch


def test_a_standby_that_followed_another_past_begins_anew(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1, snapshot_every=2)
    standby = follower(made)
    for number in range(1, 4):
        a_file(tmp_path, number)
        settle(made)
        followed(standby)
    standby._followed.state.last_token = "0" * 32
    assert followed(standby) == figures(made)


def test_a_standby_says_that_it_is_there_until_it_is_told_to_stop(tmp_path):
    two_customers()
    made = meter(tmp_path)
    a_file(tmp_path, 1)
    settle(made)
    standby = follower(made)
    followed(standby)
    (said,) = queries.meter_status(NOW).standbys
    assert (said.name, said.at) == (standby.name, NOW)
    stop = threading.Event()
    stop.set()
    assert standby.wait(stop) is None
    assert not MeterStandby.objects.exists()


def run(folder: Path, role: str) -> subprocess.Popen[str]:
    """A meter in a process of its own."""
    script = Path(__file__).with_name("running_meter.py")
    database = connection.settings_dict
    url = f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), role], env=env, stdout=subprocess.PIPE, text=True
    )


def test_when_the_first_is_killed_the_second_goes_on_and_nothing_is_lost(tmp_path):
    two_customers()
    folder = tmp_path / "meters"
    first = run(folder, "counts")
    until(lambda: queries.meter_status(NOW).alive)
    second = run(folder, "stands-by")
    for number in range(1, 31):
        a_file(folder, number)
        if number == 12:
            until(lambda: queries.meter_status(NOW).standbys)
            until(lambda: Batch.objects.filter(records_in__gt=0).count() >= 3)
            first.send_signal(signal.SIGKILL)
            assert first.wait(PATIENCE) == -signal.SIGKILL
    until(lambda: conserved()[0] == 30 * 7)
    second.terminate()
    assert second.wait(PATIENCE) == 0
    assert second.stdout.read() == "took over\n"
    assert not MeterStandby.objects.exists()
    assert conserved() == (30 * 7, 30 * 5 + 1, 29, 30)
    again = meter(folder)
    reader = LocalReader(again.folders.root)
    zhao, qian = reader.use_of(1), reader.use_of(2)
    assert [one.used for one in zhao.home] == [30 * (2 + 4), 0, 0]
    assert [one.used for one in qian.home] == [30 * (1 + 3) + 1, 0, 30 * 30 * MB]
    assert {key.split("#")[0].strip() for key in kept()} == {
        "1 voice 80",
        "1 voice 100",
        "1 left 1500",
        "2 voice 80",
        "2 voice 100",
        "2 data 80",
        "2 data 100",
    }
    assert list(again.folders.inbox.iterdir()) == []
