"""Customers pay at WeChat Pay and Alipay, over real sockets; exactly the right money is booked."""

import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.channels.payments.paying import (
    BOTH,
    again,
    begun,
    books_hold,
    has,
    now,
    payments_of,
    verdicts,
)
from tests.channels.payments.peers import Peer, alipay_config, wechat_config
from wanhao.billing.contracts import Channel
from wanhao.billing.models import ChannelNotice, PaymentOrder
from wanhao.billing.order_contracts import DifferenceKind, OrderState, Showing
from wanhao.billing.orders.ports import ChannelAwayError
from wanhao.billing.orders.queries import differences
from wanhao.channels.alipay.client import AlipayChannel
from wanhao.channels.wechat_pay.client import WeChatPayChannel
from wanhao.values.errors import WanhaoError
from wanhao.workflows.look_up_payments import look_up_payments

PAGES = "http://127.0.0.1/"
both = pytest.mark.parametrize("channel", BOTH, ids=str)
pytestmark = pytest.mark.usefixtures("channels")


def press(address: str, act: str = "pay", came_from: str = PAGES) -> httpx.Response:
    """The customer at the cashier's page, who came from ours."""
    headers = {"Referer": came_from} if came_from else {}
    with httpx.Client(follow_redirects=True, timeout=30, headers=headers) as client:
        page = client.get(address)
        assert page.status_code == 200
        return client.post(str(page.url), data={"act": act}, follow_redirects=False)


@both
@pytest.mark.parametrize("showing", list(Showing), ids=str)
def test_who_pays_has_the_money(
    account: int, peer: Peer, channel: Channel, showing: Showing
) -> None:
    order = begun(account, channel, showing=showing)
    assert order.address.startswith("http")
    answer = press(order.address)
    if showing is Showing.ADDRESS:
        assert f"/hall/pay/{order.number}/" in answer.headers["Location"]
    wait_for(lambda: again(order).state is OrderState.PAID)
    assert (has(account), payments_of(account), verdicts()) == (5000, 1, ["booked"])
    assert again(order).transaction_id == peer.trade(order.number)["transaction"]
    assert books_hold()


@both
def test_who_does_not_pay_comes_back_to_the_order_as_well(account: int, channel: Channel) -> None:
    order = begun(account, channel, showing=Showing.ADDRESS)
    back = press(order.address, "cancel").headers["Location"]
    assert urlsplit(back).path == f"/hall/pay/{order.number}/"
    assert again(order).state is OrderState.WAITING


@pytest.mark.parametrize("came_from", ["", "https://shop.example/"])
def test_wechat_lets_nobody_pay_who_comes_from_a_domain_it_does_not_know(
    account: int, came_from: str
) -> None:
    order = begun(account, Channel.WECHAT, showing=Showing.ADDRESS)
    shown = httpx.get(order.address, headers={"Referer": came_from} if came_from else {})
    assert "商家" in shown.text
    assert "<button" not in shown.text


def wait_for(done: Any) -> None:
    """The callback comes in a thread of the peer."""
    for _ in range(600):
        if done():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


@both
def test_a_callback_that_comes_again_books_once(account: int, peer: Peer, channel: Channel) -> None:
    order = begun(account, channel)
    peer.control(callbacks="twice", pay=order.number)
    peer.control(notify=order.number)
    assert (has(account), payments_of(account)) == (5000, 1)
    assert verdicts() == ["booked", "known", "known"]
    assert {one["status"] for one in peer.state()["told"]} <= {200, 204}


@both
def test_a_forged_callback_is_refused_and_noted(account: int, peer: Peer, channel: Channel) -> None:
    order = begun(account, channel)
    peer.control(callbacks="forged", pay=order.number)
    assert (has(account), again(order).state) == (0, OrderState.WAITING)
    assert verdicts() == ["forged"]
    note = ChannelNotice.objects.get()
    assert len(note.body_hash) == 64
    assert (note.number, note.amount_fen) == ("", None)
    assert peer.state()["told"][0]["status"] == 401


@both
def test_another_amount_is_put_aside_and_not_booked(
    account: int, peer: Peer, channel: Channel
) -> None:
    order = begun(account, channel)
    peer.control(callbacks="amount", pay=order.number)
    assert (has(account), payments_of(account), verdicts()) == (0, 0, ["put-aside"])
    (difference,) = differences(10)
    assert difference.kind is DifferenceKind.OTHER_AMOUNT
    assert (difference.ours_fen, difference.theirs_fen) == (5000, 5100)


@both
def test_where_no_callback_comes_the_channel_is_asked(
    account: int, peer: Peer, channel: Channel
) -> None:
    order = begun(account, channel)
    peer.control(callbacks="never", pay=order.number)
    assert not look_up_payments(now())
    assert look_up_payments(now() + timedelta(minutes=1, seconds=1))
    assert (has(account), again(order).state, verdicts()) == (5000, OrderState.PAID, [])
    peer.control(notify=order.number)
    assert (has(account), verdicts()) == (5000, ["known"])


