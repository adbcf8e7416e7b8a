"""Snapshots written beside the counting, and the files of columns they are."""

import errno
import fcntl
import os
import resource
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import numpy as np
import pytest

from tests.usage.operators import drop, figures, meter, row, settle, two_customers
from wanhao.usage.column_files import PIECE, ColumnWriter, CutShortError, read_columns, told_in
from wanhao.usage.models import Batch
from wanhao.usage.saving import Saving
from wanhao.usage.snapshots import by_age, load_snapshot
from wanhao.usage.view.segments import handle_behind, segment

COLUMNS = {
    "lines": np.arange(PIECE, dtype=np.int32),
    "nobody": np.zeros(3 * PIECE, np.int64),
    "few": np.array([1, 0, -1], np.int8),
    "none": np.zeros((8, 0), np.int64),
    "two of each": np.array([[1, 2], [3, 4]], np.int16),
    "words": np.array([b"msc-1", b""], "S5"),
}


def written(path, columns=COLUMNS):
    """A file of these columns."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    writer = ColumnWriter(handle)
    for name, column in columns.items():
        writer.add(name, column)
    writer.finish({"batch": 7})
    os.close(handle)
    return path


def test_columns_come_back_as_they_were(tmp_path):
    columns, told = read_columns(written(tmp_path / "a"))
    assert told == {"batch": 7}
    assert list(columns) == list(COLUMNS)
    for name, column in COLUMNS.items():
        assert columns[name].dtype == column.dtype
        np.testing.assert_array_equal(columns[name], column)


def test_what_is_all_zero_takes_no_room(tmp_path):
    path = written(tmp_path / "a")
    filled = sum(column.nbytes for name, column in COLUMNS.items() if name != "nobody")
    assert path.stat().st_blocks * 512 < filled + 100_000
    assert told_in(path)[0] == filled


def test_zeros_between_figures_stay_where_they_are(tmp_path):
    column = np.zeros(10 * PIECE, np.uint8)
    column[[0, 4 * PIECE, 4 * PIECE + 1, 9 * PIECE]] = 1
    columns, _ = read_columns(written(tmp_path / "a", {"sparse": column, "dense": column + 1}))
    np.testing.assert_array_equal(columns["sparse"], column)
    np.testing.assert_array_equal(columns["dense"], column + 1)


def test_columns_in_shared_memory_are_written_as_they_are_and_take_no_more_of_it(tmp_path):
    held = segment((4 * PIECE + 3,), np.dtype(np.int16))
    held.array[[1, 5 * PIECE // 2, -1]] = 7
    taken = os.fstat(held.handle).st_blocks
    handle = os.open(tmp_path / "a", os.O_RDWR | os.O_CREAT)
    writer = ColumnWriter(handle)
    writer.add("before", COLUMNS["lines"])
    with ThreadPoolExecutor(2) as packers, ThreadPoolExecutor(1) as disk:
        writer.add_shared("held", held.array, handle_behind(held.array), packers, disk)
    writer.add("after", COLUMNS["few"])
    writer.finish({})
    os.close(handle)
    assert os.fstat(held.handle).st_blocks == taken
    columns, _ = read_columns(tmp_path / "a")
    np.testing.assert_array_equal(columns["held"], held.array)
    np.testing.assert_array_equal(columns["after"], COLUMNS["few"])
    assert handle_behind(columns["held"]) is None
    with pytest.raises(AssertionError):
        handle_behind(held.array[1:])


def test_a_slow_disk_does_not_keep_what_is_shared_from_changing(tmp_path):
    held = segment((2 * PIECE,), np.dtype(np.int16))
    held.array[:] = before = np.arange(2 * PIECE).astype(np.int16)
    handle = os.open(tmp_path / "a", os.O_RDWR | os.O_CREAT)
    writer, goes_on = ColumnWriter(handle), Event()
    with ThreadPoolExecutor(2) as packers, ThreadPoolExecutor(1) as disk:
        disk.submit(goes_on.wait)
        writer.add_shared("held", held.array, handle_behind(held.array), packers, disk)
        held.array[:] = 7
        assert os.fstat(handle).st_size == 0
        goes_on.set()
        writer.finish({})
    os.close(handle)
    columns, _ = read_columns(tmp_path / "a")
    np.testing.assert_array_equal(columns["held"], before)


@pytest.mark.parametrize("left", [0, 10, 5_000, -1])
def test_a_file_that_was_cut_short_does_not_read(tmp_path, left):
    path = written(tmp_path / "a")
    path.write_bytes(path.read_bytes()[:left])
    with pytest.raises(CutShortError):
        read_columns(path)


@pytest.mark.parametrize("place", [0, 100_000, -30, -200])
def test_a_file_of_which_one_octet_was_changed_does_not_read(tmp_path, place):
    path = written(tmp_path / "a")
    octets = bytearray(path.read_bytes())
    octets[place] ^= 1
    path.write_bytes(octets)
    with pytest.raises(ValueError, match=r"changed|end"):
        read_columns(path)


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_is_of_one_moment_though_counting_goes_on(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1, snapshot_every=10**6)
    drop(tmp_path, "a.csv", [row(n, quantity=n) for n in range(1, 500)])
    settle(made)
    before, batch = figures(made), made.state.last_batch
    made._begin_snapshot()
    drop(tmp_path, "b.csv", [row(n, quantity=60) for n in range(500, 900)])
    settle(made)
    assert made.state.last_batch > batch
    (path,) = made.folders.snapshots.glob("*.state")
    after, made.state = made.state, load_snapshot(path)[0]
    assert figures(made) == before
    made.state = after
    assert figures(meter(tmp_path)) == figures(made)


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_of_a_batch_that_never_committed_is_not_put_in_its_place(tmp_path):
    two_customers()
    refused = []

    def checkpoint(part):
        if part == "archive" and made._snapshots.is_saving:
            refused.append(part)
            raise RuntimeError("the batch cannot commit")

    made = meter(tmp_path, batch_rows=1, snapshot_every=1, checkpoint=checkpoint)
    settle(made)
    for name in ("a", "b"):
        drop(tmp_path, f"{name}.csv", [row(ord(name))])
        made._begin_folding()
    with pytest.raises(RuntimeError, match="cannot commit"):
        settle(made)
    assert refused
    assert not list(made.folders.snapshots.iterdir())
    assert Batch.objects.get().metered == 1
    again = meter(tmp_path)
    settle(again)
    assert [batch.metered for batch in Batch.objects.order_by("number")] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_where_the_process_that_writes_a_snapshot_is_killed_the_one_before_is_used(
    tmp_path, monkeypatch, caplog
):
    two_customers()
    made = meter(tmp_path, batch_rows=1)
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    made.snapshot()
    first = list(made.folders.snapshots.iterdir())
    monkeypatch.setattr("wanhao.usage.saving.write_state", lambda *what: os._exit(9))
    made._begin_snapshot()
    drop(tmp_path, "b.csv", [row(2)])
    settle(made)
    assert "no snapshot could be written" in caplog.text
    assert list(made.folders.snapshots.iterdir()) == first
    assert figures(meter(tmp_path)) == figures(made)


def test_a_snapshot_is_heard_of_however_many_files_are_open():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    near, writing = os.pipe()
    far = fcntl.fcntl(near, fcntl.F_DUPFD_CLOEXEC, 1500)
    saving = Saving(Path("none"), 0, far)
    os.write(writing, b"f")
    saving.wait_until_free()
    assert not saving.is_over()
    os.write(writing, b"w")
    assert saving.is_over()
    for handle in (near, writing, far):
        os.close(handle)


@pytest.mark.django_db(transaction=True)
def test_a_meter_that_was_killed_takes_its_next_snapshot_no_later_than_it_would_have(tmp_path):
    two_customers()
    made = meter(tmp_path, batch_rows=1, snapshot_every=10**6)
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    made.snapshot()
    for number in range(2, 6):
        drop(tmp_path, f"{number}.csv", [row(number)])
    settle(made)
    again = meter(tmp_path, batch_rows=1, snapshot_every=6)
    for number in range(6, 9):
        drop(tmp_path, f"{number}.csv", [row(number)])
    settle(again)
    newest = by_age(again.folders.snapshots)[0]
    assert load_snapshot(newest)[0].last_batch > made.state.last_batch


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_that_cannot_be_ended_leaves_nothing_and_one_that_was_left_is_removed(
    tmp_path, monkeypatch, caplog
):
    two_customers()
    made = meter(tmp_path, batch_rows=1)
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr("wanhao.usage.snapshots.add_told", lambda *what: raised(full))
    made._begin_snapshot()
    made._finish_snapshot()
    assert "No space left" in caplog.text
    assert not list(made.folders.snapshots.iterdir())
    left = made.folders.snapshots / ".snapshot-000000000001.state.77.tmp"
    left.write_bytes(b"half")
    meter(tmp_path)
    assert not left.exists()


@pytest.mark.django_db(transaction=True)
def test_a_meter_that_fails_does_not_wait_for_the_snapshot_it_was_writing(tmp_path, monkeypatch):
    two_customers()
    made = meter(tmp_path, batch_rows=1)
    drop(tmp_path, "a.csv", [row(1)])
    settle(made)
    monkeypatch.setattr("wanhao.usage.saving.ColumnWriter.finish", lambda *what: time.sleep(600))
    made._begin_snapshot()
    made._stand_still()
    assert not list(made.folders.snapshots.iterdir())


def raised(error):
    raise error
