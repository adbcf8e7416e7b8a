"""Duplicates are exact: the index and a plain dictionary agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.usage.identities import DAY, SOURCES, block_of, by_dictionary, by_index
from wanhao.usage.duplicates import HOUR, WINDOW_DAYS, DuplicateIndex, Remembering, identities

COLUMNS = ("key", "tail", "content")
ROW = st.tuples(
    st.sampled_from(["7", "8", "x-7", "x-8", "a" * 32, "a" * 31 + "b"]),
    st.sampled_from(["msc-1", "msc-2"]),
    st.sampled_from([0, 5, HOUR, HOUR + 5]),
    st.sampled_from([60, 61]),
)


@given(st.lists(st.lists(ROW, min_size=1, max_size=30), max_size=8))
def test_the_index_agrees_with_a_dictionary(blocks):
    index, known = DuplicateIndex(), {}
    for rows in blocks:
        assert by_index(index, rows) == by_dictionary(known, rows)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), unique=True), st.integers(0, 5_000_000))
def test_no_two_ids_of_a_source_are_mixed_into_the_same(ids, source):
    mixed = identities.mixed_ids(np.array(ids, np.int64), np.full(len(ids), source))
    assert len(set(mixed.tolist())) == len(ids)


@pytest.mark.parametrize("most", [1, 2, 70_000, 2**33, 2**45, 2**64])
def test_keys_are_put_in_order(most):
    random = np.random.default_rng(most)
    key = random.integers(0, most, 3 * identities.FEW, np.uint64)
    assert (key[identities.sorted_order(key)] == np.sort(key)).all()


@pytest.mark.parametrize("apart", [1 << 10, 1 << 24, 1 << 32])
def test_keys_that_lie_close_together_are_put_in_order_too(apart):
    """One key is so far from all others that the bits it differs in tell little of these."""
    random = np.random.default_rng(apart)
    key = random.integers(0, 3 * identities.FEW * apart, 3 * identities.FEW, np.uint64)
    key[7] = 2**63
    assert (key[identities.sorted_order(key)] == np.sort(key)).all()


def test_it_makes_no_difference_how_many_are_mixed_at_a_time(monkeypatch):
    block = block_of([(str(n), SOURCES[n % 3], n % 5 * HOUR, n) for n in range(100)])
    (whole,) = identities.sorted_identities(block, block.source.code)
    monkeypatch.setattr(identities, "AT_ONCE", 7)
    (parts,) = identities.sorted_identities(block, block.source.code)
    assert (parts.row == whole.row).all()
    assert all((getattr(parts.columns, c) == getattr(whole.columns, c)).all() for c in COLUMNS)


def test_ids_with_the_same_key_are_told_apart():
    """Forty ids whose keys are equal, made by mixing backwards, in one hour of one source."""
    rows = [(str(number), "msc-1", 0, 60) for number in ids_of_one_key(40)]
    keys = identities.sorted_identities(block_of(rows), np.zeros(len(rows), np.int64))[0].key
    assert len(set(keys.tolist())) == 1
    index, known = DuplicateIndex(), {}
    again = [(rows[3][0], "msc-1", 0, 60), (rows[3][0], "msc-1", 0, 61), (rows[3][0], "m", 0, 60)]
    for part in (rows[:10], rows[5:25], rows, again):
        assert by_index(index, part) == by_dictionary(known, part)


def test_text_ids_with_the_same_digest_are_told_apart(monkeypatch):
    monkeypatch.setattr(identities, "_digest", lambda text: np.zeros(len(text), np.int64))
    index, known = DuplicateIndex(), {}
    rows = [(f"x-{number}", "msc-1", 0, 60) for number in range(20)]
    for part in (rows[:10], rows[5:15], rows, [("x-3", "msc-1", 0, 60), ("x-3", "msc-2", 0, 60)]):
        assert by_index(index, part) == by_dictionary(known, part)


def test_a_number_is_not_its_text():
    index = DuplicateIndex()
    assert by_index(index, [("7", "msc-1", 0, 60), ("7x", "msc-1", 0, 60)]) == ["new", "new"]
    assert by_index(index, [("7x", "msc-1", 0, 60), ("7", "msc-1", 0, 60)]) == ["duplicate"] * 2


def test_more_sources_than_a_short_tail_has_room_for():
    index, known = DuplicateIndex(), {}
    for first in (0, 2000, 4000, 1000):
        rows = [("7", f"cell-{number}", 0, 60) for number in range(first, first + 2500)]
        assert by_index(index, rows) == by_dictionary(known, rows)


def test_what_is_older_than_the_window_is_forgotten():
    index = DuplicateIndex()
    by_index(index, [("7", "msc-1", 0, 60)])
    by_index(index, [("8", "msc-1", WINDOW_DAYS * DAY, 60)])
    index.forget_before(WINDOW_DAYS * DAY)
    assert by_index(index, [("7", "msc-1", 0, 60)]) == ["duplicate"]
    by_index(index, [("8", "msc-1", WINDOW_DAYS * DAY + HOUR, 60)])
    index.forget_before(WINDOW_DAYS * DAY + HOUR)
    assert by_index(index, [("7", "msc-1", 0, 60)]) == ["new"]


def test_a_clock_that_jumps_ahead_makes_nothing_forgotten():
    index = DuplicateIndex()
    by_index(index, [("7", "msc-1", 0, 60)])
    index.forget_before(365 * DAY)
    assert by_index(index, [("7", "msc-1", 0, 60)]) == ["duplicate"]


def test_a_roaming_partner_is_remembered_for_longer():
    index = DuplicateIndex(remembering=Remembering(days_of={"roam-*": 90}))
    by_index(index, [("7", "msc-1", 0, 60)])
    by_index(index, [("7", "roam-hk", 0, 60)])
    by_index(index, [("8", "msc-1", 60 * DAY, 60)])
    index.forget_before(60 * DAY)
    assert by_index(index, [("7", "msc-1", 0, 60), ("7", "roam-hk", 0, 60)]) == ["new", "duplicate"]


@pytest.mark.parametrize(
    ("source", "days"),
    [("msc-1", 35), ("roam-hk", 90), ("roam-us", 60), ("hk-roam", 35), ("roam", 35)],
)
def test_the_longest_beginning_says_how_long_a_source_is_remembered(source, days):
    remembering = Remembering(days_of={"roam-*": 90, "roam-us*": 60})
    assert remembering.hours(source) == days * 24


def test_what_is_too_old_to_be_known_for_certain_is_told():
    """Neither what the window of its source leaves out, nor what was forgotten before the clock was
    put back."""
    index = DuplicateIndex(remembering=Remembering(days_of={"roam-*": 90}))
    by_index(index, [("1", "msc-1", 100 * DAY, 60), ("1", "roam-hk", 100 * DAY, 60)])
    rows = [("2", source, day * DAY, 60) for day in (9, 10, 64, 65) for source in ("roam-hk", "x")]
    block = block_of(rows)
    known = [
        row[1:3] for row, is_known in zip(rows, asked(index, block, 100), strict=True) if is_known
    ]
    assert known == [
        ("roam-hk", 10 * DAY),
        ("roam-hk", 64 * DAY),
        ("roam-hk", 65 * DAY),
        ("x", 65 * DAY),
    ]
    index.forget_before(100 * DAY)
    assert asked(index, block, 90).tolist() == [False, False, True, False, True, True, True, True]
    assert not asked(index, block_of([("2", "msc-1", 64 * DAY, 60)]), 90).any()


def asked(index, block, day):
    """Whether it would be known of each record, on a day, that it came before."""
    return index.reaches(block.source, block.records.start, day * DAY)


def test_identities_that_left_the_window_leave_the_memory_too():
    """Feeding a year of equal days keeps no more than the window."""
    index, each = DuplicateIndex(), 10
    for day in range(365):
        by_index(index, [(str(n), "msc-1", day * DAY + n, 60) for n in range(each)])
        index.forget_before(day * DAY)
    assert sum(len(run) for run in index.shelf.runs) <= (WINDOW_DAYS + 1) * each
    assert sum(index.shelf.counts.values()) == sum(len(run) for run in index.shelf.runs)


def test_a_record_of_no_possible_time_is_refused():
    with pytest.raises(ValueError, match="1970"):
        DuplicateIndex().judge(block_of([("7", "msc-1", -HOUR, 60)]))


def ids_of_one_key(count):
    """Ids of the first source that differ only in what the key leaves out."""
    word = 2**64
    first, second = (pow(int(odd), -1, word) for odd in identities._ODD)
    found = []
    for low in range(4 * count):
        mixed = (12345 << identities.HOUR_BITS | low) * second % word
        mixed ^= mixed >> 32
        number = mixed * first % word
        if number < 2**63:
            found.append(number)
    return found[:count]