@both
def test_an_order_nobody_pays_is_closed_there_and_here(
    account: int, peer: Peer, channel: Channel
) -> None:
    order = begun(account, channel)
    assert look_up_payments(now() + timedelta(minutes=31))
    assert again(order).state is OrderState.CLOSED
    assert peer.trade(order.number)["state"] == "closed"
    assert has(account) == 0


@both
def test_money_that_comes_after_the_closing_is_taken(
    account: int, peer: Peer, channel: Channel
) -> None:
    order = begun(account, channel)
    PaymentOrder.objects.update(state="closed", look_at=None)
    peer.control(pay=order.number)
    assert (has(account), again(order).state) == (5000, OrderState.PAID)
    assert verdicts() == ["booked-late"]


@both
def test_an_order_paid_twice_books_once_and_the_rest_is_put_aside(
    account: int, peer: Peer, channel: Channel
) -> None:
    order = begun(account, channel)
    peer.control(pay=order.number)
    peer.control(pay=order.number)  # another transaction of the same order
    assert (has(account), verdicts()) == (5000, ["booked", "put-aside"])
    assert [one.kind for one in differences(10)] == [DifferenceKind.PAID_TWICE]


@both
def test_a_channel_that_is_down_leaves_the_order_to_be_begun_again(
    account: int, peer: Peer, channel: Channel
) -> None:
    peer.control(down=True)
    with pytest.raises(ChannelAwayError):
        begun(account, channel, reference="one")
    peer.control(clear=True)
    order = begun(account, channel, reference="one")
    assert order.address
    assert begun(account, channel, reference="one").number == order.number
    assert PaymentOrder.objects.count() == 1


def test_a_reference_is_one_order(account: int) -> None:
    begun(account, Channel.WECHAT, reference="one")
    with pytest.raises(WanhaoError, match="another payment"):
        begun(account, Channel.WECHAT, 6000, reference="one")


@pytest.mark.parametrize("fen", [0, -1, 50_000_001])
def test_an_amount_that_nobody_can_pay_is_refused(account: int, fen: int) -> None:
    with pytest.raises(WanhaoError, match="cannot be paid"):
        begun(account, Channel.WECHAT, fen)


def test_a_merchant_with_a_wrong_key_is_refused_by_wechat(
    account: int, peer: Peer, live_server: Any
) -> None:
    folder = peer.folder
    wrong = (folder / "alipay-app.pem").read_text()
    channel = WeChatPayChannel(wechat_config(peer, live_server.url, private_key=wrong))
    with pytest.raises(WanhaoError, match="SIGN_ERROR"):
        channel.look_up("P1")


def test_answers_that_are_not_signed_by_the_platform_are_not_believed(
    account: int, peer: Peer, live_server: Any
) -> None:
    order = begun(account, Channel.WECHAT)
    stranger = (peer.folder / "alipay-platform.public.pem").read_text()
    wechat = WeChatPayChannel(wechat_config(peer, live_server.url, platform_key=stranger))
    with pytest.raises(ChannelAwayError):
        wechat.look_up(order.number)
    other = (peer.folder / "wechat-platform.public.pem").read_text()
    alipay = AlipayChannel(alipay_config(peer, live_server.url, platform_key=other), now)
    with pytest.raises(ChannelAwayError):
        alipay.look_up("P1")


def test_an_old_callback_and_one_for_somebody_else_are_refused(
    account: int, peer: Peer, channels: dict[Channel, Any], live_server: Any
) -> None:
    order = begun(account, Channel.WECHAT)
    peer.control(callbacks="never", pay=order.number)
    headers, body = a_callback(peer, order.number)
    wechat = channels[Channel.WECHAT]
    epoch = int(headers["HTTP_WECHATPAY_TIMESTAMP"])
    assert wechat.verified(headers, body, epoch + 300).number == order.number
    with pytest.raises(ValueError, match="301 seconds old"):
        wechat.verified(headers, body, epoch + 301)
    with pytest.raises(ValueError, match="not WeChat's"):
        wechat.verified(headers | {"HTTP_WECHATPAY_SERIAL": "1"}, body, epoch)
    elsewhere = WeChatPayChannel(wechat_config(peer, live_server.url, merchant="19"))
    with pytest.raises(ValueError, match="another merchant"):
        elsewhere.verified(headers, body, epoch)


def a_callback(peer: Peer, number: str) -> tuple[dict[str, str], bytes]:
    """A callback as Django's META has it."""
    sent, body = peer.sealed(number)
    return {f"HTTP_{key.upper().replace('-', '_')}": value for key, value in sent.items()}, body


def test_a_body_that_is_too_long_is_not_read(account: int, live_server: Any) -> None:
    for place in ("wechat", "alipay"):
        answer = httpx.post(f"{live_server.url}/payments/{place}/", content=b"x" * 70_000)
        assert answer.status_code == 413
    assert verdicts() == []


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff\xfe", b"sign=x&sign_type=RSA", b"[1]"])
def test_whatever_is_not_understood_is_refused(account: int, live_server: Any, body: bytes) -> None:
    for place in ("wechat", "alipay"):
        answer = httpx.post(f"{live_server.url}/payments/{place}/", content=body)
        assert answer.status_code == 401
        assert httpx.get(f"{live_server.url}/payments/{place}/").status_code == 405
    assert verdicts() == ["forged", "forged"]
