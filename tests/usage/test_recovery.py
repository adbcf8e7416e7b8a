"""Coming up again: with another database, an older one, a full disk, one that comes and goes."""

from collections import Counter
from threading import Event

import pytest
from django.db import OperationalError, transaction

from tests.usage.operators import (
    drop,
    figures,
    funds,
    kept,
    meter,
    row,
    settle,
    two_customers,
)
from wanhao.usage.actions import record_facts
from wanhao.usage.archive import AHEAD
from wanhao.usage.batches import is_committed
from wanhao.usage.models import Batch, Fact
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)


def spendable(made):
    """What Zhao's account can spend, as the meter knows it."""
    return int(made.state.spendable[made.state.place_of_account[1]])


def test_a_snapshot_without_any_batch_is_not_taken_by_another_database(tmp_path):
    two_customers(fen=2000)
    made = meter(tmp_path)
    settle(made)
    made.stop()
    Fact.objects.all().delete()
    two_customers(fen=7000)
    again = meter(tmp_path)
    settle(again)
    assert spendable(again) == 7000


def test_a_snapshot_of_a_time_that_was_undone_is_not_taken(tmp_path):
    """The database was restored from its backup, and other facts were told since."""
    two_customers(fen=2000)
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    tell_funds(9000)
    settle(made)
    made.stop()
    Fact.objects.order_by("-number").first().delete()
    tell_funds(3000)
    again = meter(tmp_path)
    settle(again)
    assert spendable(again) == 3000


def test_the_archive_of_another_database_is_left_alone(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1)
    for number in range(AHEAD + 1):
        drop(tmp_path, f"{number}.csv", [row(number)])
    settle(made)
    before = sorted(made.folders.archive.iterdir())
    Batch.objects.all().delete()
    with pytest.raises(WanhaoError, match="The archive holds batch"):
        meter(tmp_path)
    assert sorted(made.folders.archive.iterdir()) == before


def test_a_facts_log_of_an_earlier_version_is_told(tmp_path):
    Fact.objects.create(number=1, kind="cycle", body={"cycle": [202611], "opens": [True]})
    with pytest.raises(WanhaoError, match="earlier version"):
        meter(tmp_path)


def test_what_a_batch_left_that_never_committed_is_removed(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1)
    for number in range(3):
        drop(tmp_path, f"{number}.csv", [row(number)])
    settle(made)
    archive = made.folders.archive
    committed = sorted(archive.iterdir())
    for left in ("batch-000000000001-0123456789ab", "batch-000000000004-0123456789ab"):
        (archive / f"{left}.parquet").write_bytes(b"of a batch that never committed")
    (archive / ".batch-000000000004-0123456789ab.parquet.tmp").write_bytes(b"begun")
    assert figures(meter(tmp_path)) == figures(made)
    assert sorted(archive.iterdir()) == committed


def test_a_disk_that_is_full_stops_no_counting_but_only_snapshots(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path, batch_rows=1, snapshot_every=1)

    def full(handle, octets, offset):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("wanhao.usage.column_files._write_all", full)
        drop(tmp_path, "a.csv", [row(1)])
        drop(tmp_path, "b.csv", [row(2)])
        settle(made)
        made.snapshot()
    assert Batch.objects.filter(metered=1).count() == 2
    assert not list(made.folders.snapshots.iterdir())
    assert figures(meter(tmp_path)) == figures(made)


def test_a_new_snapshot_stays_beside_older_ones_of_higher_numbers(tmp_path):
    two_customers()
    made = meter(tmp_path)
    for number in (900, 901):
        path = made.folders.snapshots / f"snapshot-{number:012d}.state"
        path.write_bytes(b"of another database")
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    made.stop()
    assert (made.folders.snapshots / f"snapshot-{made.state.last_batch:012d}.state").exists()


def test_a_database_that_goes_again_while_it_is_asked_counts_nothing_twice(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path)
    heard = Counter()
    from_batches = is_committed

    def commit_and_lose_the_answer(*what):
        heard["commit"] += 1
        real(*what)
        raise OperationalError("the answer was lost")

    def ask(step):
        heard["asked"] += 1
        if heard["asked"] == 1:
            raise OperationalError("gone again")
        return from_batches(step)

    local = "wanhao.usage.local"
    real = made._commit.__globals__["commit_step"]
    monkeypatch.setattr(f"{local}.RETRY_SECONDS", 0.01)
    monkeypatch.setattr(f"{local}.commit_step", commit_and_lose_the_answer)
    monkeypatch.setattr(f"{local}.is_committed", ask)
    drop(tmp_path, "a.csv", [row(1, quantity=80 * 60)])
    settle(made)
    assert heard == {"commit": 1, "asked": 2}
    assert len(kept()) == 1
    assert made.state.last_batch == Batch.objects.get().number


def test_a_database_that_refuses_to_commit_is_not_pressed(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path)
    waits, refusals = [], [OperationalError("disk full")] * 3
    real = made._commit.__globals__["commit_step"]

    def refuse_at_first(*what):
        if refusals:
            raise refusals.pop()
        real(*what)

    monkeypatch.setattr("wanhao.usage.local.commit_step", refuse_at_first)
    monkeypatch.setattr("wanhao.usage.local._rest", lambda _, seconds: waits.append(seconds))
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    assert len(waits) == 3
    assert Batch.objects.get().metered == 1


def test_an_archive_of_many_row_groups_is_replayed(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(n, source=f"msc-{n % 7}") for n in range(60)])
    drop(tmp_path, "b.csv", [row(f"x-{n}", source=f"pgw-{n % 5}") for n in range(60)])
    monkeypatch.setattr("wanhao.usage.archive.batch_files.ROW_GROUP", 13)
    settle(made)
    again = meter(tmp_path)
    assert figures(again) == figures(made)
    drop(tmp_path, "c.csv", [row(n, source=f"msc-{n % 7}") for n in range(60)] + [row(999)])
    settle(again)
    assert (Batch.objects.last().metered, Batch.objects.last().duplicate) == (1, 60)


def tell_funds(fen):
    """What Zhao's account can spend."""
    with transaction.atomic():
        record_facts([funds(1, fen)])


def test_a_meter_told_to_stop_while_the_database_is_away_stops_at_once(tmp_path, monkeypatch):
    two_customers()
    stop = Event()
    made = meter(tmp_path)

    def lose(*what):
        stop.set()
        raise OperationalError("gone")

    monkeypatch.setattr("wanhao.usage.local.commit_step", lose)
    drop(tmp_path, "a.csv", [row(1)])
    made.run(stop)
    assert not Batch.objects.exists()
    assert [path.name for path in made.folders.inbox.iterdir()] == ["a.csv"]
