"""Numbers of the hall's queue, taken at the terminal with a line and without."""

from collections.abc import Iterator
from threading import Thread

import pytest
from django.test import Client

from tests.pages.terminal.standing import HALL, browser_of, open_terminal, stand
from tests.parties.examples import a_family
from wanhao.outlets.models import Ticket
from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.outlets.terminals import devices_key
from wanhao.outlets.waiting import queue_of
from wanhao.pages.design import clock
from wanhao.pages.terminal.peer.serving import DevicesPeer
from wanhao.parties.actions import open_accounts
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db
MINE = 16907920001
AT = "/terminal/queue/"


@pytest.fixture
def peer() -> Iterator[DevicesPeer]:
    server = DevicesPeer(0, "", {})
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def terminal(peer: DevicesPeer) -> tuple[TerminalView, str]:
    opened = open_terminal(devices_url=peer.url)
    peer.key = devices_key(opened[0].terminal_id)
    open_accounts([a_family()])
    return opened


@pytest.fixture
def browser(terminal: tuple[TerminalView, str]) -> Client:
    client = browser_of(terminal[1])
    stand(client)
    return client


def test_who_comes_by_takes_a_number_without_saying_who_it_is(
    browser: Client, peer: DevicesPeer
) -> None:
    taken = browser.post(AT, {"service": "repair"})
    assert taken["Location"] == "/terminal/queue/ticket/?printed=1"
    page = browser.get(taken["Location"]).content.decode()
    assert "data-ticket>A001<" in page
    assert "请取走小票" in page
    row = Ticket.objects.get()
    assert (row.line_id, row.service, row.lane) == (None, "repair", "A")
    assert peer.printed[0].startswith(b"%PDF")


def test_pressed_twice_it_is_one_number_and_the_next_customer_gets_another(
    browser: Client, terminal: tuple[TerminalView, str]
) -> None:
    for _ in range(2):
        browser.post(AT, {"service": ""})
    assert Ticket.objects.count() == 1
    browser.get("/terminal/")
    browser.get("/terminal/start/")
    browser.post(AT, {"service": "", "care": "1"})
    assert [one.label for one in queue_of(HALL, clock.now()).waiting] == ["A001", "C001"]


def test_who_is_known_takes_a_number_of_the_line(browser: Client) -> None:
    stand(browser, MINE)
    browser.post(AT, {"service": ""})
    assert Ticket.objects.get().line_id == lines_by_number([MINE])[MINE].line_id


def test_without_a_printer_the_number_stands_on_the_screen_and_in_a_file(db: None) -> None:
    _, secret = open_terminal()
    browser = browser_of(secret)
    stand(browser)
    taken = browser.post(AT, {"service": ""})
    assert taken["Location"] == "/terminal/queue/ticket/"
    assert "A001" in browser.get(taken["Location"]).content.decode()
    assert browser.get("/terminal/queue/ticket.pdf").content.startswith(b"%PDF")


def test_a_printer_that_is_away_is_said_and_the_number_counts(
    browser: Client, peer: DevicesPeer
) -> None:
    peer.key = "somebody else's"
    taken = browser.post(AT, {"service": ""})
    assert "请记住您的号码" in browser.get(taken["Location"]).content.decode()
    assert Ticket.objects.count() == 1
    assert peer.printed == []


def test_a_hall_that_is_closed_says_so() -> None:
    _, secret = open_terminal(hours="Mo-Su 00:00-00:01")
    browser = browser_of(secret)
    stand(browser)
    refused = browser.post(AT, {"service": ""})
    assert refused.status_code == 409
    assert "00:00-00:01" in refused.content.decode()
    assert not Ticket.objects.exists()
