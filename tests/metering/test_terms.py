"""Terms that change within a cycle: nothing is charged twice, nothing is given back."""

from dataclasses import replace

import numpy as np

from tests.metering.examples import (
    CYCLE,
    FIRST_NUMBER,
    NOVEMBER,
    PLAIN,
    PRICES,
    columns,
    count,
    funds_of,
    link_of,
    opened,
    step,
    terms_of,
    told,
)
from tests.metering.oracle import Record, Terms
from tests.metering.oracle_tariffs import Tariff
from wanhao.metering.cycles import CycleStep
from wanhao.metering.folding import resolve
from wanhao.metering.meters import Refusal
from wanhao.metering.state import MeterState, Watched

DECEMBER = NOVEMBER + 30 * 86_400
PLAN = Terms(
    tariff=PLAIN,
    allowance={"voice": 100, "message": 30, "data": 500 << 20},
)
LARGER = replace(PLAN, allowance={**PLAN.allowance, "voice": 150})
CALL = Record("msc-1", "1", FIRST_NUMBER, "voice", "domestic", NOVEMBER + 9, 60, 1)


def customer(fen=10_000):
    """A line on the plan with money on its account."""
    state = opened()
    step(state, terms_of(1, 1, PLAN), 4)
    step(state, link_of(FIRST_NUMBER, 1, NOVEMBER), 5)
    step(state, funds_of(1, fen), 6)
    return state


def left(state):
    """What the account has left, in fen."""
    return int(state.left(state.account_places_of(np.array([1])))[0])


def minutes(amount):
    """One call of that many minutes."""
    return [replace(CALL, quantity=amount * 60)]


def test_beyond_the_allowance_each_minute_costs_its_price():
    state = customer()
    count(state, minutes(100))
    assert left(state) == 10_000
    count(state, minutes(3))
    assert left(state) == 10_000 - 45


def test_an_allowance_bought_after_overage_is_not_retroactive():
    state = customer()
    count(state, minutes(110))
    assert left(state) == 10_000 - 150
    step(state, terms_of(1, 1, LARGER), 7)
    assert left(state) == 10_000 - 150
    count(state, minutes(50))
    assert left(state) == 10_000 - 150
    count(state, minutes(1))
    assert left(state) == 10_000 - 165


def test_an_allowance_bought_in_time_is_added_to_what_is_left():
    state = customer()
    count(state, minutes(90))
    step(state, terms_of(1, 1, LARGER), 7)
    count(state, minutes(60))
    assert left(state) == 10_000
    count(state, minutes(1))
    assert left(state) == 10_000 - 15


def test_a_larger_allowance_begins_a_new_episode_of_the_thresholds_it_lifts():
    state = customer()
    assert count(state, minutes(80)) == [("usage", 1, "voice", CYCLE, 80, 0)]
    step(state, terms_of(1, 1, LARGER), 7)
    assert count(state, minutes(40)) == [("usage", 1, "voice", CYCLE, 80, 7)]


def test_a_smaller_allowance_crosses_a_threshold_by_itself():
    state = customer()
    count(state, minutes(50))
    smaller = replace(PLAN, allowance={**PLAN.allowance, "voice": 60})
    assert step(state, terms_of(1, 1, smaller), 7) == [("usage", 1, "voice", CYCLE, 80, 0)]


def test_a_payment_begins_a_new_episode_of_the_balance():
    state = customer(fen=1_500)
    count(state, minutes(100))
    assert count(state, minutes(1)) == [("money", 1, 1500, 6)]
    assert step(state, funds_of(1, 1_515), 7) == []
    assert count(state, minutes(1)) == [("money", 1, 1500, 7)]


def test_spending_by_something_other_than_usage_crosses_too():
    state = customer(fen=1_500)
    assert step(state, funds_of(1, 400), 7) == [("money", 1, 1500, 6), ("money", 1, 500, 6)]


def test_a_new_month_starts_from_zero_and_keeps_what_was_charged():
    state = customer()
    count(state, minutes(101))
    step(state, opening(202612), 7)
    december = [replace(CALL, start=NOVEMBER + 30 * 86_400, quantity=80 * 60)]
    assert count(state, december) == [("usage", 1, "voice", 202612, 80, 0)]
    assert left(state) == 10_000 - 15
    step(state, opening(202701), 8)
    assert left(state) == 10_000 - 15


def test_a_late_record_counts_in_its_own_month_while_that_is_open():
    state = customer()
    step(state, opening(202612), 7)
    count(state, minutes(7))
    place = state.places_of(np.array([1]))
    assert state.slot_of(CYCLE).totals[place, 0].tolist() == [7]
    assert state.slot_of(202612).totals[place, 0].tolist() == [0]


