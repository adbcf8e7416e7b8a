"""What people and programs do to an inbox while the meter reads it: nothing is lost or doubled."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.usage.operators import NOW, csv_text, drop, meter, row, settle, two_customers
from wanhao.usage import queries
from wanhao.usage.models import QuarantinedRecord, UsageFile

pytestmark = pytest.mark.django_db(transaction=True)


def counted():
    """in, metered, duplicate, quarantined."""
    status = queries.meter_status(NOW)
    return status.records_in, status.metered, status.duplicate, status.quarantined


def once(part, action):
    """A checkpoint that does something the first time it hears of a part."""
    left = [action]

    def checkpoint(name):
        if name == part and left:
            left.pop()()

    return checkpoint


def test_another_file_dropped_under_the_name_of_one_being_read_is_read_too(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1), row(2)])
    made.checkpoint = once("read", lambda: drop(tmp_path, "a.csv", [row(3), row(4), row(5)]))
    settle(made)
    assert counted() == (5, 5, 0, 0)
    assert not list(made.folders.inbox.iterdir())


def test_rows_added_to_a_file_while_it_is_read_are_counted_once(tmp_path):
    two_customers()
    made = meter(tmp_path)
    path = drop(tmp_path, "a.csv", [row(1), row(2)])

    def add():
        with path.open("a") as handle:
            handle.write(csv_text([row(3)]).split("\n")[1] + "\n")

    made.checkpoint = once("read", add)
    settle(made)
    assert counted() == (5, 3, 2, 0)
    assert not list(made.folders.inbox.iterdir())


def test_a_file_replaced_between_its_digest_and_its_reading_can_be_delivered_again(
    tmp_path, monkeypatch
):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1)])
    from_intake = made.intake._looked_at

    def replaced(arrived_at, path):
        found = from_intake(arrived_at, path)
        monkeypatch.undo()
        drop(tmp_path, "a.csv", [row(2)])
        return found

    monkeypatch.setattr(type(made.intake), "_looked_at", lambda self, *what: replaced(*what))
    settle(made)
    drop(tmp_path, "a-again.csv", [row(1)])
    settle(made)
    assert counted()[1] == 2


def test_a_file_that_vanishes_after_it_was_read_stays_counted(tmp_path):
    two_customers()
    made = meter(tmp_path)
    path = drop(tmp_path, "a.csv", [row(1)])
    made.checkpoint = once("commit", path.unlink)
    settle(made)
    drop(tmp_path, "b.csv", [row(2)])
    settle(made)
    assert counted() == (2, 2, 0, 0)


def test_what_is_no_file_does_not_stop_the_meter(tmp_path):
    two_customers()
    made = meter(tmp_path)
    inbox = made.folders.inbox
    (inbox / "folder.csv").mkdir()
    (inbox / "nowhere.csv").symlink_to(tmp_path / "missing.csv")
    (inbox / "itself.csv").symlink_to("itself.csv")
    os.mkfifo(inbox / "pipe.csv")
    drop(tmp_path, "z.csv", [row(1)])
    settle(made)
    assert counted() == (1, 1, 0, 0)


def test_a_file_that_may_not_be_read_waits_until_it_may(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path)
    closed = drop(tmp_path, "closed.csv", [row(1)])
    drop(tmp_path, "open.csv", [row(2)])
    real = Path.open

    def guarded(self, *args, **options):
        if self == closed:
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", guarded)
        settle(made)
        assert counted() == (1, 1, 0, 0)
        assert made.intake.waiting()[0] == 1
    closed.chmod(0o640)
    settle(made)
    assert counted() == (2, 2, 0, 0)


def test_a_file_that_cannot_be_put_away_is_counted_once_and_left(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1)])

    def refuse(file, folder):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("wanhao.usage.intake.put_away", refuse)
    settle(made)
    drop(tmp_path, "b.csv", [row(2)])
    settle(made)
    assert counted() == (2, 2, 0, 0)
    assert not UsageFile.objects.filter(repeats__gt=0).exists()


@pytest.mark.parametrize(
    "name",
    ["x" * 250 + ".csv", os.fsdecode(b"\xff\xfe.csv"), "表" * 83 + ".csv"],
    ids=["long", "no UTF-8", "long in Chinese"],
)
def test_odd_names_are_read_and_put_away(tmp_path, name):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1), row(2, service="fax")]).rename(made.folders.inbox / name)
    settle(made)
    drop(tmp_path, "b.csv", [row(3)])
    settle(made)
    assert counted()[1] in (1, 2)
    assert not list(made.folders.inbox.iterdir())


def test_two_files_of_the_same_content_waiting_together_are_counted_once(tmp_path):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1), row(2)])
    drop(tmp_path, "b.csv", [row(1), row(2)])
    settle(made)
    assert counted() == (2, 2, 0, 0)
    assert UsageFile.objects.get().repeats == 1
    assert not list(made.folders.inbox.iterdir())


def test_a_file_the_disk_did_not_give_is_read_when_it_is_delivered_again(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path)
    drop(tmp_path, "a.csv", [row(1)])

    def broken(path):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr("wanhao.usage.readers._stream", broken)
        settle(made)
    assert counted() == (0, 0, 0, 0)
    assert UsageFile.objects.get().trouble
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    assert counted() == (1, 1, 0, 0)
    assert not UsageFile.objects.get().trouble


def test_a_parquet_file_with_a_column_twice_is_refused(tmp_path):
    two_customers()
    made = meter(tmp_path)
    table = pa.Table.from_pylist([row(1)])
    twice = pa.Table.from_arrays([*table.columns, table["sign"]], [*table.column_names, "sign"])
    unfinished = made.folders.inbox / ".twice"
    pq.write_table(twice, unfinished)
    unfinished.rename(made.folders.inbox / "twice.parquet")
    drop(tmp_path, "good.csv", [row(2)])
    settle(made)
    assert counted() == (1, 1, 0, 0)
    assert "twice.parquet" in UsageFile.objects.exclude(trouble="").get().trouble


def test_many_waiting_files_are_listed_once_a_batch(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path)
    for number in range(30):
        drop(tmp_path, f"{number}.csv", [row(number)])
    listed, real = [], Path.iterdir

    def counting(self):
        listed.append(self)
        return real(self)

    monkeypatch.setattr(Path, "iterdir", counting)
    made.intake.gather()
    made.intake.rest()
    assert len(listed) == 2  # for the batch, and for the one behind it
    assert not QuarantinedRecord.objects.exists()


def test_counted_files_are_removed_after_some_days_and_refused_ones_are_not(tmp_path):
    two_customers()
    now = [datetime.now(UTC)]
    made = meter(tmp_path, clock=lambda: now[0], keep_done=timedelta(days=3))
    drop(tmp_path, "a.csv", [row(1)])
    drop(tmp_path, "bad.csv", b"no usage file")
    settle(made)
    (made.folders.done / "0123456789ab-put-here-by-hand.csv").write_text("not ours")
    now[0] += timedelta(days=2)
    settle(made)
    assert len(list(made.folders.done.iterdir())) == 2
    now[0] += timedelta(days=2)
    settle(made)
    assert [path.name for path in made.folders.done.iterdir()] == [
        "0123456789ab-put-here-by-hand.csv"
    ]
    assert len(list(made.folders.refused.iterdir())) == 1
    assert UsageFile.objects.filter(finished=True).count() == 2
