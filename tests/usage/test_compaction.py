"""Compaction of the archive: by day, by number and start, never a record less or more."""

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.db import connection

from tests.usage.archives import CYCLE, SHARDS, Days, a_day_passes, at, seen
from tests.usage.operators import NOW, QIAN, ZHAO, figures, meter, row, settle, two_customers
from wanhao.usage.archive import compaction, merging, parts, restoring
from wanhao.usage.archive.daily import is_due
from wanhao.usage.details import records_in_batch, records_of
from wanhao.usage.models import Batch
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
PARTS = ("written", "switched", "swept")


class KilledError(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _customers():
    two_customers()


def test_the_batches_of_a_day_become_one_part_sorted_by_number_and_start(tmp_path):
    days = a_day_passes(tmp_path)
    before = seen()
    days.compact()
    (part,) = days.manifest().parts
    rows = days.rows()
    assert (part.day, part.rows, part.first_batch, part.last_batch) == ("2026-11-15", 44, 1, 3)
    order = [(one["number"], one["start"]) for one in rows]
    assert order == sorted(order)
    assert {one["batch"] for one in rows} == {1, 2, 3}
    assert days.waiting() == [4, 5]
    assert seen() == before
    assert [one.charge_fen for one in before[0] if one.record_id == "300"] == [12]


def test_a_day_begins_at_midnight_in_shanghai(tmp_path):
    days = Days(tmp_path)
    midnight = int(NOW.replace(hour=16).timestamp()) - 86_400
    days.count(row(1, start=midnight - 1), row(2, start=midnight))
    days.pass_by()
    days.settle_snapshots()
    days.compact()
    assert [(one.day, one.rows) for one in days.manifest().parts] == [
        ("2026-11-14", 1),
        ("2026-11-15", 1),
    ]


def test_large_days_are_cut_into_shards_and_every_number_is_found(tmp_path, monkeypatch):
    for module, name, size in ((parts, "ROW_GROUP", 8), (parts, "SHARD_ROWS", 16)):
        monkeypatch.setattr(module, name, size)
    monkeypatch.setattr(merging, "STRETCH_ROWS", 10)
    monkeypatch.setattr("wanhao.usage.archive.batch_files.ROW_GROUP", 5)
    days = a_day_passes(tmp_path)
    before = seen()
    days.compact()
    (part,) = days.manifest().parts
    assert [one.rows for one in parts.shards_of(part.folder(days.archive))] == [16, 16, 12]
    order = [(one["number"], one["start"]) for one in days.rows()]
    assert order == sorted(order)
    assert seen() == before


def test_records_that_come_late_are_a_part_of_their_own_until_they_are_many(tmp_path, monkeypatch):
    monkeypatch.setattr(compaction, "GROWTH", 2)
    days = a_day_passes(tmp_path)
    first, lengths = at(NOW), []
    for number in range(6):
        days.compact()
        lengths.append([one.rows for one in days.manifest().parts if one.day == "2026-11-15"])
        late = [row(1000 + 10 * number + n, QIAN, start=first + n) for n in range(6)]
        days.count(*late)
        days.pass_by()
        days.settle_snapshots()
    assert lengths == [[44], [44, 6], [44, 12], [44, 12, 6], [68], [68, 6]]
    assert len(records_of([QIAN], CYCLE)) == len({one.record_id for one in seen()[1]}) == 28 + 36


def test_files_written_before_columns_were_required_are_read_and_merged_with_new_ones(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(compaction, "GROWTH", 100)
    days = a_day_passes(tmp_path)
    before = seen()
    for path in days.archive.glob("batch-*1-*"):
        _as_formerly(path)
    assert seen() == before
    days.compact()
    assert seen() == before
    for path in days.archive.glob(f"days/*/*/{SHARDS}"):
        _as_formerly(path)
    assert seen() == before
    archived = restoring.ArchivedBatches(days.archive)
    assert len(archived.read(Batch.objects.get(number=1))) == 40
    days.count(row(1000, QIAN, start=at(NOW)))
    days.pass_by()
    days.settle_snapshots()
    days.compact()
    (part,) = [one for one in days.manifest().parts if one.day == "2026-11-15"]
    assert part.rows == 45
    assert len(records_in_batch(1, [QIAN, ZHAO])) == 40


def _as_formerly(path: Path) -> None:
    """The same file as it was when any column might have missed something."""
    table = pq.ParquetFile(path).read()
    fields = [field.with_nullable(True) for field in table.schema]
    pq.write_table(table.cast(pa.schema(fields)), path)


def test_the_newest_batches_stay_as_they_are_for_the_meter_to_come_back_from(tmp_path):
    days = Days(tmp_path)
    days.count(row(1))
    days.count(row(2))
    days.pass_by()
    days.compact()
    assert days.waiting() == [2], "the older snapshot has only the first of them"
    days.settle_snapshots()
    days.compact()
    assert days.waiting() == [3, 4], "they were taken today"


def test_batches_of_facts_alone_are_passed_by(tmp_path):
    days = a_day_passes(tmp_path)
    Batch.objects.filter(number=2).update(metered=0, duplicate=2)
    next(days.archive.glob("batch-000000000002-*")).unlink()
    days.compact()
    assert days.manifest().through == 3
    assert days.manifest().parts[0].rows == 42


def test_a_compacted_batch_comes_back_as_it_was_counted(tmp_path):
    days = a_day_passes(tmp_path)
    before = {}
    for batch in Batch.objects.filter(number__lte=3):
        before[batch.number] = restoring.ArchivedBatches(days.archive).read(batch)
    days.compact()
    archived = restoring.ArchivedBatches(days.archive)
    for batch in Batch.objects.filter(number__lte=3).order_by("number"):
        was, block = before[batch.number], archived.read(batch)
        assert block.text(range(len(block))) == was.text(range(len(was)))
    assert [one.record_id for one in records_in_batch(2, [ZHAO, QIAN])] == ["A-7", "200"]
    assert records_in_batch(99, [ZHAO]) == ()


@pytest.mark.parametrize("at_once", [1, 43, 1000])
def test_a_meter_without_a_snapshot_comes_back_from_compacted_batches(
    tmp_path, monkeypatch, at_once
):
    days = a_day_passes(tmp_path)
    expected = figures(days.made)
    days.compact()
    for path in days.made.folders.snapshots.iterdir():
        path.unlink()
    monkeypatch.setattr(restoring, "ROWS_AT_ONCE", at_once)
    again = meter(tmp_path, clock=lambda: days.now)
    assert figures(again) == expected
    days.made = again
    days.count(row(5, QIAN, start=at(NOW) + 5))
    assert Batch.objects.last().duplicate == 1


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("passes", [0, 1, 2])
def test_killed_after_any_part_it_goes_on_and_nobody_sees_a_difference(tmp_path, part, passes):
    days = a_day_passes(tmp_path)
    before, left = seen(), [passes]

    def checkpoint(name):
        left[0] -= name == part
        if name == part and left[0] < 0:
            raise KilledError

    try:
        days.compact(checkpoint=checkpoint)
    except KilledError:
        assert seen() == before
        settle(meter(tmp_path, clock=lambda: days.now))
        assert seen() == before
    days.compact()
    assert seen() == before
    assert days.manifest().parts[0].rows == 44
    assert len(list(days.archive.glob("days/*/*"))) == 1
    assert days.waiting() == [4, 5]


def test_a_process_that_is_killed_leaves_everything_to_the_next(tmp_path):
    days = a_day_passes(tmp_path)
    before = seen()
    script = Path(__file__).with_name("killed_compaction.py")
    database = connection.settings_dict
    url = f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    ends = []
    for part in (*PARTS, "none"):
        command = [sys.executable, str(script), str(tmp_path), days.now.isoformat(), part]
        ends.append(subprocess.run(command, env=env, check=False, timeout=600).returncode)
        assert seen() == before
    assert ends == [-signal.SIGKILL, -signal.SIGKILL, -signal.SIGKILL, 0]
    assert (days.manifest().parts[0].rows, days.waiting()) == (44, [4, 5])


def test_whoever_reads_meanwhile_sees_every_record_once(tmp_path, monkeypatch):
    """Compaction takes one batch at a time, while somebody asks again and again."""
    days = a_day_passes(tmp_path)
    before, looks, done = seen(), [], threading.Event()
    monkeypatch.setattr(compaction, "FILES_AT_ONCE", 0)

    def compact():
        try:
            days.compact(checkpoint=lambda name: looks.append(seen()))
        finally:
            done.set()

    beside = threading.Thread(target=compact)
    beside.start()
    while not done.is_set():
        assert seen() == before
    beside.join()
    assert len(looks) >= 9
    assert all(look == before for look in looks)


def test_a_lost_file_stops_compaction_before_anything_is_changed(tmp_path):
    days = a_day_passes(tmp_path)
    path = next(days.archive.glob("batch-000000000002-*"))
    kept = path.rename(tmp_path / path.name)
    with pytest.raises(WanhaoError, match="missing"):
        days.compact()
    assert (days.waiting(), days.manifest().parts) == ([1, 3, 4, 5], ())
    kept.rename(path)
    days.compact()
    assert days.manifest().parts[0].rows == 44


def test_fewer_records_than_were_metered_stop_compaction(tmp_path):
    days = a_day_passes(tmp_path)
    Batch.objects.filter(number=1).update(records_in=41, metered=41)
    with pytest.raises(WanhaoError, match=r"holds 44 records.*45 were metered"):
        days.compact()
    assert days.waiting() == [1, 2, 3, 4, 5]
    assert not list(days.archive.glob("days/*"))


@pytest.mark.parametrize(
    ("of_one", "of_other", "of_both"),
    [((1,), (1,), (1,)), ((1,), (), ()), ((1,), (1, 2), ())],
)
def test_a_part_made_of_parts_that_were_kept_for_others_is_looked_through_again(
    tmp_path, monkeypatch, of_one, of_other, of_both
):
    monkeypatch.setattr(compaction, "GROWTH", 0)
    days = a_day_passes(tmp_path)
    days.compact()
    days.count(row(1000, QIAN, start=at(NOW)))
    days.pass_by()
    days.settle_snapshots()
    days.compact()
    with compaction.compacting(days.archive):
        work = compaction.Compaction(days.archive)
        one, other = work.manifest.of_days(NOW.date(), NOW.date())
        held = [replace(one, holds=of_one), replace(other, holds=of_other)]
        work.exchange([one, other], held)
        work.rewrite(held)
    (part,) = days.manifest().of_days(NOW.date(), NOW.date())
    assert (part.rows, part.holds) == (45, of_both)


def test_two_do_not_compact_at_once(tmp_path):
    days = a_day_passes(tmp_path)
    with compaction.compacting(days.archive), pytest.raises(WanhaoError, match="already"):
        days.compact()


def test_an_archive_ahead_of_its_database_is_refused(tmp_path):
    days = a_day_passes(tmp_path)
    days.compact()
    Batch.objects.filter(number__gt=1).delete()
    with pytest.raises(WanhaoError, match="The archive holds batch 3"):
        days.compact()
    for path in days.archive.glob("batch-*"):
        path.unlink()
    with pytest.raises(WanhaoError, match="The archive holds batch 3"):
        meter(tmp_path)


def test_parts_without_their_manifest_are_never_taken_for_an_empty_archive(tmp_path):
    days = a_day_passes(tmp_path)
    days.compact()
    path = days.archive / "manifest.json"
    whole = path.read_bytes()
    path.unlink()
    with pytest.raises(WanhaoError, match="is gone"):
        days.compact()
    path.write_bytes(whole[:100])
    with pytest.raises(WanhaoError, match="cannot be read"):
        records_of([ZHAO], CYCLE)
    path.write_bytes(whole)
    assert len(records_of([ZHAO], CYCLE)) > 0


def test_a_day_is_due_in_the_small_hours_of_the_next(tmp_path):
    days = a_day_passes(tmp_path)
    folders = days.made.folders
    at_one = NOW.replace(hour=17) + timedelta(days=1)
    assert not is_due(folders, at_one)
    assert is_due(folders, at_one + timedelta(hours=1))
    days.now = at_one + timedelta(hours=1)
    days.compact()
    assert not is_due(folders, days.now + timedelta(hours=21))
    assert is_due(folders, days.now + timedelta(hours=24))
