"""Whose turn it is: the wheel lets nobody wait for ever, and the page's tables hold."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metering.pages import listed, rows_of
from wanhao.outlets.hours import read_hours
from wanhao.outlets.queue_contracts import Lane
from wanhao.outlets.queue_rules import (
    WHEEL,
    is_late,
    mean_seconds,
    minutes_until,
    next_turn,
    order_of,
    queue_terms,
    slots_of,
)
from wanhao.outlets.queue_states import NEXT, TicketState, may_become
from wanhao.values.cycle import SHANGHAI

PAGE = "queues.md"
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LANES = list(Lane)
arrivals = st.lists(st.sets(st.sampled_from(LANES)), min_size=1, max_size=60)


@given(arrivals, st.integers(0, len(WHEEL) - 1))
def test_whoever_waits_in_a_lane_is_passed_by_three_calls_of_a_desk_at_most(
    coming: list[set[Lane]], place: int
) -> None:
    """Before each call somebody may come to any lane; the first of each lane is watched."""
    waiting = dict.fromkeys(LANES, 0)
    passed = dict.fromkeys(LANES, 0)
    for came in coming:
        for lane in came:
            waiting[lane] += 1
        turn = next_turn(place, {lane for lane in LANES if waiting[lane]})
        if turn is None:
            assert not any(waiting.values())
            continue
        called, place = turn
        waiting[called] -= 1
        for lane in LANES:
            passed[lane] = 0 if lane is called or not waiting[lane] else passed[lane] + 1
        assert max(passed.values()) <= len(WHEEL) - 1
        assert passed[Lane.CARE] <= 1


@given(st.dictionaries(st.sampled_from(LANES), st.integers(0, 12)), st.integers(0, 3))
def test_everybody_is_called_once_and_the_lane_keeps_its_order(
    counts: dict[Lane, int], place: int
) -> None:
    tickets = {
        lane: [100 * number + i for i in range(counts.get(lane, 0))]
        for number, lane in enumerate(LANES)
    }
    order = order_of(tickets, place)
    assert sorted(order) == sorted(one for some in tickets.values() for one in some)
    for mine in tickets.values():
        assert [one for one in order if one in mine] == mine
        for behind, one in enumerate(mine):
            assert order.index(one) < len(WHEEL) * (behind + 1)


@pytest.mark.parametrize("row", rows_of(PAGE, "in the lanes"), ids=" ".join)
def test_a_desk_calls_in_the_order_of_the_page(row: tuple[str, ...]) -> None:
    waiting, called = (listed(cell) for cell in row)
    lanes: dict[Lane, list[int]] = {
        lane: [LANES.index(lane) * 100 + int(one[1:]) for one in waiting if one[0] == lane.value]
        for lane in LANES
    }
    order = [f"{LANES[one // 100].value}{one % 100}" for one in order_of(lanes, 0)]
    assert order == called


@pytest.mark.parametrize("row", rows_of(PAGE, "ahead"), ids=" ".join)
def test_a_wait_is_told_as_the_page_tells_it(row: tuple[str, ...]) -> None:
    ahead, desks, seen, told = row
    mean = mean_seconds([int(minutes) * 60 for minutes in listed(seen)], queue_terms())
    minutes = minutes_until(int(ahead), int(desks), mean)
    assert told == ("not known" if minutes is None else f"{minutes} min")


def test_the_page_has_the_figures_of_the_file() -> None:
    told = dict(rows_of(PAGE, "what"))
    terms = queue_terms()
    assert told == {
        "slot": f"{terms.slot.seconds // 60} min",
        "early": f"{terms.early.seconds // 60} min",
        "late": f"{terms.late.seconds // 60} min",
        "days ahead": str(terms.days_ahead),
        "calls": str(terms.calls),
        "between two calls": f"{terms.between_calls.seconds} s",
        "told by SMS with so many ahead": str(terms.told_ahead),
        "age of the care lane": str(terms.care_age),
        "services a mean is of, at most": str(terms.mean_of),
        "services a mean is of, at least": str(terms.least_known),
    }


def test_the_page_has_the_states_of_the_table() -> None:
    told = {(row[0], one) for row in rows_of(PAGE, "state") for one in listed(row[2])}
    assert told == {(state.value, to.value) for state, after in NEXT.items() for to in after}
    assert not may_become(TicketState.DONE, TicketState.WAITING)


def test_only_whole_slots_while_the_hall_is_open_are_booked() -> None:
    hours = read_hours("Mo-Fr 08:30-09:20,14:00-14:15")
    slots = slots_of(date(2026, 11, 23), hours, queue_terms())
    told = [slot.astimezone(SHANGHAI).strftime("%H:%M") for slot in slots]
    assert told == ["08:30", "08:45", "09:00", "14:00"]
    assert slots_of(date(2026, 11, 22), hours, queue_terms()) == []


def test_a_place_is_kept_to_the_last_minute() -> None:
    late = queue_terms().late
    assert not is_late(NOON, NOON + late, queue_terms())
    assert is_late(NOON, NOON + late + timedelta(seconds=1), queue_terms())
