"""Who holds a number at a time: numbers are re-issued, cards move between families."""

import numpy as np
import pytest

from wanhao.metering.numbering import NOBODY, UNKNOWN, NumberPlan

NUMBER = 16_907_910_001


def link(plan, number, place, since):
    """One link."""
    plan.link(np.array([number]), np.array([place]), np.array([since]))


def holder(plan, number, at):
    """Who holds one number."""
    return int(plan.places(np.array([number]), np.array([at]))[0])


def test_a_number_is_unknown_before_anybody_ever_had_it():
    plan = NumberPlan()
    assert holder(plan, NUMBER, 100) == UNKNOWN
    link(plan, NUMBER, 7, 50)
    assert holder(plan, NUMBER + 1, 100) == UNKNOWN
    assert holder(plan, NUMBER, 100) == 7


def test_a_record_counts_for_whoever_held_the_number_when_it_started():
    plan = NumberPlan()
    link(plan, NUMBER, 1, 100)
    link(plan, NUMBER, 2, 200)
    link(plan, NUMBER, NOBODY, 300)
    link(plan, NUMBER, 3, 400)
    assert [holder(plan, NUMBER, at) for at in (99, 100, 199, 200, 299, 300, 399, 400)] == [
        NOBODY, 1, 1, 2, 2, NOBODY, NOBODY, 3,
    ]  # fmt: skip


def test_a_link_learnt_late_takes_its_place_in_time():
    plan = NumberPlan()
    link(plan, NUMBER, 2, 200)
    link(plan, NUMBER, 1, 100)
    assert [holder(plan, NUMBER, at) for at in (50, 150, 250)] == [NOBODY, 1, 2]


def test_a_second_word_for_the_same_instant_wins():
    plan = NumberPlan()
    link(plan, NUMBER, 1, 100)
    link(plan, NUMBER, 2, 100)
    assert holder(plan, NUMBER, 100) == 2


@pytest.mark.parametrize("number", [0, -5, 9_999_999_999, 20_000_000_000, 10**15])
def test_what_is_no_mobile_number_is_unknown(number):
    plan = NumberPlan()
    link(plan, NUMBER, 1, 0)
    assert holder(plan, number, 5) == UNKNOWN


def test_places_follow_when_shards_get_more_room():
    plan = NumberPlan()
    link(plan, NUMBER, 5, 0)  # shard 2, row 1 of capacity 2
    link(plan, NUMBER, 4, 10)
    plan.move_places(2, 8)
    assert [holder(plan, NUMBER, at) for at in (5, 15)] == [17, 16]
