"""A clerk's day at the desk, and the board on the wall."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.outlets.halls import BY, HALL, MORNING, at, come, open_hall, open_lines
from tests.staff.examples import employed
from wanhao.access.models import Login
from wanhao.outlets.calling import call_again, call_next
from wanhao.outlets.queue_states import TicketState
from wanhao.outlets.taking import book_ticket
from wanhao.outlets.waiting import hops_of, queue_of
from wanhao.pages.design import clock

pytestmark = pytest.mark.django_db
PAGE, BOARD = f"/queues/{HALL}/", f"/queues/{HALL}/board/"


@pytest.fixture(autouse=True)
def _employee(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MORNING)
    client.force_login(employed("zhang.wei", since=MORNING))


def page(client: Client, path: str = PAGE, status: int = 200, language: str = "en") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def press(client: Client, path: str, status: int = 302, **form: object) -> str:
    response = client.post(PAGE + path, form, headers={"accept-language": "en"})
    assert response.status_code == status
    if status == 302:
        return page(client, response["Location"])
    return " ".join(response.content.decode().split())


def test_only_employees_work_at_a_desk_and_anybody_sees_the_board(
    client: Client, settings: Settings
) -> None:
    settings.DEMO = False
    open_hall()
    client.logout()
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE + "desks/1/next/").status_code == 302
    assert client.get(BOARD).status_code == 200
    client.force_login(Login.objects.create_user("wang", kind="customer"))
    assert client.get(PAGE).status_code == 302


def test_a_customer_is_called_served_and_the_next_is_called(client: Client) -> None:
    open_hall(seated=False)
    first, second = come(), come()
    assert "Nobody sits here." in page(client, PAGE + "?desk=1")
    shown = press(client, "desks/1/open/")
    assert "The desk is open." in shown
    assert "zhang.wei sits here" in shown
    shown = press(client, "desks/1/next/")
    assert "A001" in shown
    assert "call 1 of 3" in shown
    assert "At the desk" in press(client, f"tickets/{first.ticket_id}/here/", desk=1)
    shown = press(client, f"tickets/{first.ticket_id}/done/", desk=1, next=1)
    assert "A002" in shown
    assert [hop.what for hop in hops_of(first.ticket_id)] == [
        *("taken", "called", "serving", "done"),
    ]
    assert {hop.by for hop in hops_of(first.ticket_id)[1:]} == {"zhang.wei"}
    shown = press(client, f"tickets/{first.ticket_id}/done/", 400, desk=1, next=1)
    assert "Desk 1 still has A002. Finish with this customer first." in shown
    assert hops_of(second.ticket_id)[-1].what == "called"


def test_who_does_not_come_is_called_three_times(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_hall()
    come()
    view = call_next(HALL, 1, MORNING, by=BY)
    assert view is not None
    again = f"tickets/{view.ticket_id}/again/"
    assert "A001 was called less than 20 seconds ago." in press(client, again, 400, desk=1)
    for times in (1, 2):
        call_again(view.ticket_id, MORNING + times * timedelta(seconds=20), by=BY)
    shown = page(client, PAGE + "?desk=1")
    assert "call 3 of 3" in shown
    assert "Call again" not in shown
    monkeypatch.setattr(clock, "now", lambda: MORNING + timedelta(minutes=2))
    shown = press(client, f"tickets/{view.ticket_id}/missed/", desk=1)
    assert "Noted: the turn was missed." in shown
    assert "The desk is free." in shown


def test_a_number_is_given_once_however_often_the_form_is_sent(client: Client) -> None:
    open_hall()
    form = {"reference": "once", "care": "on", "desk": "1"}
    assert "Number given: C001" in press(client, "tickets/", **form)
    assert "Number given: C001" in press(client, "tickets/", **form)
    assert len(queue_of(HALL, MORNING).waiting) == 1


def test_a_closed_hall_says_so_and_gives_no_number(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_hall()
    monkeypatch.setattr(clock, "now", lambda: at("20:00"))
    assert "so no numbers are given" in press(client, "tickets/", 400, reference="x")
    assert "closed now" in page(client)


def test_who_booked_is_noted_as_here(client: Client) -> None:
    open_hall()
    (line,) = open_lines(1)
    booking = book_ticket(HALL, at("10:15"), MORNING, by=BY, line_id=line)
    assert "Booked for today, not here yet" in page(client)
    press(client, f"tickets/{booking.ticket_id}/arrived/", desk=1)
    (waiting,) = queue_of(HALL, MORNING).waiting
    assert (waiting.label, waiting.state) == ("B001", TicketState.WAITING)


def test_what_is_not_there_is_not_found(client: Client) -> None:
    open_hall()
    ticket = come()
    assert client.get("/queues/H9/").status_code == 404
    assert client.get("/queues/H9/board/").status_code == 404
    assert client.post(f"/queues/H9/tickets/{ticket.ticket_id}/here/").status_code == 404
    assert client.post(f"{PAGE}tickets/{ticket.ticket_id}/praised/").status_code == 404
    assert client.post(f"{PAGE}desks/1/polish/").status_code == 404
    assert client.get(f"{PAGE}part/moon/").status_code == 404
    assert "Choose the desk" in page(client, f"{PAGE}part/mine/")
    assert "There is no desk 9 here." in press(client, "desks/9/open/", 400)
    assert client.get(f"{PAGE}desks/1/next/").status_code == 405


def test_the_board_says_who_goes_where_and_names_nobody(client: Client) -> None:
    open_hall()
    client.logout()
    for care in (False, False, True):
        come(care=care)
    assert "Nobody is called at the moment." in page(client, BOARD)
    call_next(HALL, 1, MORNING, by=BY)
    shown = page(client, BOARD)
    assert "C001" in shown
    assert "A002" in shown
    assert BY not in shown
    assert "请到窗口办理" in page(client, BOARD, language="zh-hans")


def test_halls_with_queues_are_found(client: Client) -> None:
    assert "No hall has a queue yet." in page(client, "/queues/")
    open_hall()
    assert "Sample Hall" in page(client, "/queues/")
    assert "No hall with a queue has these words." in page(client, "/queues/?q=moon")


def test_a_long_queue_costs_no_more_questions(client: Client) -> None:
    open_hall(3)
    counts = []
    for more in (1, 20):
        for _ in range(more):
            come()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            page(client, PAGE + "part/lanes/?desk=1")
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 11
