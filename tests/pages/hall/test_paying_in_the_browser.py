"""A customer pays in Chromium at the local channels: to their cashier and back, the money once."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.channels.payments.paying import again, books_hold, has, payments_of, verdicts
from tests.channels.payments.peers import Peer, connected, running_peer
from tests.menu.walking.examples import Example
from tests.menu.walking.world import open_world
from tests.pages.browser import (
    HALL_PC,
    LOOKS,
    PHONE,
    SIZES,
    overflow,
    take_picture,
    too_small,
    visiting,
)
from tests.pages.conftest import free_port, serving
from tests.pages.hall.customers import NUMBER
from tests.pages.hall.signing_in import sign_in
from wanhao.billing.models import PaymentOrder
from wanhao.billing.order_contracts import DifferenceKind, OrderState, OrderView
from wanhao.billing.orders.queries import differences
from wanhao.billing.orders.queries import order as order_of
from wanhao.pages.design import clock
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.reconcile_payments import reconcile_day
from wanhao.workflows.refund_order import refund_order

pytestmark = pytest.mark.browser
ANYBODYS = "/hall/do/tariffs/"
BEFORE_FEN = 5000
CASHIER = "付款 Pay"


@dataclass(frozen=True, slots=True)
class Shop:
    """The hall, its customer's cookies, and the local channels that call it back."""

    url: str
    peer: Peer
    account: int
    cookies: dict[str, str]

    def enter(self, context: BrowserContext) -> None:
        context.add_cookies(
            [{"name": name, "value": one, "url": self.url} for name, one in self.cookies.items()]
        )


