"""Paying at a terminal, at the local channels, over real sockets."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.channels.payments.peers import Peer, connected, running_peer
from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.terminal.standing import browser_of, open_terminal, stand
from wanhao.billing.models import PaymentOrder
from wanhao.billing.orders.ports import provide_channels
from wanhao.billing.orders.queries import order as order_of
from wanhao.billing.queries import balances
from wanhao.menu.contracts import Door
from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.outlets.terminals import receipts
from wanhao.pages.design import clock
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.look_up_payments import look_up

NUMBER, OTHER = NUMBERS[Door.TERMINAL], NUMBERS[Door.APP]
AT, ORDER = "/terminal/pay/", "/terminal/pay/order/"
GIVEN = {"amount": "50", "channel": "wechat", "once": "once-once-1"}


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with running_peer(tmp_path / "payments") as running, connected(running, "http://127.0.0.1:9"):
        yield running


@pytest.fixture
def terminal(db: None, tmp_path: Path, peer: Peer) -> Iterator[tuple[TerminalView, str]]:
    with open_world(tmp_path / "usage", Example(item="topup", says="")):
        yield open_terminal()


@pytest.fixture
def browser(terminal: tuple[TerminalView, str]) -> Client:
    client = browser_of(terminal[1])
    stand(client)
    return client


def text(browser: Client, path: str) -> str:
    return " ".join(browser.get(path).content.decode().split())


def begun(browser: Client, number: int = OTHER, **changed: str) -> HttpResponse:
    browser.post(AT, {"number": str(number)})
    answer: HttpResponse = browser.post(AT, GIVEN | changed)
    return answer


def paid(peer: Peer) -> None:
    """The customer pays; as nobody serves our pages to the peer here, the channel is asked."""
    order = order_of(PaymentOrder.objects.get().number)
    assert order is not None
    peer.control(callbacks="never", pay=order.number)
    look_up(order, clock.now())


def has(number: int) -> int:
    account = lines_by_number({number})[number].account_id
    return balances([account])[account]


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
def test_anybody_pays_for_any_number_once_and_gets_a_receipt(
    browser: Client, terminal: tuple[TerminalView, str], peer: Peer, channel: str
) -> None:
    before = has(OTHER)
    assert begun(browser, channel=channel)["Location"] == ORDER
    assert begun(browser, channel=channel)["Location"] == ORDER
    assert PaymentOrder.objects.count() == 1
    waiting = text(browser, ORDER)
    assert 'data-state="waiting"' in waiting
    assert str(OTHER) not in waiting
    assert b"<svg" in browser.get(f"{ORDER}code.svg").content
    paid(peer)
    moved = browser.get(f"{ORDER}part/")
    assert moved["HX-Redirect"] == ORDER
    for _ in range(2):
        done = text(browser, ORDER)
        assert "支付成功" in done
        assert 'action="/terminal/receipt/"' in done
    assert has(OTHER) == before + 5000
    (receipt,) = receipts(terminal[0].terminal_id, 5)
    assert (receipt.item, receipt.amount_fen) == ("topup", 5000)
    assert browser.get("/terminal/receipt.pdf").content.startswith(b"%PDF")
    assert browser.get(f"{ORDER}code.svg").status_code == 404


def test_who_is_known_pays_for_the_own_number_unless_another_is_named(browser: Client) -> None:
    stand(browser, NUMBER)
    shown = text(browser, AT)
    masked = re.search(r"169\*{4}\d{4}", shown)
    assert masked is not None
    assert masked[0].endswith(str(NUMBER)[-4:])
    assert "为哪个号码" in text(browser, f"{AT}?number=other")


def test_the_next_customer_sees_nothing_of_an_order(browser: Client) -> None:
    begun(browser)
    browser.get("/terminal/")
    browser.get("/terminal/start/")
    assert browser.get(ORDER)["Location"] == AT
    assert browser.get(f"{ORDER}code.svg").status_code == 404
    assert "为哪个号码" in text(browser, AT)


def test_the_screen_waits_longer_while_somebody_looks_at_a_phone(browser: Client) -> None:
    begun(browser)
    assert 'data-asked="300"' in text(browser, ORDER)
    assert 'data-asked="60"' in text(browser, AT)


@pytest.mark.parametrize("number", ["123", "16999999999"])
def test_a_number_that_is_none_of_ours_is_told(browser: Client, number: str) -> None:
    assert browser.post(AT, {"number": number}).status_code == 422


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("", "请填写金额"),
        ("abc", "请填写金额"),
        ("0", "金额至少为¥0.01"),
        ("12.345", "最多写两位小数"),
        ("600000", "金额最多为¥500,000.00"),
    ],
)
def test_an_amount_nobody_can_pay_is_told_and_nothing_is_begun(
    browser: Client, amount: str, told: str
) -> None:
    browser.post(AT, {"number": str(OTHER)})
    answer = browser.post(AT, {**GIVEN, "amount": "", "other": amount})
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert not PaymentOrder.objects.exists()


def test_keys_write_number_and_amount_without_javascript(browser: Client) -> None:
    assert 'value="16907"' in browser.post(AT, {"number": "1690", "key": "7"}).content.decode()
    browser.post(AT, {"number": str(OTHER)})
    typed = browser.post(AT, {"once": "once-once-1", "other": "8", "key": "8"}).content.decode()
    assert 'name="other" value="88"' in typed
    point = browser.post(AT, {"once": "once-once-1", "other": "8", "key": "."}).content.decode()
    assert 'name="other" value="8."' in point
    assert 'name="key" value="."' in point
    assert 'name="key" value="."' not in text(browser, f"{AT}?number=other")


def test_where_no_channel_is_connected_a_card_and_a_counter_are_named(browser: Client) -> None:
    provide_channels({})
    browser.post(AT, {"number": str(OTHER)})
    shown = text(browser, AT)
    assert 'href="/terminal/do/topup/"' in shown
    assert 'name="channel"' not in shown


def test_the_menu_leads_to_the_amount_of_ones_own_number(
    browser: Client, terminal: tuple[TerminalView, str]
) -> None:
    stand(browser, NUMBER)
    led = browser.post("/terminal/do/topup/", {"amount": "50", "channel": "wechat"})
    assert led["Location"] == "/terminal/pay/?amount=50&channel=wechat"
    shown = text(browser, led["Location"])
    assert 'value="50" checked' in shown
    assert receipts(terminal[0].terminal_id, 9) == ()
    assert not PaymentOrder.objects.exists()
    assert browser.post(AT, GIVEN)["Location"] == ORDER
    assert PaymentOrder.objects.get().line_id == lines_by_number([NUMBER])[NUMBER].line_id


def test_the_menu_leads_to_the_amount_of_another_number(browser: Client) -> None:
    led = browser.post("/terminal/do/topup/", {"amount": "12.50", "number": str(OTHER)})
    assert 'name="other" value="12.50"' in text(browser, led["Location"])
    browser.post(AT, GIVEN)
    assert PaymentOrder.objects.get().line_id == lines_by_number([OTHER])[OTHER].line_id


def test_whom_nobody_knows_is_asked_for_the_number(browser: Client) -> None:
    shown = text(browser, "/terminal/pay/?amount=50")
    assert 'name="number"' in shown


def test_an_address_with_a_number_that_is_not_ours_asks_for_it_again(browser: Client) -> None:
    shown = text(browser, "/terminal/pay/?amount=50&number=19999999999")
    assert "不是本网号码" in shown
    assert 'name="number"' in shown
