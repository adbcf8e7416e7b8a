"""Who waits elsewhere is told by SMS when two are left ahead: once, and not when it is over."""

from datetime import datetime, timedelta

import pytest

from tests.outlets.halls import BY, HALL, MORNING, at, open_hall, open_lines
from tests.outlets.test_desks_at_once import at_once
from tests.parties.examples import a_line, an_account
from wanhao.communications.actions import claim_for_sending, release_due
from wanhao.communications.contracts import Door
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.optouts import set_opt_out
from wanhao.outlets.calling import begin_serving, call_next, finish, send_on
from wanhao.outlets.desks import close_desk, open_desk
from wanhao.outlets.models import Ticket
from wanhao.outlets.nearing import near_tickets
from wanhao.outlets.queue_contracts import TicketView
from wanhao.outlets.taking import arrive, book_ticket, give_back, take_ticket
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db


ENGLISH = 16907920001
OVER = "called, or left the queue"


def come(line: int, minute: int = 0) -> TicketView:
    return take_ticket(HALL, MORNING + timedelta(minutes=minute), by="app", line_id=line)


def call(desk: int = 1, minute: int = 10) -> TicketView:
    """The next is called; whom the desk had was served."""
    now = MORNING + timedelta(minutes=minute)
    called = call_next(HALL, desk, now, by=BY)
    assert called is not None
    begin_serving(called.ticket_id, now, by=BY)
    return finish(called.ticket_id, now, by=BY)


def told() -> list[tuple[int | None, str, int]]:
    """Whom, which number, and how many before it: what is not withdrawn."""
    rows = CommunicationMessage.objects.exclude(state="withdrawn").order_by("id")
    return [
        (one.line_id, one.figures["said"]["ticket"], one.figures["said"]["ahead"]) for one in rows
    ]


def texts(now: datetime) -> list[str]:
    """What a sender takes then."""
    release_due(now)
    return [one.text for one in claim_for_sending("sms", 10, now)]


def withdrawn() -> list[tuple[int | None, str]]:
    rows = CommunicationMessage.objects.filter(state="withdrawn").order_by("id")
    return list(rows.values_list("line_id", "error"))


def test_who_has_two_before_them_is_told_once() -> None:
    open_hall()
    lines = open_lines(6)
    for line in lines:
        come(line)
    assert told() == []
    call()
    assert told() == [(lines[3], "A004", 2)]
    call()
    assert told() == [(lines[3], "A004", 2), (lines[4], "A005", 2)]


def test_whoever_comes_when_few_wait_saw_it_and_is_not_told() -> None:
    open_hall()
    for line in open_lines(3):
        come(line)
    call()
    call()
    assert told() == []


def test_when_called_what_was_not_sent_is_withdrawn() -> None:
    open_hall()
    lines = open_lines(4)
    for line in lines:
        come(line)
    for _ in range(4):
        call()
    assert told() == []
    assert withdrawn() == [(lines[3], OVER)]


def test_what_was_released_but_not_sent_is_withdrawn_and_what_was_sent_stays() -> None:
    open_hall()
    lines = open_lines(5)
    tickets = [come(line) for line in lines]
    call()
    release_due(MORNING + timedelta(minutes=11))
    give_back(tickets[3].ticket_id, MORNING + timedelta(minutes=11), by="app")
    assert withdrawn() == [(lines[3], OVER)]
    call()
    assert told() == [(lines[4], "A005", 2)]
    texts(MORNING + timedelta(minutes=12))
    call()
    call()
    assert told() == [(lines[4], "A005", 2)]


def test_who_gives_a_place_back_lets_others_come_nearer() -> None:
    open_hall()
    lines = open_lines(4)
    tickets = [come(line) for line in lines]
    give_back(tickets[0].ticket_id, MORNING, by="app")
    assert told() == [(lines[3], "A004", 2)]
    give_back(tickets[0].ticket_id, MORNING, by="app")
    assert len(told()) == 1


def test_who_is_sent_on_is_not_told_again() -> None:
    open_hall()
    lines = open_lines(5)
    for line in lines:
        come(line)
    for _ in range(3):
        call()
    now = MORNING + timedelta(minutes=20)
    fourth = call_next(HALL, 1, now, by=BY)
    assert fourth is not None
    before = CommunicationMessage.objects.count()
    send_on(fourth.ticket_id, None, now, by=BY)
    call()
    assert CommunicationMessage.objects.filter(line_id=lines[3]).count() == 1
    assert CommunicationMessage.objects.count() == before


def test_a_booking_is_told_when_it_waits_and_is_near() -> None:
    open_hall()
    *lines, booked = open_lines(6)
    booking = book_ticket(HALL, at("10:15"), MORNING, by="app", line_id=booked)
    for line in lines:
        come(line)
    arrive(booking.ticket_id, MORNING, by="app")
    call()
    assert booked not in [line for line, _, _ in told()]


def test_with_no_desk_open_nobody_is_told() -> None:
    open_hall()
    tickets = [come(line) for line in open_lines(5)]
    close_desk(HALL, 1, MORNING)
    give_back(tickets[0].ticket_id, MORNING, by="app")
    assert told() == []
    open_desk(HALL, 1, BY, MORNING)
    call()
    assert [ticket for _, ticket, _ in told()] == ["A004", "A005"]


def test_who_switched_it_off_is_not_told() -> None:
    open_hall()
    lines = open_lines(4)
    for line in lines:
        come(line)
    set_opt_out(lines[3], "queue-near", True, MORNING, by="the line", door=Door.SMS)
    call()
    assert told() == []


def test_it_is_read_in_the_language_of_the_line() -> None:
    open_hall()
    lines = open_lines(4)
    open_accounts([an_account("A-en", (a_line(ENGLISH, language=Language.EN),))])
    for line in [*lines, lines_by_number([ENGLISH])[ENGLISH].line_id]:
        come(line)
    call()
    call()
    chinese, english = texts(MORNING + timedelta(minutes=11))
    assert "A004号前面还有2位" in chinese
    assert english.startswith("A005 at Sample Hall")
    assert ": 2 before you." in english


def test_who_is_next_is_told_so() -> None:
    open_hall()
    lines = open_lines(4)
    first, second, third, last = [come(line) for line in lines]
    near = near_tickets(Ticket.objects.get(pk=last.ticket_id).outlet_id, MORNING)
    assert near == []
    close_desk(HALL, 1, MORNING)
    give_back(first.ticket_id, MORNING, by="app")
    give_back(second.ticket_id, MORNING, by="app")
    open_desk(HALL, 1, BY, MORNING)
    give_back(third.ticket_id, MORNING, by="app")
    (text,) = texts(MORNING)
    assert "A004号下一位就到" in text


def test_after_an_hour_it_is_of_no_use() -> None:
    open_hall()
    for line in open_lines(4):
        come(line)
    call(minute=0)
    (planned,) = CommunicationMessage.objects.all()
    assert planned.expires_at == MORNING + timedelta(hours=1)


def test_two_desks_that_call_at_once_tell_whoever_is_near_then(
    transactional_db: None,
) -> None:
    open_hall(2)
    lines = open_lines(5)
    for line in lines:
        come(line)
    at_once(lambda place: call_next(HALL, place + 1, MORNING, by=BY), 2)
    assert {line for line, _, _ in told()} == {lines[3], lines[4]}
