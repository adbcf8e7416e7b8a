"""A day in a hall: numbers, bookings, calls, who misses a turn, who is sent on."""

from datetime import timedelta

import pytest

from tests.outlets.examples import a_place
from tests.outlets.halls import BY, HALL, MORNING, at, come, open_hall, open_lines, serve_next
from wanhao.outlets.actions import import_places
from wanhao.outlets.calling import (
    begin_serving,
    call_again,
    call_next,
    finish,
    note_missed,
    send_on,
)
from wanhao.outlets.contracts import Service
from wanhao.outlets.desks import close_desk, set_desks
from wanhao.outlets.queue_contracts import Lane, NewDesk
from wanhao.outlets.queue_states import TicketState
from wanhao.outlets.taking import arrive, book_ticket, free_times, give_back, take_ticket
from wanhao.outlets.waiting import (
    halls_with_queues,
    hops_of,
    queue_of,
    ticket,
    tickets_of_line,
    wait_of,
)
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
SOON = timedelta(seconds=20)


def called(now=MORNING, desk: int = 1) -> str:
    view = call_next(HALL, desk, now, by=BY)
    assert view is not None
    begin_serving(view.ticket_id, now, by=BY)
    finish(view.ticket_id, now, by=BY)
    return view.label


def test_numbers_of_a_lane_have_no_gaps_and_begin_anew_each_day() -> None:
    open_hall()
    labels = [come(care=one).label for one in (False, True, False, True, False)]
    assert labels == ["A001", "C001", "A002", "C002", "A003"]
    assert come(at("9:00", 24)).label == "A001"


def test_a_line_has_one_ticket_at_a_hall_and_gets_the_same_again() -> None:
    open_hall()
    (wang,) = open_lines(1)
    first = take_ticket(HALL, MORNING, by=BY, line_id=wang)
    assert take_ticket(HALL, MORNING, by=BY, line_id=wang, care=True) == first
    with pytest.raises(WanhaoError, match="has ticket A001"):
        book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=wang)
    give_back(first.ticket_id, MORNING, by=BY)
    assert give_back(first.ticket_id, MORNING, by=BY).state is TicketState.RETURNED
    assert take_ticket(HALL, MORNING, by=BY, line_id=wang).label == "A002"


def test_who_has_no_line_gets_one_number_for_one_reference() -> None:
    open_hall()
    assert come(reference="print-1") == come(reference="print-1")
    assert come(reference="print-2").label == "A002"


def test_a_closed_hall_gives_no_numbers_and_a_hall_without_desks_has_no_queue() -> None:
    open_hall()
    with pytest.raises(WanhaoError, match=r"is closed now \(Mo-Su 08:30-18:00\)"):
        come(at("18:00"))
    with pytest.raises(WanhaoError, match="has no desk for this"):
        come(service=Service.REPAIR)
    import_places([a_place("H2", hours="24/7")])
    with pytest.raises(WanhaoError, match="has no queue"):
        take_ticket("H2", MORNING, by=BY)
    with pytest.raises(WanhaoError, match="There is no hall 'H3'"):
        take_ticket("H3", MORNING, by=BY)
    assert [place.code for place in halls_with_queues(MORNING)] == [HALL]


def test_a_desk_calls_care_booked_care_and_walk_in() -> None:
    open_hall()
    wang, li = open_lines(2)
    for line, time in ((wang, "10:15"), (li, "10:30")):
        booking = book_ticket(HALL, at(time), at("9:00"), by=BY, line_id=line)
        arrive(booking.ticket_id, MORNING, by=BY)
    for care in (False, False, True, True):
        come(care=care)
    now = at("10:20")
    assert [called(now) for _ in range(6)] == ["C001", "B001", "C002", "A001", "B002", "A002"]
    assert call_next(HALL, 1, now, by=BY) is None


def test_a_desk_with_a_customer_calls_nobody_else() -> None:
    open_hall()
    come(), come()
    first = call_next(HALL, 1, MORNING, by=BY)
    assert first is not None
    with pytest.raises(WanhaoError, match="Desk 1 still has A001"):
        call_next(HALL, 1, MORNING, by=BY)
    with pytest.raises(WanhaoError, match="Desk 1 still has A001"):
        close_desk(HALL, 1, MORNING)
    begin_serving(first.ticket_id, MORNING, by=BY)
    finish(first.ticket_id, MORNING, by=BY)
    assert finish(first.ticket_id, MORNING, by=BY).state is TicketState.DONE
    close_desk(HALL, 1, MORNING)
    with pytest.raises(WanhaoError, match="Nobody sits at desk 1"):
        call_next(HALL, 1, MORNING, by=BY)


