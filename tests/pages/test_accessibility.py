"""Every page against WCAG 2 A and AA, in both languages, by day, by night and in large type."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from tests.channels.payments.peers import connected, running_peer
from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.outlets.examples import a_place
from tests.pages.axe.checking import violations
from tests.pages.browser import HALL_PC, LANGUAGES, PHONE, visiting
from tests.pages.conftest import Served
from tests.pages.counter.shop import NUMBER, open_hall, see
from tests.pages.hall.app_world import signed_in
from tests.pages.hall.customers import two_bills
from tests.pages.hall.signing_in import sign_in as sign_in_at_hall
from tests.pages.terminal.standing import browser_of, open_terminal, stand
from wanhao.access.models import Login
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.outlets.actions import import_places
from wanhao.outlets.calling import call_next
from wanhao.outlets.desks import open_desk, set_desks
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.outlets.taking import take_ticket
from wanhao.pages.terminal.guests import COOKIE
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.browser
in_both_languages = pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PASSWORD = "a good password 1"
HALL = (
    *("", "serve/", "ask/", "service/", "me/", "find/?q=a", "find/?q=zz", "push/", "offline/"),
    *("bills/", "bills/{last}/", "usage/", "detail/", "places/?city=", "requests/", "pay/"),
    *("lines/", "sessions/", "verify/?level=3&next=/hall/"),
    *("do/balance/", "do/points/", "do/holdings/", "do/bill/", "do/tariffs/", "do/reminders/"),
    *("do/pack_open/", "do/plan_change/", "do/service_password/", "do/large_type/", "do/help/"),
)
OPERATOR = (
    *(
        "",
        "day/",
        "messages/",
        "reminders/",
        "reminders/policy/",
        "reminders/line/{web}/",
        "notices/",
    ),
    *("quarantine/", "catalogue/", "catalogue/lexiang-4g-59/", "ledger/", "ledger/A{web}/"),
    *(
        "bills/A{web}/",
        "points/A{web}/",
        "payments/",
        "drawers/",
        "care/",
        "auctions/",
        "audit/reads/",
    ),
    *("phones/", "staff/sign-in/"),
)
TERMINAL = (
    *("start/", "list/ask/", "list/do/", "who/", "queue/", "pay/"),
    *("do/tariffs/", "do/balance/", "do/pack_open/", "do/bill/", "do/usage/"),
)
OUTSIDE = ("hall/sign-in/", "hall/sign-in/?step=password", "hall/do/tariffs/", "staff/sign-in/")


@pytest.fixture
def world(transactional_db: None, tmp_path: Path) -> Iterator[int]:
    """Customers with all that pages show; the month of the last bill."""
    with open_world(tmp_path / "usage", Example(item="usage", says="")):
        line = lines_by_number({NUMBERS[Door.WEB]})[NUMBERS[Door.WEB]]
        yield two_bills(line, datetime.now(UTC))[0]


def wrong_with(page: Page, addresses: dict[str, str]) -> dict[str, list[str]]:
    """By name, what is wrong with each page."""
    wrong = {}
    for name, address in addresses.items():
        answer = page.goto(address)
        assert answer is not None, name
        assert answer.status < 400, (name, answer.status)
        if found := violations(page):
            wrong[name] = found
    return wrong


def test_the_check_sees_what_cannot_be_read(
    browser: Browser, transactional_db: None, web: Served
) -> None:
    with visiting(browser, f"{web.url}/staff/sign-in/", size=PHONE) as visit:
        assert violations(visit.page) == []
        pale = "document.querySelector('h1').style.color = 'rgb(200, 205, 210)'"
        visit.page.evaluate(pale)
        (found,) = violations(visit.page, ("light",))
        assert "color-contrast" in found
        visit.page.evaluate("document.querySelector('main label').remove()")
        assert any("label" in one for one in violations(visit.page, ("light",)))


def told(wrong: dict[str, list[str]]) -> str:
    return "\n".join(f"{name}: {one}" for name, found in wrong.items() for one in found)


@in_both_languages
def test_the_hall(browser: Browser, world: int, web: Served, language: str) -> None:
    with signed_in(browser, web.url, level=IdentityLevel.STRONG, language=language) as context:
        page = context.new_page()
        pages = {path: f"{web.url}/hall/{path.format(last=world)}" for path in HALL}
        wrong = wrong_with(page, pages)
        for name, path, button in (
            ("proposal", "do/pack_open/", "main form.ask button[type=submit]"),
            ("answer", "do/large_type/", "main form.ask button[type=submit]"),
        ):
            page.goto(f"{web.url}/hall/{path}")
            if page.locator("main form.ask input[type=radio]").count():
                page.locator("main form.ask input[type=radio]").first.check()
            page.locator(button).first.click()
            page.wait_for_load_state("load")
            if found := violations(page):
                wrong[name] = found
    assert not wrong, told(wrong)


@in_both_languages
def test_what_anybody_sees(browser: Browser, world: int, web: Served, language: str) -> None:
    with visiting(browser, f"{web.url}/hall/sign-in/", language=language, size=PHONE) as visit:
        pages = {path: f"{web.url}/{path}" for path in OUTSIDE}
        wrong = wrong_with(visit.page, pages)
        visit.page.goto(f"{web.url}/hall/sign-in/")
        visit.page.locator("input[name=number]").first.fill(str(NUMBERS[Door.WEB]))
        visit.page.locator("form:has(input[name=number]) button").first.click()
        visit.page.wait_for_load_state("load")
        if found := violations(visit.page):
            wrong["code"] = found
    assert not wrong, told(wrong)


@in_both_languages
def test_the_operator(browser: Browser, world: int, web: Served, language: str) -> None:
    with visiting(browser, web.url, language=language, size=HALL_PC) as visit:
        known = {"web": NUMBERS[Door.WEB]}
        wrong = wrong_with(
            visit.page, {path: f"{web.url}/{path.format(**known)}" for path in OPERATOR}
        )
    assert not wrong, told(wrong)


@in_both_languages
def test_queues_and_the_board(
    browser: Browser, transactional_db: None, web: Served, language: str
) -> None:
    now = datetime.now(UTC)
    import_places([a_place("H1", hours="24/7")])
    set_desks("H1", [NewDesk(number=1), NewDesk(number=2)], now)
    open_desk("H1", 1, "li.na", now)
    for place in range(4):
        take_ticket("H1", now, by="li.na", care=place == 3)
    call_next("H1", 1, now, by="li.na")
    with visiting(browser, web.url, language=language, size=HALL_PC) as visit:
        paths = ("", "H1/?desk=1", "H1/?desk=2", "H1/board/")
        wrong = wrong_with(visit.page, {path: f"{web.url}/queues/{path}" for path in paths})
    assert not wrong, told(wrong)


@in_both_languages
def test_paying(
    browser: Browser, world: int, web: Served, tmp_path: Path, client: Client, language: str
) -> None:
    """The payment channels are known to this process alone, so it gives the browser the pages."""
    sign_in_at_hall(client, NUMBERS[Door.WEB], datetime.now(UTC))
    told_language = {"accept-language": language}
    with running_peer(tmp_path / "payments") as peer, connected(peer, "http://127.0.0.1:9"):
        given = {"amount": "30.50", "channel": "wechat", "showing": "code", "once": "once-once-1"}
        order = client.post("/hall/pay/", given)["Location"]
        pages = {
            path: client.get(path, headers=told_language).content for path in ("/hall/pay/", order)
        }
        pages["wrong"] = client.post(
            "/hall/pay/", given | {"amount": "x", "once": "once-once-2"}, headers=told_language
        ).content
    with visiting(browser, f"{web.url}/hall/sign-in/", language=language, size=PHONE) as visit:
        looks = Looks(visit.page)
        given_now: dict[str, bytes] = {}
        visit.page.route(
            "**/hall/as-given/",
            lambda route: route.fulfill(
                body=given_now["html"], content_type="text/html; charset=utf-8"
            ),
        )
        for name, html in pages.items():
            assert b'method="post"' in html
            given_now["html"] = html
            visit.page.goto(f"{web.url}/hall/as-given/")
            looks.at(name)
    assert not looks.wrong, told(looks.wrong)


class Looks:
    """Looks at one page after another, and keeps what is wrong with them by name."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wrong: dict[str, list[str]] = {}

    def at(self, name: str) -> None:
        if found := violations(self.page):
            self.wrong[name] = found


