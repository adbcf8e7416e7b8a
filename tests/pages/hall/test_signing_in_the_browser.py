"""Signing in at the hall in Chromium, as a customer with a phone in the other hand would."""

import re
from datetime import UTC, datetime

import pytest
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
from tests.parties.examples import a_family
from wanhao.access.service_passwords import set_service_password
from wanhao.communications.models import CommunicationMessage
from wanhao.parties.actions import open_accounts
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.browser
MINE, DAUGHTERS = 16907920001, 16907920002
PASSWORD = "246801"


@pytest.fixture
def customer(transactional_db: None) -> None:
    open_accounts([a_family()])
    line = lines_by_number([MINE])[MINE]
    set_service_password(line.line_id, MINE, PASSWORD, datetime.now(UTC), by="test")


def code_sent_to(number: int) -> str:
    row = CommunicationMessage.objects.filter(number=number, rule="secret").latest("id")
    found = re.search(r"\d{6}", str(row.figures["text"]))
    assert found is not None
    return found[0]


def by_password(page: Page, url: str) -> None:
    page.goto(f"{url}/hall/sign-in/?step=password&next=/hall/sessions/")
    page.locator("#number").fill(str(MINE))
    page.locator("#password").fill(PASSWORD)
    page.locator("form.form button").click()
    expect(page.locator(".mine__mark")).to_be_visible()


def test_a_customer_signs_in_proves_more_and_ends_the_other_browser(
    browser: Browser, customer: None, web: Served
) -> None:
    with visiting(browser, f"{web.url}/hall/lines/", size=PHONE) as visit:
        page = visit.page
        expect(page).to_have_url(re.compile(r"/hall/sign-in/\?next=/hall/lines/"))
        page.locator("#number").fill(str(MINE))
        page.locator("form.form button").click()
        expect(page.locator("#code")).to_be_visible()
        page.locator("#code").fill("000000" if code_sent_to(MINE) != "000000" else "000001")
        page.locator("form.form button").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.locator("#code").fill(code_sent_to(MINE))
        page.locator("form.form button").click()
        expect(page).to_have_url(f"{web.url}/hall/lines/")
        _bind(page, DAUGHTERS)
        page.goto(f"{web.url}/hall/verify/?level=3&next=/hall/sessions/")
        page.locator("#password").fill(PASSWORD)
        page.get_by_role("button", name="服务密码").click()
        expect(page).to_have_url(f"{web.url}/hall/sessions/")
        expect(page.locator("#passkey-add")).to_be_visible()
        _ends_the_other(browser, page, web.url)


def _ends_the_other(browser: Browser, page: Page, url: str) -> None:
    with visiting(browser, url) as other:
        by_password(other.page, url)
        page.reload()
        page.locator("button:has-text('退出其他所有设备')").click()
        expect(page.get_by_role("status")).to_be_visible()
        other.page.reload()
        expect(other.page).to_have_url(re.compile("/hall/sign-in/"))
    page.reload()
    expect(page.locator(".mine__mark")).to_be_visible()


def _bind(page: Page, number: int) -> None:
    page.locator("#number").fill(str(number))
    page.locator("#bind ~ form button").click()
    expect(page.locator("#code")).to_be_visible()
    page.locator("#code").fill(code_sent_to(number))
    page.locator("#bind ~ form button").first.click()
    expect(page.locator(".mine li")).to_have_count(2)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("360", {"size": PHONE}),
        ("1366", {"size": HALL_PC}),
        ("dark-large-360", {"size": PHONE, "dark": True, "large": True}),
    ],
)
def test_each_page_fits_its_screen_and_complains_of_nothing(
    browser: Browser,
    customer: None,
    web: Served,
    language: str,
    name: str,
    options: dict[str, bool],
) -> None:
    with visiting(browser, f"{web.url}/hall/sign-in/", language=language, **options) as visit:
        page = visit.page
        _looks_well(page, f"hall-sign-in-{language}-{name}")
        page.goto(f"{web.url}/staff/sign-in/")
        _looks_well(page, f"staff-sign-in-{language}-{name}")
        by_password(page, web.url)
        _looks_well(page, f"hall-sessions-{language}-{name}")
        page.goto(f"{web.url}/hall/lines/")
        _looks_well(page, f"hall-lines-{language}-{name}")
        page.goto(f"{web.url}/hall/verify/?level=3")
        _looks_well(page, f"hall-verify-{language}-{name}")
        assert visit.complaints == []


def _looks_well(page: Page, name: str) -> None:
    take_picture(page, name, whole=True)
    assert overflow(page) <= 0
    assert too_small(page) == []
