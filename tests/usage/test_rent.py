"""Rent on the 1st: some accounts at a time, by the clock, each of them once."""

from datetime import timedelta

import pytest

from tests.usage.months import CLOSING, DECEMBER, MIDNIGHT
from tests.usage.operators import (
    KeepingSink,
    fees,
    funds,
    group,
    meter,
    settle,
    tell,
    two_customers,
)
from wanhao.usage.cycles import Calendar
from wanhao.usage.models import Fact

pytestmark = pytest.mark.django_db(transaction=True)
ACCOUNTS = range(1, 11)
HALF = timedelta(milliseconds=500)


def ten_accounts():
    """Ten accounts that pay 19 yuan a month from December on, of 20 yuan each."""
    two_customers()
    tell(
        *(group(account) for account in ACCOUNTS),
        *(funds(account, 2000) for account in ACCOUNTS),
        *(fees(account, 0, rent=1900) for account in ACCOUNTS),
    )


def meter_at(folder, clock, sink=None):
    """A meter that charges the rent of about three accounts at a time."""
    return meter(folder, sink, clock=lambda: clock[0], calendar=Calendar(rent_accounts=3))


def parts():
    """The parts of December's rent that were written down."""
    rows = Fact.objects.filter(kind="rent", cycle=DECEMBER).order_by("number")
    return [(row.body["part"], row.body["parts"]) for row in rows]


def left(made):
    """How many accounts have which amount left, in fen."""
    places = made.state.place_of_account[list(ACCOUNTS)]
    amounts = made.state.left(places).tolist()
    return {amount: amounts.count(amount) for amount in set(amounts)}


def test_rent_is_charged_a_part_at_a_time_and_never_twice(tmp_path):
    ten_accounts()
    clock = [MIDNIGHT - timedelta(hours=1)]
    sink = KeepingSink()
    made = meter_at(tmp_path, clock, sink)
    settle(made)
    assert left(made) == {2000: 10}
    told = []
    for step in range(6):
        clock[0] = MIDNIGHT + step * HALF
        settle(made)
        told.append(len(parts()))
    assert told == [1, 2, 3, 4, 4, 4]
    assert parts() == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert left(made) == {100: 10}
    assert len([crossing for crossing in sink.seen if crossing.threshold == 1500]) == 10


def test_no_part_comes_before_its_time(tmp_path):
    ten_accounts()
    clock = [MIDNIGHT]
    made = meter_at(tmp_path, clock)
    settle(made)
    clock[0] += HALF / 2
    settle(made)
    assert len(parts()) == 1


def test_a_meter_that_was_stopped_goes_on_with_the_next_part(tmp_path):
    ten_accounts()
    clock = [MIDNIGHT]
    for _ in range(7):
        made = meter_at(tmp_path, clock)
        settle(made)
        made.stop()
    assert parts() == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert left(made) == {100: 10}


def test_a_part_that_was_written_down_but_not_taken_in_is_taken_once(tmp_path):
    ten_accounts()
    clock = [MIDNIGHT]
    made = meter_at(tmp_path, clock)
    made._take_facts()
    made.calendar.record_due(made.state, clock[0])
    made._take_facts()
    made.calendar.record_rent(made.state, clock[0])
    made.stop()
    again = meter_at(tmp_path, clock)
    settle(again)
    assert parts() == [(0, 4), (1, 4)]


def test_what_is_left_of_a_rent_is_charged_before_the_next_month_opens(tmp_path):
    ten_accounts()
    clock = [MIDNIGHT]
    made = meter_at(tmp_path, clock)
    settle(made)
    clock[0] = CLOSING + timedelta(days=35)
    settle(made)
    assert parts() == [(0, 4), (1, 4), (2, 4), (3, 4)]
    assert made.state.current().cycle == 202701


def test_a_new_meter_charges_no_rent_for_the_month_before_it(tmp_path):
    ten_accounts()
    clock = [MIDNIGHT + timedelta(days=31, hours=1)]
    made = meter_at(tmp_path, clock)
    settle(made)
    assert parts() == []
    assert sorted(slot.cycle for slot in made.state.slots) == [DECEMBER, 202701]
