"""Narrow columns: read as 64 bits, widened rather than wrapped; and the order that radix finds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanhao.metering.columns import Column, distinct, in_order, run_starts

EDGES = [
    (np.int8, 127, np.int8),
    (np.int8, 128, np.int16),
    (np.int8, -129, np.int16),
    (np.int16, 32_767, np.int16),
    (np.int16, 32_768, np.int32),
    (np.int32, 2**31 - 1, np.int32),
    (np.int32, -(2**31), np.int32),
    (np.int32, 2**31, np.int64),
    (np.int32, -(2**31) - 1, np.int64),
    (np.int8, 2**62, np.int64),
    (np.int64, 1, np.int64),
]


@pytest.mark.parametrize(("kind", "value", "then"), EDGES)
def test_a_value_that_does_not_fit_widens_its_column(kind, value, then):
    column = Column.zeros(3, dtype=kind)
    column[np.array([0])] = np.array([7])
    column[np.array([1])] = np.array([value])
    assert column[:].tolist() == [7, value, 0]
    assert column.data.dtype == then


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-(2**40), 2**40)), max_size=30))
def test_sums_are_those_of_whole_numbers(steps):
    column, plain = Column.zeros(5, dtype=np.int8), [0] * 5
    for place, amount in steps:
        column[np.array([place])] += amount
        plain[place] += amount
    assert column[:].tolist() == plain


def test_the_difference_of_two_columns_does_not_wrap():
    low, high = Column.zeros(1), Column.zeros(1)
    low[0], high[0] = -(2**31), 2**31 - 1
    at = np.array([0])
    assert (low.data.dtype, high.data.dtype) == (np.int32, np.int32)
    assert (high[at] - low[at]).tolist() == [2**32 - 1]


def test_places_follow_when_shards_get_more_room():
    column = Column.zeros(4)
    column[:] = np.array([0, 9, 10, -1])
    column.move(10, 2**30)
    assert column[:].tolist() == [0, 9, 2**30, -1]
    column.move(2**30, 2**33)
    assert column[:].tolist() == [0, 9, 2**33, -1]


def test_who_reads_places_while_they_move_finds_those_of_before():
    column = Column.zeros(3)
    column[:] = np.array([0, 3, -1])
    before = column.data
    column.move(2, 4)
    assert before.tolist() == [0, 3, -1]
    assert column[:].tolist() == [0, 5, -1]


def test_what_does_not_change_is_not_written():
    column = Column.zeros(4)
    column.data.flags.writeable = False
    column.change(np.arange(4), np.zeros(4, np.int64))
    with pytest.raises(ValueError, match="read-only"):
        column.change(np.arange(4), np.array([0, 0, 1, 0]))


@given(
    st.sampled_from([1, 255, 256, 257, 65_535, 65_536, 65_537, 2**24, 2**24 + 1, 2**32, 2**40]),
    st.integers(0, 2**32),
    st.integers(0, 60),
)
def test_keys_ascend_and_equal_ones_stay_as_they_came(bound, seed, count):
    key = np.random.default_rng(seed).integers(max(0, bound - 70), bound, count)
    assert in_order(key, bound).tolist() == np.argsort(key, kind="stable").tolist()
    if bound <= 2**32:
        assert in_order(key.astype(np.uint32), bound).tolist() == in_order(key, bound).tolist()


@given(st.lists(st.integers(-3, 3)))
def test_runs_and_distinct_values(values):
    ordered = np.array(sorted(values), np.int64)
    starts = run_starts(ordered).tolist()
    assert starts == [n for n in range(len(ordered)) if n == 0 or ordered[n] != ordered[n - 1]]
    assert distinct(np.array(values, np.int64)).tolist() == sorted(set(values))