def test_a_turn_is_missed_after_three_calls_with_time_between() -> None:
    open_hall()
    come()
    view = call_next(HALL, 1, MORNING, by=BY)
    assert view is not None
    with pytest.raises(WanhaoError, match="less than 20 seconds ago"):
        call_again(view.ticket_id, MORNING + SOON / 2, by=BY)
    with pytest.raises(WanhaoError, match="misses a turn after 3"):
        note_missed(view.ticket_id, MORNING + SOON, by=BY)
    call_again(view.ticket_id, MORNING + SOON, by=BY)
    assert call_again(view.ticket_id, MORNING + 2 * SOON, by=BY).calls == 3
    with pytest.raises(WanhaoError, match="was called 3 times"):
        call_again(view.ticket_id, MORNING + 3 * SOON, by=BY)
    with pytest.raises(WanhaoError, match="misses a turn after 3"):
        note_missed(view.ticket_id, MORNING + 2 * SOON, by=BY)
    assert note_missed(view.ticket_id, MORNING + 3 * SOON, by=BY).state is TicketState.MISSED
    assert note_missed(view.ticket_id, MORNING + 3 * SOON, by=BY).state is TicketState.MISSED
    assert [hop.what for hop in hops_of(view.ticket_id)] == [
        *("taken", "called", "again", "again", "missed"),
    ]
    assert {(hop.by, hop.desk) for hop in hops_of(view.ticket_id)[1:]} == {(BY, 1)}


def test_who_is_sent_on_keeps_the_place_and_goes_to_a_desk_that_can() -> None:
    open_hall(2)
    set_desks(HALL, [NewDesk(number=1), NewDesk(number=2, services=(Service.REPAIR,))], MORNING)
    come(), come(MORNING + SOON)
    first = call_next(HALL, 1, MORNING + SOON, by=BY)
    assert first is not None
    begin_serving(first.ticket_id, MORNING + SOON, by=BY)
    with pytest.raises(WanhaoError, match="no desk for this"):
        send_on(first.ticket_id, Service.TERMINAL, MORNING + SOON, by=BY)
    send_on(first.ticket_id, Service.REPAIR, MORNING + SOON, by=BY)
    assert called(MORNING + SOON, desk=1) == "A002"
    assert call_next(HALL, 1, MORNING + SOON, by=BY) is None
    assert called(MORNING + SOON, desk=2) == "A001"


@pytest.mark.parametrize(
    ("there", "callable_at", "label"),
    [("9:30", "9:45", "B001"), ("10:30", "10:30", "B001"), ("10:31", "10:31", "A001")],
)
def test_early_waits_in_time_keeps_the_place_late_is_a_walk_in(
    there: str, callable_at: str, label: str
) -> None:
    open_hall()
    (wang,) = open_lines(1)
    booking = book_ticket(HALL, at("10:00"), at("9:00"), by=BY, line_id=wang)
    assert call_next(HALL, 1, at("10:00"), by=BY) is None
    there_as = arrive(booking.ticket_id, at(there), by=BY)
    assert there_as.label == label
    assert there_as.waits_from == (at("10:00") if label == "B001" else at(there))
    assert call_next(HALL, 1, at(callable_at) - timedelta(seconds=1), by=BY) is None or (
        there != "9:30"
    )
    if there == "9:30":
        assert called(at(callable_at)) == label
    assert arrive(booking.ticket_id, at(there), by=BY).ticket_id == booking.ticket_id
    seen = ticket(booking.ticket_id)
    assert seen is not None
    assert (seen.state is TicketState.LATE) is (label == "A001")


def test_who_is_in_time_is_before_who_booked_later() -> None:
    open_hall()
    wang, li = open_lines(2)
    first = book_ticket(HALL, at("10:00"), at("9:00"), by=BY, line_id=wang)
    second = book_ticket(HALL, at("10:15"), at("9:00"), by=BY, line_id=li)
    arrive(second.ticket_id, at("10:05"), by=BY)
    arrive(first.ticket_id, at("10:30"), by=BY)
    assert [called(at("10:30")), called(at("10:30"))] == ["B001", "B002"]


