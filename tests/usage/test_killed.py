"""Killing the meter between any two parts of a step, and starting it again, changes nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.usage.operators import (
    MB,
    QIAN,
    START,
    ZHAO,
    drop,
    figures,
    funds,
    kept,
    meter,
    row,
    settle,
    two_customers,
)
from wanhao.usage import queries
from wanhao.usage.actions import record_facts
from wanhao.usage.models import Batch, QuarantinedRecord

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = ("read", "fold", "archive", "commit", "apply", "put away", "snapshot")


class KilledError(BaseException):
    """Stands for the end of the process."""


def a_day(folder: Path) -> None:
    """Four files: calls, data over the allowance, duplicates, and rows for the quarantine."""
    calls = [row(n, quantity=60 * (n % 7 + 1)) for n in range(20)]
    data = [row(n, QIAN, "data", 60 * MB, start=START + n) for n in range(100, 110)]
    drop(folder, "1.csv", calls)
    drop(folder, "2.parquet", data)
    drop(folder, "3.csv.gz", [*calls[:5], row(3, quantity=9999), row(200, ZHAO, "message", 25)])
    drop(folder, "4.csv", [row(300, quantity=60 * 60), row(301, 19_999_999_999), row("x-1", QIAN)])


def outcome(folder: Path) -> tuple:
    """Everything that must come out the same, as a meter that comes up anew sees it."""
    again = meter(folder)
    status = queries.meter_status(again.clock())
    conserved = (status.records_in, status.metered, status.duplicate, status.quarantined)
    held = sorted(QuarantinedRecord.objects.values_list("file", "row", "reason"))
    archived = sorted(int(p.name.split("-")[1]) for p in again.folders.archive.iterdir())
    return figures(again), conserved, kept(), held, archived


@pytest.fixture
def undisturbed(tmp_path, request):
    """The outcome of a day in which nobody was killed; the database is then emptied again."""
    two_customers()
    folder = tmp_path / "undisturbed"
    a_day(folder)
    made = meter(folder, batch_rows=1, snapshot_every=2)
    settle(made)
    made.stop()
    expected = outcome(folder)
    _empty()
    return expected


def _empty() -> None:
    with connection.cursor() as cursor:
        for name in (
            "kept",
            "wanhao_usage_quarantinedrecord",
            "wanhao_usage_quarantinecount",
            "wanhao_usage_batch",
            "wanhao_usage_usagefile",
            "wanhao_usage_fact",
            "wanhao_usage_toldtariff",
        ):
            cursor.execute(f"TRUNCATE {name} CASCADE")
        cursor.execute("SELECT pg_advisory_unlock_all()")


def test_raising_at_every_single_checkpoint_changes_nothing(tmp_path, undisturbed):
    two_customers()
    folder = tmp_path / "disturbed"
    a_day(folder)
    passed, runs = [0], 0
    while True:
        runs += 1
        heard = [0]

        def checkpoint(part, heard=heard, limit=runs):
            heard[0] += 1
            if heard[0] == limit:
                raise KilledError(part)

        try:
            made = meter(folder, checkpoint=checkpoint, batch_rows=1, snapshot_every=2)
            settle(made)
            break
        except KilledError:
            connection.close()
            passed[0] += 1
    assert passed[0] > 5
    made.stop()
    assert outcome(folder) == undisturbed


@pytest.mark.parametrize("part", PARTS)
def test_sigkill_after_any_part_changes_nothing(tmp_path, undisturbed, part):
    two_customers()
    folder = tmp_path / "disturbed"
    a_day(folder)
    connection.close()
    script = Path(__file__).with_name("killed_meter.py")
    database = connection.settings_dict
    url = f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ends = []
    # The first snapshot may hold all of the day; then only the meter's end writes another.
    again = 0 if part == "snapshot" else 1
    for passes in (0, again, 99):
        command = [sys.executable, str(script), str(folder), part, str(passes), "day"]
        ends.append(subprocess.run(command, env=env, check=False, timeout=600).returncode)
    assert ends == [-signal.SIGKILL, -signal.SIGKILL, 0]
    assert outcome(folder) == undisturbed


def test_facts_between_batches_are_replayed_in_their_place(tmp_path):
    two_customers(fen=1500)
    made = meter(tmp_path, snapshot_every=99)
    drop(tmp_path, "a.csv", [row(1, quantity=60 * 101)])
    settle(made)
    with transaction.atomic():
        record_facts([funds(1, 3000)])
    settle(made)
    drop(tmp_path, "b.csv", [row(2, quantity=60 * 99)])
    settle(made)
    before = figures(made), kept()
    assert (figures(meter(tmp_path)), kept()) == before


def test_a_truncated_snapshot_is_passed_over(tmp_path):
    two_customers()
    a_day(tmp_path)
    made = meter(tmp_path, batch_rows=1, snapshot_every=1)
    settle(made)
    newest = max(made.folders.snapshots.iterdir())
    newest.write_bytes(newest.read_bytes()[:-5000])
    assert figures(meter(tmp_path)) == figures(made)


def test_a_snapshot_of_another_database_is_not_taken(tmp_path):
    two_customers()
    drop(tmp_path, "a.csv", [row(1)])
    made = meter(tmp_path)
    settle(made)
    made.stop()
    Batch.objects.all().delete()
    again = meter(tmp_path)
    assert again.state.last_batch == 0


def test_a_lost_answer_to_the_commit_does_not_count_twice(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path)
    from_commit = []

    def lose_the_answer(part):
        if part == "archive" and not from_commit:
            from_commit.append(part)
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                (pid,) = cursor.fetchone()
            subprocess.run(["kill", "-TERM", str(pid)], check=True)

    made.checkpoint = lose_the_answer
    monkeypatch.setattr("wanhao.usage.local.RETRY_SECONDS", 0.05)
    drop(tmp_path, "a.csv", [row(1, quantity=80 * 60)])
    settle(made)
    assert from_commit
    assert Batch.objects.filter(records_in=1).count() == 1
    assert len(kept()) == 1
