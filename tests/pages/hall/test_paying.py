"""A customer pays in the hall, at the local channels, over real sockets."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from django.test import Client

from tests.channels.payments.peers import Peer, connected, running_peer
from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.hall.signing_in import sign_in
from wanhao.billing.models import PaymentOrder
from wanhao.billing.orders.ports import provide_channels
from wanhao.billing.orders.queries import order as order_of
from wanhao.billing.queries import balances
from wanhao.menu.contracts import Door
from wanhao.pages.design import clock
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.look_up_payments import look_up

NUMBER, OTHER = NUMBERS[Door.WEB], NUMBERS[Door.APP]
GIVEN = {"amount": "30.50", "channel": "wechat", "showing": "code", "once": "once-once-1"}


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with running_peer(tmp_path / "payments") as running, connected(running, "http://127.0.0.1:9"):
        yield running


@pytest.fixture
def customer(db: None, tmp_path: Path, client: Client, peer: Peer) -> Iterator[Client]:
    with open_world(tmp_path / "usage", Example(item="topup", says="")):
        sign_in(client, NUMBER, clock.now())
        yield client


def begun(client: Client, **changed: str) -> str:
    response = client.post("/hall/pay/", GIVEN | changed)
    assert response.status_code == 302, response.content.decode()
    return str(response["Location"])


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def paid(peer: Peer, order: PaymentOrder) -> None:
    """The customer pays; as nobody serves our pages to the peer here, the channel is asked."""
    peer.control(callbacks="never", pay=order.number)
    found = order_of(order.number)
    assert found is not None
    look_up(found, clock.now())


def has(number: int) -> int:
    account = lines_by_number({number})[number].account_id
    return balances([account])[account]


@pytest.mark.parametrize("channel", ["wechat", "alipay"])
def test_a_code_is_scanned_and_the_page_moves_on(
    customer: Client, peer: Peer, channel: str
) -> None:
    before = has(NUMBER)
    place = begun(customer, channel=channel)
    shown = page(customer, place)
    assert "¥30.50" in shown
    assert 'data-state="waiting"' in shown
    assert f'hx-get="{place}part/"' in shown
    code = customer.get(f"{place}code.svg")
    assert (code["Content-Type"], code.status_code) == ("image/svg+xml", 200)
    assert b"<svg" in code.content
    paid(peer, PaymentOrder.objects.get())
    shown = page(customer, f"{place}part/")
    assert 'data-state="paid"' in shown
    assert "hx-trigger" not in shown
    assert has(NUMBER) == before + 3050
    receipt = customer.get(f"{place}receipt.pdf")
    assert receipt["Content-Type"] == "application/pdf"
    assert receipt.content.startswith(b"%PDF")
    assert customer.get(f"{place}code.svg").status_code == 404


def test_on_a_phone_one_goes_to_the_channel(customer: Client, peer: Peer) -> None:
    assert (
        'value="address" checked'
        in customer.get("/hall/pay/", headers={"User-Agent": "Mobile Mobi"}).content.decode()
    )
    shown = page(customer, begun(customer, showing="address", channel="alipay"))
    address = re.search(r'href="(http[^"]+gateway[^"]+)"', shown)
    assert address is not None
    there = httpx.get(address[1].replace("&amp;", "&"), follow_redirects=True)
    assert "30.50" in there.text


def test_pressing_twice_begins_one_order(customer: Client) -> None:
    assert begun(customer) == begun(customer)
    assert PaymentOrder.objects.count() == 1


def test_somebody_elses_number_is_paid_for_and_their_balance_not_told(
    customer: Client, peer: Peer
) -> None:
    before = has(OTHER)
    place = begun(customer, number=str(OTHER))
    paid(peer, PaymentOrder.objects.get())
    shown = page(customer, place)
    assert has(OTHER) == before + 3050
    assert "当前余额" not in shown
    assert str(OTHER) not in shown


def test_nobody_sees_anothers_order(customer: Client) -> None:
    place = begun(customer)
    stranger = Client()
    sign_in(stranger, OTHER, clock.now())
    for path in (place, f"{place}part/", f"{place}code.svg", f"{place}receipt.pdf"):
        assert stranger.get(path).status_code == 404
    assert Client().get(place).status_code == 302


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"amount": ""}, "请填写金额"),
        ({"amount": "0"}, "金额至少为¥0.01"),
        ({"amount": "1e3"}, "请填写金额"),
        ({"amount": "-5"}, "请填写金额"),
        ({"amount": "12.345"}, "最多写两位小数"),
        ({"amount": "500000.01"}, "金额最多为¥500,000.00"),
        ({"number": "123"}, "11位"),
        ({"number": "19999999999"}, "不是我们的号码"),
        ({"channel": "cash"}, "请选择支付方式"),
        ({"once": ""}, "请选择支付方式"),
    ],
)
def test_what_cannot_be_paid_is_said_and_what_was_written_stays(
    customer: Client, changed: dict[str, str], told: str
) -> None:
    response = customer.post("/hall/pay/", GIVEN | changed)
    assert response.status_code in (400, 409)
    shown = response.content.decode()
    assert told in shown
    assert f'value="{(GIVEN | changed)["amount"]}"' in shown
    assert not PaymentOrder.objects.exists()


def test_a_channel_that_is_down_is_said(customer: Client, peer: Peer) -> None:
    peer.control(down=True)
    response = customer.post("/hall/pay/", GIVEN)
    assert response.status_code == 409
    assert "WeChat Pay gives" not in response.content.decode()


def test_without_channels_the_page_says_where_to_pay(customer: Client) -> None:
    provide_channels({})
    assert "暂时不能在线缴费" in page(customer, "/hall/pay/")


@pytest.mark.parametrize("path", ["/hall/pay/", "/hall/do/topup/"])
def test_a_phone_shows_digits_with_a_point_for_an_amount(customer: Client, path: str) -> None:
    (field,) = re.findall(r'<input [^>]*name="amount"[^>]*>', page(customer, path))
    assert 'inputmode="decimal"' in field
    assert 'autocomplete="off"' in field


def test_the_menu_leads_to_the_payment_filled_in(customer: Client) -> None:
    given = {"amount": "50.50", "channel": "alipay", "number": str(OTHER)}
    led = customer.post("/hall/do/topup/", given)
    assert led.status_code == 302
    assert led["Location"] == f"/hall/pay/?amount=50.50&number={OTHER}&channel=alipay"
    shown = page(customer, led["Location"])
    for value in ('value="50.50"', f'value="{OTHER}"', 'value="alipay" checked'):
        assert value in shown
    assert not PaymentOrder.objects.exists()


def test_an_address_with_an_amount_asks_the_menu_nothing(customer: Client) -> None:
    """Who follows somebody's link has only a form before them that is filled in."""
    shown = page(customer, "/hall/do/topup/?amount=50&channel=wechat")
    assert 'value="50"' in shown
    assert "data-kind" not in shown


def test_without_an_amount_the_menu_says_where_to_pay_and_nothing_is_called_done(
    customer: Client,
) -> None:
    shown = " ".join(customer.post("/hall/do/topup/").content.decode().split())
    assert 'href="/hall/pay/"' in shown
    assert "办理成功" not in shown
    assert "已办好" not in shown
    assert 'class="reply__state"' not in shown


def test_whoever_is_not_signed_in_is_led_there_and_signs_in_first(customer: Client) -> None:
    led = Client().post("/hall/do/topup/", {"amount": "50", "number": str(OTHER)})
    assert led["Location"] == f"/hall/pay/?amount=50&number={OTHER}"
    asked = Client().get(led["Location"])
    assert asked.status_code == 302
    assert asked["Location"].endswith(f"?next=/hall/pay/%3Famount%3D50%26number%3D{OTHER}")


def test_a_channel_that_is_not_connected_is_not_chosen_for_anybody(customer: Client) -> None:
    shown = page(customer, "/hall/pay/?amount=50&channel=cash")
    assert 'value="wechat" checked' in shown
