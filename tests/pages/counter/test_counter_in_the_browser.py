"""A clerk at work in Chromium: signs in with a second factor, serves a customer, prints."""

import re
import time
from datetime import UTC, datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.pages.browser import (
    HALL_PC,
    PHONE,
    overflow,
    take_picture,
    too_small,
    visiting,
)
from tests.pages.conftest import Served
from tests.pages.counter.shop import NAME, NUMBER, open_hall, see
from wanhao.access.models import Login
from wanhao.access.queries import reads_of
from wanhao.parties.queries import lines_by_number
from wanhao.products.queries import products_of

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a good password 1"

pytestmark = pytest.mark.browser


@pytest.fixture
def shop(transactional_db: None) -> None:
    """An open hall whose clerk has a second factor, and a customer whose document is known."""
    open_hall()
    see()
    TOTP.activate(Login.objects.get(name="li.na"), SECRET)


def sign_in(page: Page) -> None:
    """Name, password, and what the authenticator app shows now."""
    page.locator("input[name=login]").fill("li.na")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.locator("#code").fill(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))
    page.locator("main form button").first.click()
    expect(page.locator("#wanted")).to_be_visible()


def look_up(page: Page, purpose: str = "change") -> None:
    page.locator("#wanted").fill(str(NUMBER))
    page.locator(f"input[name=purpose][value={purpose}]").check()
    page.locator(".counter__find button").click()
    expect(page.locator(".counter")).to_be_visible()


def test_a_clerk_serves_a_customer(browser: Browser, shop: None, web: Served) -> None:
    with visiting(browser, f"{web.url}/counter/") as visit:
        page = visit.page
        sign_in(page)
        take_picture(page, "counter-find-zh-1366")
        assert overflow(page) <= 0
        look_up(page)
        take_picture(page, "counter-customer-zh-1366")
        assert overflow(page) <= 0
        expect(page.locator("body")).not_to_contain_text(NAME)
        expect(page.locator("body")).not_to_contain_text(str(NUMBER))
        _reveal(page)
        _show_document(page)
        _open_a_pack(page)
        assert visit.complaints == []
    assert "sms-pack-5" in page_of_held()
    revealed = [one for one in reads_of(f"line {NUMBER}") if one.purpose == "revealed name"]
    assert [(one.login_name, one.reason) for one in revealed] == [("li.na", "card 补卡核对")]


def _reveal(page: Page) -> None:
    value = page.locator("#masked-name")
    value.locator("summary").click()
    value.locator("select").select_option("card")
    value.locator("input[name=note]").fill("补卡核对")
    value.locator("button").click()
    expect(page.locator("#masked-name .masked__shown")).to_have_text(NAME)
    take_picture(page, "counter-revealed-zh-1366")


def _show_document(page: Page) -> None:
    page.locator(".counter__ways a").first.click()
    take_picture(page, "counter-level-zh-1366", whole=True)
    page.locator("#tail").fill("002X")
    page.locator("form:has(#tail) button").click()
    expect(page.locator("[data-level='2']")).to_be_visible()


def _open_a_pack(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.locator("#item-search")).to_be_focused()
    page.locator("a[href$='/do/pack_open/']").click()
    page.locator("input[name=pack][value=sms-pack-5]").check()
    page.locator("form.ask button[type=submit]").click()
    expect(page.locator("[data-kind=to_confirm]")).to_be_visible()
    take_picture(page, "counter-proposal-zh-1366", whole=True)
    page.locator("form[action$='/yes/'] button").click()
    expect(page.locator("[data-kind=answered]")).to_be_visible()
    receipt = page.locator(".counter__receipt a")
    take_picture(page, "counter-done-zh-1366", whole=True)
    answer = page.request.get(page.url.split("/counter/")[0] + str(receipt.get_attribute("href")))
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.body().startswith(b"%PDF")


def page_of_held() -> str:
    """What the customer's group holds now, in one line."""
    group = lines_by_number([NUMBER])[NUMBER].group_id
    return " ".join(one.offering.code for one in products_of(group, datetime.now(UTC)))


@pytest.mark.parametrize(
    ("name", "options"),
    {
        "en-1366": {"language": "en", "size": HALL_PC},
        "en-large-1366": {"language": "en", "size": HALL_PC, "large": True},
        "zh-360": {"size": PHONE},
        "zh-dark-1366": {"size": HALL_PC, "dark": True},
    }.items(),
)
def test_it_fits_every_screen(
    browser: Browser, shop: None, web: Served, name: str, options: dict[str, object]
) -> None:
    with visiting(browser, f"{web.url}/counter/", **options) as visit:
        page = visit.page
        sign_in(page)
        assert overflow(page) <= 0
        look_up(page)
        take_picture(page, f"counter-customer-{name}", whole=True)
        assert overflow(page) <= 0
        small = [one for one in too_small(page) if not re.match(r"^\d", one)]
        page.goto(page.url + "cash/")
        page.locator("#amount").fill("50")
        page.locator("form.form button").click()
        expect(page.locator(".counter__receipt a")).to_be_visible()
        take_picture(page, f"counter-cash-{name}", whole=True)
        assert overflow(page) <= 0
        page.goto(f"{web.url}/counter/drawer/")
        expect(page.locator(".counter__sum")).to_contain_text("¥50.00")
        take_picture(page, f"counter-drawer-{name}", whole=True)
        assert overflow(page) <= 0
        assert small == []
        assert visit.complaints == []
