"""Who stands before a terminal: number and code, service password, identity card."""

import re
import threading
from collections.abc import Iterator

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.pages.terminal.standing import browser_of, open_terminal, stand
from tests.parties.examples import a_family, an_account
from wanhao.access.service_passwords import set_service_password
from wanhao.communications.models import CommunicationMessage
from wanhao.menu.contracts import IdentityLevel
from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.outlets.terminals import devices_key
from wanhao.pages.design import clock
from wanhao.pages.terminal.guests import KEPT
from wanhao.pages.terminal.peer.serving import DevicesPeer
from wanhao.pages.terminal.visits import Shown, from_json
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import DocumentKind
from wanhao.parties.documents import record_document
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db
MINE, STRANGERS, NOBODYS = 16907920001, 16907910001, 16907999999
AT = "/terminal/who/"
PASSPORT = "E12345678"
HOLDER = a_family().customer_name


@pytest.fixture
def peer() -> Iterator[DevicesPeer]:
    """Reader and printer, over a real socket."""
    cards = {
        "holder": {"name": HOLDER, "number": PASSPORT},
        "stranger": {"name": "赵六", "number": "E87654321"},
    }
    server = DevicesPeer(0, "", cards)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def terminal(peer: DevicesPeer) -> tuple[TerminalView, str]:
    opened, secret = open_terminal(devices_url=peer.url)
    peer.key = devices_key(opened.terminal_id)
    open_accounts([a_family(), an_account("A1")])
    return opened, secret


@pytest.fixture
def browser(terminal: tuple[TerminalView, str]) -> Client:
    client = browser_of(terminal[1])
    client.get("/terminal/start/")
    return client


def code_sent_to(number: int) -> str:
    row = CommunicationMessage.objects.filter(number=number).latest("id")
    found = re.search(r"\d{6}", row.figures["text"])
    assert found is not None
    return found[0]


def post(browser: Client, **given: object) -> HttpResponse:
    answer: HttpResponse = browser.post(AT, given)
    return answer


def shown(browser: Client) -> frozenset[Shown]:
    return from_json(browser.session[KEPT]).shown


def known(browser: Client, number: int = MINE) -> None:
    post(browser, act="send", number=number)
    post(browser, act="enter", code=code_sent_to(number))


class TestACode:
    def test_the_code_on_the_handset_says_who_it_is_and_one_goes_on(self, browser: Client) -> None:
        first = browser.get("/terminal/do/balance/")
        assert first.status_code == 302
        where = first["Location"]
        assert where == "/terminal/who/?level=1&next=%2Fterminal%2Fdo%2Fbalance%2F"
        assert "手机号码" in browser.get(where).content.decode()
        sent = post(browser, act="send", number=MINE, next="/terminal/do/balance/")
        assert "169****0001" in browser.get(sent["Location"]).content.decode()
        done = post(browser, act="enter", code=code_sent_to(MINE), next="/terminal/do/balance/")
        assert done["Location"] == "/terminal/do/balance/"
        assert 'data-kind="answered"' in browser.get(done["Location"]).content.decode()

    def test_who_has_the_number_is_told_to_nobody(self, browser: Client) -> None:
        mine = post(browser, act="send", number=STRANGERS)
        his = browser.get(mine["Location"]).content.decode()
        nobodys = browser.get(post(browser, act="send", number=NOBODYS)["Location"])
        same = [
            re.sub(r"169\*{4}\d{4}|\d{11}|value=\"\w{20,}\"", "", one)
            for one in (
                his,
                nobodys.content.decode(),
            )
        ]
        assert same[0] == same[1]
        assert not CommunicationMessage.objects.filter(number=NOBODYS).exists()

    def test_a_wrong_code_says_how_often_one_may_try(self, browser: Client) -> None:
        post(browser, act="send", number=MINE)
        right = code_sent_to(MINE)
        wrong = post(browser, act="enter", code="000000" if right != "000000" else "111111")
        assert wrong.status_code == 422
        assert "2" in wrong.content.decode()
        assert shown(browser) == frozenset()

    def test_no_number_is_no_number(self, browser: Client) -> None:
        assert post(browser, act="send", number="123").status_code == 422

    def test_another_number_begins_at_nothing(self, browser: Client) -> None:
        known(browser)
        assert shown(browser) == {Shown.CODE}
        post(browser, act="send", number=STRANGERS)
        assert shown(browser) == frozenset()

    def test_the_session_gets_a_new_key_when_something_is_proved(self, browser: Client) -> None:
        before = browser.session.session_key
        known(browser)
        assert browser.session.session_key != before

    def test_each_key_of_the_screen_is_written_without_javascript(self, browser: Client) -> None:
        page = post(browser, step="number", number="1690", key="7").content.decode()
        assert 'value="16907"' in page
        assert CommunicationMessage.objects.count() == 0

    def test_nobody_is_led_elsewhere(self, browser: Client) -> None:
        known(browser)
        for elsewhere in ("https://elsewhere.example/", "//elsewhere.example", "/admin/"):
            assert browser.get(AT, {"next": elsewhere})["Location"] == "/terminal/start/"