def test_a_time_has_as_many_bookings_as_desks() -> None:
    open_hall(2)
    set_desks(HALL, [NewDesk(number=1), NewDesk(number=2, services=(Service.REPAIR,))], MORNING)
    one, two, three = open_lines(3)
    book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=one, service=Service.REPAIR)
    with pytest.raises(WanhaoError, match="booked up"):
        book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=two, service=Service.REPAIR)
    same = book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=two)
    assert book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=two) == same
    with pytest.raises(WanhaoError, match="booked up"):
        book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=three)
    assert at("15:00") not in free_times(HALL, MORNING.date(), MORNING)
    give_back(same.ticket_id, MORNING, by=BY)
    assert book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=three).label == "B003"


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        (at("9:45"), "up to 7 days ahead"),
        (at("9:00", 30) + timedelta(days=1), "up to 7 days ahead"),
        (at("15:05"), "has no time at"),
        (at("8:15", 24), "has no time at"),
        (at("18:00"), "has no time at"),
    ],
)
def test_only_times_of_the_hall_are_booked(wanted, why: str) -> None:
    open_hall()
    (wang,) = open_lines(1)
    with pytest.raises(WanhaoError, match=why):
        book_ticket(HALL, wanted, MORNING, by=BY, line_id=wang)
    assert tickets_of_line(wang, MORNING) == []


def test_a_booking_is_for_its_day() -> None:
    open_hall()
    (wang,) = open_lines(1)
    booking = book_ticket(HALL, at("9:00", 24), MORNING, by=BY, line_id=wang)
    with pytest.raises(WanhaoError, match="is for 2026-11-24"):
        arrive(booking.ticket_id, MORNING, by=BY)
    assert tickets_of_line(wang, MORNING) == [booking]
    assert tickets_of_line(wang, at("9:00", 25)) == []
    assert take_ticket(HALL, at("9:00", 25), by=BY, line_id=wang).label == "A001"
    left = ticket(booking.ticket_id)
    assert left is not None
    assert left.state is TicketState.LAPSED


def test_what_is_left_of_yesterday_stops_no_desk() -> None:
    open_hall()
    come()
    left = call_next(HALL, 1, MORNING, by=BY)
    assert left is not None
    come(at("9:00", 24))
    assert called(at("9:00", 24)) == "A001"
    assert [hop.what for hop in hops_of(left.ticket_id)][-1] == "lapsed"


def test_the_wait_is_said_from_what_today_took() -> None:
    open_hall(2, seated=True)
    close_desk(HALL, 2, MORNING)
    for _ in range(7):
        come()
    last = come()
    assert wait_of(last, MORNING).minutes is None
    for place, minutes in enumerate((4, 5, 6)):
        serve_next(MORNING + place * timedelta(minutes=10), minutes)
    told = wait_of(last, at("10:30"))
    assert (told.ahead, told.minutes, told.open_desks) == (4, 20, 1)
    queue = queue_of(HALL, at("10:30"))
    assert (queue.served, queue.mean_seconds) == (3, 300)
    assert [one.label for one in queue.waiting] == ["A004", "A005", "A006", "A007", "A008"]
    assert {one.lane for one in queue.waiting} == {Lane.WALK_IN}


def test_a_desk_that_serves_is_not_taken_away_and_one_that_is_gone_comes_back() -> None:
    open_hall(2)
    come()
    call_next(HALL, 2, MORNING, by=BY)
    with pytest.raises(WanhaoError, match="Desk 2 still has A001"):
        set_desks(HALL, [NewDesk(number=1)], MORNING)
    set_desks(HALL, [NewDesk(number=2)], MORNING)
    assert [desk.number for desk in queue_of(HALL, MORNING).desks] == [2]
    set_desks(HALL, [NewDesk(number=1), NewDesk(number=2)], MORNING)
    assert [(desk.number, desk.clerk) for desk in queue_of(HALL, MORNING).desks] == [
        (1, ""),
        (2, BY),
    ]
    with pytest.raises(WanhaoError, match="each once"):
        set_desks(HALL, [NewDesk(number=1), NewDesk(number=1)], MORNING)