@pytest.fixture
def shop(transactional_db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The pages know the peer as those of `wanhao up` do: by its port, and the keys in the data
    folder."""
    port = free_port()
    with (
        open_world(tmp_path / "usage", Example(item="topup", says="")),
        running_peer(tmp_path / "payments") as peer,
        connected(peer, f"http://127.0.0.1:{port}"),
    ):
        monkeypatch.setenv("WANHAO_DEMO_PAYMENTS_PORT", peer.address.rsplit(":", 1)[1])
        monkeypatch.setenv("WANHAO_PUBLIC_URL", f"http://127.0.0.1:{port}")
        client = Client()
        sign_in(client, NUMBER, clock.now())
        cookies = {name: one.value for name, one in client.cookies.items()}
        with serving(port, tmp_path, free_port()) as url:
            account = lines_by_number({NUMBER})[NUMBER].account_id
            yield Shop(url, peer, account, cookies)


def begun(page: Page, shop: Shop, yuan: str, channel: str, where: str) -> OrderView:
    """Fill the form in, and go on to the order's page."""
    shop.enter(page.context)
    page.goto(f"{shop.url}/hall/pay/")
    page.locator("#pay-amount").fill(yuan)
    page.locator(f"input[name=channel][value={channel}]").check()
    page.locator(f"input[name=showing][value={where}]").check()
    page.get_by_role("button", name="下一步").click()
    expect(page.locator('[data-state="waiting"]')).to_be_visible()
    found = order_of(PaymentOrder.objects.order_by("-id").values_list("number", flat=True)[0])
    assert found is not None
    assert page.url == f"{shop.url}/hall/pay/{found.number}/"
    return found


def press(page: Page) -> None:
    """At the channel's cashier, which stands in another window."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="演示：不扫码，直接付款").click()
    opened.value.get_by_role("button", name=CASHIER).click()
    expect(opened.value.get_by_text("已付款 Paid")).to_be_visible()
    opened.value.close()


def paid(page: Page, balance: str) -> None:
    """The page moved on by itself."""
    state = page.locator('[data-state="paid"]')
    expect(state).to_contain_text(balance)


def test_a_code_is_paid_and_the_callback_comes_twice_and_once_more(
    shop: Shop, browser: Browser
) -> None:
    shop.peer.control(callbacks="twice")
    with visiting(browser, shop.url + ANYBODYS, size=HALL_PC) as visit:
        order = begun(visit.page, shop, "30.50", "wechat", "code")
        press(visit.page)
        paid(visit.page, "¥80.50")
        shop.peer.control(notify=order.number)
        visit.page.goto(f"{shop.url}/hall/")
        expect(visit.page.locator("main")).to_contain_text("80.50")
        assert visit.complaints == []
    assert (has(shop.account), payments_of(shop.account)) == (BEFORE_FEN + 3050, 2)
    assert verdicts() == ["booked", "known", "known"]
    assert books_hold()


@pytest.mark.parametrize(
    ("channel", "way"), [("alipay", "去支付宝付款"), ("wechat", "去微信支付付款")]
)
def test_on_a_phone_one_goes_to_the_channel_and_comes_back_before_it_called(
    shop: Shop, browser: Browser, channel: str, way: str
) -> None:
    shop.peer.control(callbacks="late")
    with visiting(browser, shop.url + ANYBODYS, size=PHONE) as visit:
        page = visit.page
        order = begun(page, shop, "50", channel, "address")
        page.get_by_role("link", name=way).click()
        page.get_by_role("button", name=CASHIER).click()
        page.wait_for_url(f"{shop.url}/hall/pay/{order.number}/**")
        expect(page.locator('[data-state="waiting"]')).to_be_visible()
        assert has(shop.account) == BEFORE_FEN
        shop.peer.control(notify=order.number)
        paid(page, "¥100.00")
        assert visit.complaints == []
    assert (has(shop.account), verdicts()) == (BEFORE_FEN + 5000, ["booked"])


def test_a_forged_call_and_one_of_another_amount_change_nothing_and_are_on_record(
    shop: Shop, browser: Browser
) -> None:
    with visiting(browser, shop.url + ANYBODYS, size=HALL_PC) as visit:
        page = visit.page
        forged = begun(page, shop, "20", "wechat", "code")
        shop.peer.control(callbacks="forged")
        press(page)
        told(shop, 1)
        other = begun(page, shop, "10", "alipay", "code")
        shop.peer.control(callbacks="amount")
        press(page)
        told(shop, 2)
        page.reload()
        expect(page.locator('[data-state="waiting"]')).to_be_visible()
        assert (has(shop.account), payments_of(shop.account)) == (BEFORE_FEN, 1)
        assert [again(one).state for one in (forged, other)] == [OrderState.WAITING] * 2
        assert verdicts() == ["forged", "put-aside"]
        (aside,) = differences(9)
        assert (aside.kind, aside.number) == (DifferenceKind.OTHER_AMOUNT, other.number)

        page.goto(f"{shop.url}/payments/")
        expect(page.locator(f'[data-difference="{aside.difference_id}"]')).to_contain_text("¥11.00")
        expect(page.locator('[data-verdict="forged"]')).to_contain_text("签名不符")
        page.goto(f"{shop.url}/payments/{other.number}/")
        expect(page.locator('[data-verdict="put-aside"]')).to_contain_text("未入账")
        assert visit.complaints == []


def told(shop: Shop, calls: int) -> None:
    """Until the peer, which calls in a thread of its own, has called so often."""
    waits = threading.Event()
    for _ in range(600):
        if len(shop.peer.state()["told"]) >= calls:
            return
        waits.wait(0.05)
    raise AssertionError("the peer did not call")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_of_a_payment_fits_its_screen_in_both_languages(
    shop: Shop, browser: Browser, size: str, look: str
) -> None:
    pages, wrong = every_page(shop, browser), {}
    seen = {"size": SIZES[size], **LOOKS[look]}
    for language in ("zh-hans", "en"):
        with visiting(browser, shop.url + ANYBODYS, language=language, **seen) as visit:
            page = visit.page
            shop.enter(page.context)
            cookie = {"name": "django_language", "value": language, "url": shop.url}
            page.context.add_cookies([cookie])
            for name, path in pages.items():
                page.goto(shop.url + path)
                picture = f"{name}-{size}-{language[:2]}-{look}"
                take_picture(page, picture, whole=True)
                over = overflow(page)
                at_desk = path.startswith("/payments/") and SIZES[size] == HALL_PC
                small = [] if at_desk else too_small(page)
                if found := [*small, *([f"{over} too wide"] if over > 0 else [])]:
                    wrong[picture] = found
            assert visit.complaints == []
    assert wrong == {}


def every_page(shop: Shop, browser: Browser) -> dict[str, str]:
    """An order that waits, one that was refunded in part, a closed one, a difference, a forgery."""
    with visiting(browser, shop.url + ANYBODYS) as visit:
        page = visit.page
        back = begun(page, shop, "100", "wechat", "code").number
        shop.peer.control(callbacks="twice", pay=back)
        refund_order(back, 2000, "充错号码", "zhang", "r1", clock.now())
        aside = begun(page, shop, "10", "alipay", "code").number
        shop.peer.control(callbacks="amount", pay=aside)
        shop.peer.control(callbacks="forged", pay=aside)
        closed = begun(page, shop, "1234.56", "alipay", "address").number
        PaymentOrder.objects.filter(number=closed).update(state="closed", look_at=None)
        there = begun(page, shop, "50", "alipay", "address").number
        waits = begun(page, shop, "50", "wechat", "code").number
    for channel in (again_of(back).channel, again_of(aside).channel):
        reconcile_day(channel, clock.now().date(), clock.now())
    return {
        "pay": "/hall/pay/?amount=50&channel=alipay",
        "pay-waits": f"/hall/pay/{waits}/",
        "pay-there": f"/hall/pay/{there}/",
        "pay-paid": f"/hall/pay/{back}/",
        "pay-closed": f"/hall/pay/{closed}/",
        "topup": "/hall/do/topup/",
        "payments": "/payments/",
        "payment": f"/payments/{back}/",
        "payment-waits": f"/payments/{waits}/",
    }


def again_of(number: str) -> OrderView:
    found = order_of(number)
    assert found is not None
    return found
