"""Many desks and customers at the same moment, each with a connection of its own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pytest
from django.db import connection

from tests.outlets.halls import BY, HALL, MORNING, at, come, open_hall, open_lines
from wanhao.outlets.calling import begin_serving, call_next, finish
from wanhao.outlets.queue_contracts import TicketView
from wanhao.outlets.taking import book_ticket, give_back, take_ticket
from wanhao.outlets.waiting import queue_of
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)
DESKS, TICKETS = 4, 24
T = TypeVar("T")


def at_once(work: Callable[[int], T], count: int) -> list[T]:
    """Do it so many times in threads that begin together."""
    ready = Barrier(count)

    def begin(place: int) -> T:
        try:
            ready.wait()
            return work(place)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


def test_two_desks_never_get_the_same_ticket_and_all_are_called() -> None:
    open_hall(DESKS)
    for place in range(TICKETS):
        come(care=place % 3 == 0)

    def serve_all(place: int) -> list[str]:
        labels: list[str] = []
        now = MORNING + timedelta(minutes=1)
        empty = 0
        while empty < 3:
            view = call_next(HALL, place + 1, now, by=BY)
            if view is None:
                empty += 1
                continue
            begin_serving(view.ticket_id, now, by=BY)
            finish(view.ticket_id, now, by=BY)
            labels.append(view.label)
        return labels

    labels = [label for some in at_once(serve_all, DESKS) for label in some]
    assert len(labels) == TICKETS
    assert max(Counter(labels).values()) == 1


def test_one_desk_pressed_twice_calls_one_ticket() -> None:
    open_hall()
    come(), come()

    def press(_: int) -> str:
        try:
            view = call_next(HALL, 1, MORNING, by=BY)
        except WanhaoError as error:
            return error.message
        return view.label if view else ""

    assert sorted(at_once(press, 2)) == ["A001", "Desk 1 still has A001."]


def test_numbers_taken_at_once_have_no_gaps_and_a_line_gets_one() -> None:
    open_hall()
    lines = open_lines(4)
    views = at_once(lambda place: take_ticket(HALL, MORNING, by=BY, line_id=lines[place % 4]), 8)
    assert sorted({view.label for view in views}) == ["A001", "A002", "A003", "A004"]
    assert len({(view.line_id, view.label) for view in views}) == 4


def test_the_last_room_of_a_slot_goes_to_one() -> None:
    open_hall()
    lines = open_lines(4)

    def book(place: int) -> TicketView | str:
        try:
            return book_ticket(HALL, at("15:00"), MORNING, by=BY, line_id=lines[place])
        except WanhaoError as error:
            return error.message

    told = at_once(book, 4)
    assert len([one for one in told if isinstance(one, TicketView)]) == 1
    assert len([one for one in told if isinstance(one, str) and "booked up" in one]) == 3


def test_a_ticket_is_called_or_given_back_never_both() -> None:
    open_hall()
    ticket = come()

    def race(place: int) -> str:
        try:
            if place:
                return give_back(ticket.ticket_id, MORNING, by=BY).state.value
            view = call_next(HALL, 1, MORNING, by=BY)
        except WanhaoError as error:
            return error.message
        return view.state.value if view else "nobody"

    called, _ = at_once(race, 2)
    left = queue_of(HALL, MORNING)
    assert left.waiting == ()
    assert (left.desks[0].ticket is None) or called == "called"