class TestThePassword:
    def test_with_the_code_it_verifies(self, browser: Client) -> None:
        line = lines_by_number([MINE])[MINE]
        set_service_password(line.line_id, MINE, "283651", clock.now(), by="test")
        known(browser)
        wanted = browser.get("/terminal/do/plan_change/")["Location"]
        assert "level=2" in wanted
        assert 'name="password"' in browser.get(wanted).content.decode()
        wrong = post(browser, act="password", password="000000", level=2)
        assert wrong.status_code == 422
        right = post(
            browser, act="password", password="283651", level=2, next="/terminal/do/plan_change/"
        )
        assert right["Location"] == "/terminal/do/plan_change/"
        assert browser.get(right["Location"]).status_code == 200

    def test_alone_it_proves_nothing(self, browser: Client) -> None:
        line = lines_by_number([MINE])[MINE]
        set_service_password(line.line_id, MINE, "283651", clock.now(), by="test")
        post(browser, act="send", number=MINE)
        post(browser, act="password", password="283651", level=2)
        assert shown(browser) == frozenset()


class TestTheCard:
    @pytest.fixture(autouse=True)
    def recorded(self, terminal: tuple[TerminalView, str]) -> None:
        line = lines_by_number([MINE])[MINE]
        record_document(line.line_id, DocumentKind.PASSPORT, PASSPORT, clock.now(), by="test")

    def test_the_holders_card_is_the_strongest_proof(
        self, browser: Client, peer: DevicesPeer
    ) -> None:
        peer.lay("holder")
        asked = post(browser, act="with-card", number=MINE, level=3)
        assert "读卡" in browser.get(asked["Location"]).content.decode()
        post(browser, act="card", level=3)
        assert shown(browser) == {Shown.CARD}
        assert from_json(browser.session[KEPT]).level is IdentityLevel.STRONG

    def test_another_card_is_counted_and_after_three_it_is_a_counters_matter(
        self, browser: Client, peer: DevicesPeer
    ) -> None:
        post(browser, act="with-card", number=MINE, level=3)
        peer.lay("stranger")
        assert "2" in post(browser, act="card", level=3).content.decode()
        for _ in range(2):
            post(browser, act="card", level=3)
        peer.lay("holder")
        last = post(browser, act="card", level=3).content.decode()
        assert "柜台" in last
        assert shown(browser) == frozenset()

    def test_no_card_and_no_reader_are_told_apart(self, browser: Client, peer: DevicesPeer) -> None:
        post(browser, act="with-card", number=MINE, level=3)
        assert "没有读到" in post(browser, act="card", level=3).content.decode()
        peer.key = "somebody else's"
        assert "读卡器没有应答" in post(browser, act="card", level=3).content.decode()

    def test_without_a_reader_a_counter_is_offered(self, browser: Client) -> None:
        _, secret = open_terminal()
        plain = browser_of(secret)
        stand(plain, MINE, IdentityLevel.VERIFIED)
        page = plain.get(AT, {"level": "3"}).content.decode()
        assert 'href="/terminal/queue/"' in page
        assert 'value="card"' not in page


def test_asking_again_too_soon_leaves_the_field_for_the_code(browser: Client) -> None:
    post(browser, act="send", number=MINE, level=1)
    again = post(browser, act="send", number=MINE, level=1)
    assert 'name="code"' in again.content.decode()
    entered = post(browser, act="enter", code=code_sent_to(MINE), level=1)
    assert entered.status_code == 302