def test_the_first_minute_beyond_the_allowance_is_given_back_when_its_call_is_taken_back():
    state = customer()
    count(state, minutes(101))
    count(state, [replace(CALL, sign=-1)])
    assert left(state) == 10_000


def test_terms_of_the_new_month_leave_late_records_of_the_old_one_as_they_were():
    state = customer()
    count(state, minutes(100))
    step(state, opening(202612), 7)
    by_six_seconds = Tariff(20, 6, {**PRICES, "domestic": {"voice": 20, "message": 10, "data": 30}})
    step(state, told(by_six_seconds), 8)
    step(state, terms_of(1, 1, replace(LARGER, tariff=by_six_seconds), 202612), 9)
    assert count(state, minutes(2)) == []
    assert left(state) == 10_000 - 30
    december = [replace(CALL, start=DECEMBER, quantity=6 * 151)]
    assert [crossing[3:] for crossing in count(state, december)] == [
        (202612, 80, 0),
        (202612, 100, 0),
    ]
    assert left(state) == 10_000 - 30 - 20


def test_late_and_new_records_of_one_batch_are_charged_together():
    state = customer(fen=1_529)
    step(state, opening(202612), 7)
    count(state, minutes(100))
    count(state, [replace(CALL, start=DECEMBER, quantity=100 * 60)])
    both = [CALL, replace(CALL, start=DECEMBER)]
    assert count(state, both) == [("money", 1, 1500, 6)]
    assert left(state) == 1_529 - 30


def test_a_new_month_starts_with_the_whole_allowance_whatever_was_left_of_the_old_one():
    state = customer()
    count(state, minutes(110))
    step(state, terms_of(1, 1, LARGER), 7)
    step(state, opening(202612), 8)
    count(state, [replace(CALL, start=DECEMBER, quantity=151 * 60)])
    assert left(state) == 10_000 - 150 - 15


def test_a_new_threshold_is_watched_in_the_old_month_too():
    state = customer()
    count(state, minutes(10))
    step(state, opening(202612), 7)
    step(state, Watched(usage=((50,),) * 3, money=()), 8)
    assert count(state, minutes(40)) == [("usage", 1, "voice", CYCLE, 50, 0)]


def test_who_is_first_told_of_in_a_new_month_has_terms_for_late_records_too():
    state = opened()
    step(state, opening(202612), 4)
    step(state, terms_of(1, 1, PLAN), 5)
    step(state, link_of(FIRST_NUMBER, 1, NOVEMBER), 6)
    step(state, funds_of(1, 10_000), 7)
    count(state, minutes(101))
    assert left(state) == 10_000 - 15


def test_an_episode_stays_with_its_group_when_the_meter_makes_room_for_more():
    state = customer()
    count(state, minutes(80))
    step(state, terms_of(1, 1, LARGER), 7)
    before = state.places_of(np.array([1])).tolist()
    for group in range(2, 60):
        step(state, terms_of(group, group, PLAN), 6 + group)
    assert state.places_of(np.array([1])).tolist() != before
    assert count(state, minutes(40)) == [("usage", 1, "voice", CYCLE, 80, 7)]


def test_episodes_of_closed_months_are_forgotten():
    state = customer()
    count(state, minutes(80))
    step(state, terms_of(1, 1, LARGER), 7)
    step(state, opening(202612), 8)
    assert set(state.usage_episode) == {(CYCLE, int(state.places_of(np.array([1]))[0]), 0, 80)}
    step(state, opening(202701), 9)
    assert state.usage_episode == {}


def test_a_record_of_a_month_that_is_yet_to_come_is_in_the_future():
    state = customer()
    early = columns([replace(CALL, start=DECEMBER), replace(CALL, start=NOVEMBER - 40 * 86_400)])
    refusal = resolve(state, early, DECEMBER + 3600).refusal
    assert refusal.tolist() == [Refusal.IN_FUTURE, Refusal.CYCLE_CLOSED]


def opening(cycle):
    """The fact that a cycle opens."""
    return CycleStep(cycle=cycle, opens=True)


def test_a_month_before_the_first_of_the_terms_leaves_nothing_to_roll_over():
    state = MeterState.empty(3)
    step(state, told(PLAIN), 1)
    step(state, terms_of(1, 1, replace(PLAN, rolls=True), CYCLE), 2)
    step(state, link_of(FIRST_NUMBER, 1, 0), 3)
    for number, cycle in enumerate((CYCLE - 1, CYCLE, 202612), start=4):
        step(state, opening(cycle), number)
    place = state.places_of(np.array([1]))
    assert state.slot_of(CYCLE).rolled[place].tolist() == [0]
    assert state.slot_of(202612).rolled[place].tolist() == [500 << 20]