def sign_in(looks: Looks) -> None:
    """A clerk, with what the authenticator app shows now."""
    page = looks.page
    looks.at("sign in")
    page.locator("input[name=login]").fill("li.na")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.locator("#code").fill(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))
    looks.at("second factor")
    page.locator("main form button").first.click()
    expect(page.locator("#wanted")).to_be_visible()


@in_both_languages
def test_the_counter(browser: Browser, transactional_db: None, web: Served, language: str) -> None:
    open_hall()
    see()
    TOTP.activate(Login.objects.get(name="li.na"), SECRET)
    with visiting(browser, f"{web.url}/counter/", language=language, size=HALL_PC) as visit:
        page, looks = visit.page, Looks(visit.page)
        sign_in(looks)
        looks.at("find")
        page.locator("#wanted").fill(str(NUMBER))
        page.locator("input[name=purpose][value=change]").check()
        page.locator(".counter__find button").click()
        expect(page.locator(".counter")).to_be_visible()
        looks.at("customer")
        at = page.url.split("?")[0]
        for path in (f"{at}do/pack_open/", f"{web.url}/counter/drawer/", f"{web.url}/audit/reads/"):
            page.goto(path)
            looks.at(path.removeprefix(web.url))
    assert not looks.wrong, told(looks.wrong)


@in_both_languages
def test_the_terminal(browser: Browser, world: int, web: Served, language: str) -> None:
    """As a stranger's browser, idle, before nobody known, and before somebody who proved it."""
    _, secret = open_terminal()
    with visiting(browser, f"{web.url}/terminal/", language=language, size=HALL_PC) as visit:
        page, looks = visit.page, Looks(visit.page)
        looks.at("no terminal")
        at = {"name": COOKIE, "value": secret, "url": f"{web.url}/terminal/"}
        page.context.add_cookies([at])
        page.goto(f"{web.url}/terminal/")
        expect(page.locator("a.idle")).to_be_visible()
        looks.at("idle")
        page.locator("a.idle").click()
        look_around(looks, web, "nobody: ")
        guest = browser_of(secret)
        stand(guest, NUMBERS[Door.TERMINAL], IdentityLevel.STRONG)
        kept = guest.cookies[settings.SESSION_COOKIE_NAME].value
        known = {"name": settings.SESSION_COOKIE_NAME, "value": kept, "url": web.url}
        page.context.add_cookies([known])
        look_around(looks, web, "known: ")
        expect(page.locator(".terminal__line")).to_be_visible()
    assert not looks.wrong, told(looks.wrong)


def look_around(looks: Looks, web: Served, who: str) -> None:
    """Every screen of a visit; one that was forgotten meanwhile would be the idle one."""
    for path in TERMINAL:
        looks.page.goto(f"{web.url}/terminal/{path}")
        expect(looks.page.locator("[data-leave]").first).to_be_visible()
        looks.at(who + path)
