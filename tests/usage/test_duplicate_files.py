"""Identities in files: as exact as in memory, whatever is stopped, cut short or in the way."""

import errno
import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.usage.identities import DAY, by_dictionary, by_index
from wanhao.usage.duplicates import (
    HOUR,
    CutRunError,
    DuplicateIndex,
    Remembering,
    files,
    identities,
    names_in,
    opened,
    upkeep,
)

TINY = Remembering(days_of={"roam-*": 90}, memory=4096)
"""So little memory that every few dozens of identities are written down."""
ID = st.one_of(st.integers(0, 60).map(str), st.integers(0, 20).map("x-{}".format))
ROW = st.tuples(
    ID,
    st.sampled_from(["msc-1", "msc-2", "roam-hk"]),
    st.sampled_from([0, 5, HOUR, 7 * HOUR, 30 * DAY]),
    st.sampled_from([60, 61]),
)
STEP = st.one_of(
    st.lists(ROW, min_size=1, max_size=60),
    st.sampled_from(["snapshot", "killed", "stopped", "quiet"]),
)


@pytest.fixture(scope="module", autouse=True)
def disk_that_never_makes_wait():
    """Nothing is forced to disk here, so that a busy one does not say how long this takes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda handle: None)
        yield


class Meter:
    """What a meter does with its index: batches, snapshots, and coming back from the last one."""

    def __init__(self, folder, remembering=TINY):
        self.folder, self.remembering = folder, remembering
        self.index, self.told, self.since = opened(folder, remembering), None, []

    def count(self, rows):
        """A batch; returns its verdicts."""
        verdicts = by_index(self.index, rows)
        self.since.append([row for row, v in zip(rows, verdicts, strict=True) if v == "new"])
        return verdicts

    def snapshot(self):
        self.told = json.loads(json.dumps(self.index.seal().told()))
        self.since = []
        self.index.keep_only(names_in(self.told))

    def killed(self):
        """Gone without a word; a new one replays what was counted since the snapshot."""
        self.index.close()
        self.index = opened(self.folder, self.remembering, self.told)
        self.index.keep_only(names_in(self.told) if self.told else ())
        for rows in self.since:
            by_index(self.index, rows)

    def stopped(self):
        self.snapshot()
        self.killed()

    def quiet(self):
        """Moments in which there is nothing to count."""
        for _ in range(3):
            self.index.tend()
            finish(self.index)


def finish(index):
    """Wait for all that is being written, and take it in."""
    for job in list(index.upkeep.jobs):
        job.written.exception()
    index.upkeep.collect()


@settings(deadline=None, max_examples=60)
@given(st.lists(STEP, max_size=14))
def test_an_index_in_files_agrees_with_a_dictionary(tmp_path_factory, steps):
    meter, known = Meter(tmp_path_factory.mktemp("duplicates")), {}
    for step in steps:
        if isinstance(step, str):
            getattr(meter, step)()
        else:
            assert meter.count(step) == by_dictionary(known, step)
    meter.index.close()


def a_day(day, source="msc-1", each=200):
    """Records of every hour of a day."""
    return [(str(n), source, day * DAY + n * DAY // each, 60) for n in range(each)]


def test_a_file_that_comes_again_a_month_late_is_known(tmp_path):
    meter = Meter(tmp_path)
    for day in range(34):
        meter.count(a_day(day))
        meter.index.forget_before(day * DAY)
    meter.stopped()
    late = [*a_day(0)[:50], ("new", "msc-1", 0, 60), ("7", "msc-1", 7 * DAY // 200, 61)]
    verdicts = meter.count(late)
    assert verdicts == ["duplicate"] * 50 + ["new", "conflict"]


def test_files_out_of_order_that_overlap(tmp_path):
    meter, known = Meter(tmp_path), {}
    days = [a_day(3), a_day(1), a_day(2)[:120], a_day(2)[60:], a_day(1), [*a_day(3), *a_day(4)]]
    for rows in days:
        assert meter.count(rows) == by_dictionary(known, rows)


def test_a_file_with_more_identities_than_are_merged_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "PIECE", 1024)
    meter = Meter(tmp_path, Remembering(memory=1 << 20))
    rows = [(str(n), "msc-1", n % 5 * HOUR, 60) for n in range(9000)]
    for part in (rows[::3], rows[1::3], rows[2::3]):
        assert set(meter.count(part)) == {"new"}
    meter.stopped()
    (run,) = meter.index.shelf.runs
    assert len(run) == len(rows)
    assert (run.key[:-1] <= run.key[1:]).all()
    assert set(meter.count(rows)) == {"duplicate"}


def test_what_is_forgotten_leaves_the_disk(tmp_path):
    """Of a year of days the roaming partner's are kept for 90, all others for 35."""
    meter = Meter(tmp_path)
    for day in range(365):
        meter.count([*a_day(day, each=40), *a_day(day, "roam-hk", each=4)])
        meter.index.forget_before(day * DAY)
        if day % 10 == 9:
            meter.quiet()
            meter.snapshot()
    meter.quiet()
    meter.snapshot()
    held = sum(len(run) for run in meter.index.shelf.runs)
    needed = 36 * 40 + 91 * 4
    assert needed <= held <= 3 * needed
    assert set(meter.count(a_day(364 - 35, each=40)[24:])) == {"duplicate"}
    assert set(meter.count(a_day(364 - 89, "roam-hk", each=4))) == {"duplicate"}


def test_only_files_that_somebody_needs_stay(tmp_path):
    meter = Meter(tmp_path)
    older = None
    for day in range(30):
        meter.count(a_day(day))
        meter.quiet()
        older = meter.told
        meter.told = meter.index.seal().told()
        needed = names_in(meter.told) | (names_in(older) if older else set())
        meter.index.keep_only(needed)
        assert {path.name for path in tmp_path.iterdir()} == needed
    assert opened(tmp_path, TINY, older)
    assert len(names_in(meter.told)) < 10


def test_what_was_written_after_the_snapshot_is_removed(tmp_path):
    meter = Meter(tmp_path)
    meter.count(a_day(1))
    meter.snapshot()
    meter.count(a_day(2))
    finish(meter.index)
    (tmp_path / f".{files.new_path(tmp_path).name}.tmp").write_bytes(b"half")
    meter.killed()
    finish(meter.index)
    named = {run.path.name for run in meter.index.shelf.runs if run.path is not None}
    assert {path.name for path in tmp_path.iterdir()} == named
    assert set(meter.count([*a_day(1), *a_day(2)])) == {"duplicate"}


@pytest.mark.parametrize(
    "cut", [lambda whole: whole[:-1], lambda whole: whole[:100], lambda _: b""]
)
def test_a_file_that_was_cut_short_is_not_taken(tmp_path, cut):
    meter = Meter(tmp_path)
    meter.count(a_day(1))
    meter.snapshot()
    path = tmp_path / meter.told["runs"][0]
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(CutRunError, match=path.name):
        opened(tmp_path, TINY, meter.told)
    path.unlink()
    with pytest.raises(CutRunError, match=path.name):
        opened(tmp_path, TINY, meter.told)


def test_a_full_disk_keeps_identities_in_memory_and_refuses_the_snapshot(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    meter, known = Meter(tmp_path), {}
    meter.count(a_day(0))
    by_dictionary(known, a_day(0))
    meter.snapshot()
    with monkeypatch.context() as while_full:
        while_full.setattr(files.os, "fsync", full)
        for day in (1, 2, 1):
            assert meter.count(a_day(day)) == by_dictionary(known, a_day(day))
        with pytest.raises(OSError, match="No space"):
            meter.index.seal().told()
    meter.index.keep_only(names_in(meter.told))
    assert {path.name for path in tmp_path.iterdir()} == names_in(meter.told)
    meter.stopped()
    for day in (0, 1, 2, 3):
        assert meter.count(a_day(day)) == by_dictionary(known, a_day(day))


def test_memory_stays_within_its_limit(tmp_path):
    limit = 1 << 20
    meter = Meter(tmp_path, Remembering(memory=limit))
    for part in range(60):
        meter.count([(str(part * 2000 + n), "msc-1", n % 24 * HOUR, 60) for n in range(2000)])
        fresh = sum(run.size for run in meter.index.shelf.runs if run.path is None)
        assert fresh <= limit // 4 + 2 * 2000 * 20
        assert meter.index.filters.size <= limit // 2
    assert set(meter.count([(str(n), "msc-1", n % 24 * HOUR, 60) for n in range(2000)])) == {
        "duplicate"
    }


def test_a_filter_lets_one_of_a_hundred_through_at_most_when_it_is_full():
    random = np.random.default_rng(3)
    index = DuplicateIndex()
    rows = [(str(n), "msc-1", 0, 60) for n in random.choice(10**9, 40_000, replace=False)]
    by_index(index, rows[:27_000])
    by_index(index, rows[27_000:])
    (filter_,) = index.filters.of_hour.values()
    assert 0.98 * filter_.room < filter_.count <= filter_.room
    asked = np.sort(random.integers(0, 1 << identities.ID_BITS, 100_000, np.uint64))
    hours, first = np.zeros(1, np.int64), np.array([0, len(asked)])
    passed = index.filters.maybe(asked, hours, first, index.shelf.known, index.shelf.keys)
    assert len(passed) / len(asked) < 0.01


def test_filters_make_way_for_those_of_other_hours(tmp_path):
    """Days of which only a few filters fit into memory, asked for in turns."""
    meter, known = Meter(tmp_path, Remembering(memory=1 << 16)), {}
    days = [
        [(str(n), "msc-1", day * DAY + n % 3 * HOUR, 60) for n in range(6000)] for day in range(6)
    ]
    for day in (0, 1, 2, 3, 4, 5, 0, 3):
        for part in (days[day][:100], days[day][:4000], days[day]):
            assert meter.count(part) == by_dictionary(known, part)
        assert meter.index.filters.size <= 1 << 15
    assert len(meter.index.filters.of_hour) < 18


def test_files_are_merged_while_there_is_much_to_count(tmp_path, monkeypatch):
    monkeypatch.setattr(upkeep, "BUSY", 4)
    meter = Meter(tmp_path)
    for day in range(40):
        meter.count(a_day(day))
        finish(meter.index)
    assert len(meter.index.shelf.runs) < 20
    assert set(meter.count([row for day in range(40) for row in a_day(day)])) == {"duplicate"}
