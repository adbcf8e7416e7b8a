"""A terminal in Chromium: two customers one after another, fingers only, and nothing stays."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.browser import (
    HALL_PC,
    LANGUAGES,
    LOOKS,
    Visit,
    overflow,
    take_picture,
    visiting,
)
from tests.pages.conftest import Served
from tests.pages.terminal.standing import open_terminal
from wanhao.communications.models import CommunicationMessage
from wanhao.menu.contracts import Door
from wanhao.outlets.terminals import devices_key
from wanhao.pages.terminal.guests import COOKIE
from wanhao.pages.terminal.peer.serving import DevicesPeer

pytestmark = pytest.mark.browser
FIRST, SECOND = NUMBERS[Door.TERMINAL], NUMBERS[Door.WEB]
PORTRAIT = (1080, 1920)
SCREENS = {"1366": HALL_PC, "1080": PORTRAIT}
HIDDEN_BY_KEYS = """field => Math.max(0, field.getBoundingClientRect().bottom
  - document.querySelector("[data-keys]").getBoundingClientRect().top)"""
FINGER = 64
TOO_SMALL = """smallest => [...document.querySelectorAll("a, button, summary, select, input")]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && one.className !== "skip")
  .filter(one => !["radio", "checkbox", "hidden"].includes(one.type))
  .map(one => [one.innerText || one.name, one.getBoundingClientRect()])
  .filter(([_, box]) => Math.min(box.width, box.height) < smallest)
  .map(([said, box]) => `${said}: ${box.width} x ${box.height}`)"""


@pytest.fixture
def peer() -> Iterator[DevicesPeer]:
    server = DevicesPeer(0, "", {})
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def secret(transactional_db: None, tmp_path: Path, peer: DevicesPeer) -> Iterator[str]:
    """A terminal with reader and printer, in a hall whose customers have plans and money."""
    with open_world(tmp_path / "usage", Example(item="pack_open", says="")):
        opened, found = open_terminal(devices_url=peer.url)
        peer.key = devices_key(opened.terminal_id)
        yield found


def become_terminal(visit: Visit, web: Served, secret: str) -> Page:
    """Let the browser be the terminal, at its idle screen."""
    at = {"name": COOKIE, "value": secret, "url": web.url + "/terminal/"}
    visit.page.context.add_cookies([at])
    visit.page.goto(web.url + "/terminal/")
    visit.complaints.clear()  # it was none before, and was told so
    return visit.page


def begin(page: Page) -> None:
    page.locator("a.idle").click()
    expect(page.locator(".tiles")).to_be_visible()


def key_in(page: Page, digits: str) -> None:
    """Press the keys of the screen, as a finger does."""
    for digit in digits:
        page.locator(f'.keypad [value="{digit}"]').click()


def identify(page: Page, number: int) -> None:
    """Number and code by the keypad only."""
    key_in(page, str(number))
    page.locator('[value="send"]').click()
    expect(page.locator('input[name="code"]')).to_be_visible()
    row = CommunicationMessage.objects.filter(number=number).latest("id")
    found = re.search(r"\d{6}", row.figures["text"])
    assert found is not None
    key_in(page, found[0])
    page.locator('[value="enter"]').click()


def nothing_is_back(page: Page, of_the_first: tuple[str, ...]) -> None:
    """However often one goes back, nothing of the first customer is seen."""
    assert page.evaluate("history.length") > 6
    for _ in range(6):
        page.go_back(wait_until="load")
        shown = page.content()
        assert [one for one in of_the_first if one in shown] == []


def nothing_is_filled_in(page: Page) -> None:
    """The browser neither fills the form in nor offers to."""
    typed = page.locator('input[name="number"]')
    expect(typed).to_have_value("")
    assert typed.get_attribute("autocomplete") == "off"
    assert page.locator("form.who").get_attribute("autocomplete") == "off"


def hall_paths() -> dict[str, str]:
    return {
        "idle": "",
        "start": "start/",
        "ask": "list/ask/",
        "do": "list/do/",
        "who": "who/",
        "queue": "queue/",
        "tariffs": "do/tariffs/",
    }


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SCREENS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_fits_and_is_big_enough_for_a_finger(
    browser: Browser, secret: str, web: Served, language: str, size: str, look: str
) -> None:
    # Large type is chosen at the terminal itself, not brought along.
    seen = {"language": LANGUAGES[language], "size": SCREENS[size], "dark": look == "dark"}
    text = "large" if look == "large" else "normal"
    with visiting(browser, web.url + "/terminal/", **seen) as visit:
        page = become_terminal(visit, web, secret)
        for name, path in hall_paths().items():
            page.goto(web.url + "/terminal/" + path)
            if name != "idle":
                expect(page.locator("[data-leave]").first).to_be_visible()
            if name == "start" and look == "large":
                page.locator('button[name="text"][value="large"]').click()
            if name != "idle":
                expect(page.locator(f"html[data-text={text}]")).to_have_count(1)
            take_picture(page, f"terminal-{name}-{look}-{language}-{size}")
            assert overflow(page) <= 0, name
            assert page.evaluate(TOO_SMALL, FINGER) == [], name
        assert visit.complaints == []


def test_two_customers_one_after_another_and_the_second_sees_nothing_of_the_first(
    browser: Browser, secret: str, web: Served
) -> None:
    with visiting(browser, web.url + "/terminal/") as visit:
        page = become_terminal(visit, web, secret)
        begin(page)
        page.locator('button[name="text"][value="large"]').click()
        expect(page.locator("html[data-text=large]")).to_have_count(1)
        page.locator('a[href="/terminal/list/ask/"]').click()
        page.locator('a[href="/terminal/do/balance/"]').click()
        identify(page, FIRST)
        expect(page.locator("[data-said]").first).to_contain_text("¥50.00")
        take_picture(page, "terminal-first-customer")
        masked = page.locator(".terminal__line").inner_text()
        page.locator(".terminal__head [data-leave]").click()
        expect(page.locator("a.idle")).to_be_visible()

        expect(page.locator("html[data-text=normal]")).to_have_count(1)
        nothing_is_back(page, (masked, str(FIRST), "¥50.00"))
        page.goto(web.url + "/terminal/")
        begin(page)
        page.goto(web.url + "/terminal/do/balance/")
        nothing_is_filled_in(page)
        identify(page, SECOND)
        assert page.locator(".terminal__line").inner_text() != masked
        assert masked not in page.content()
        kept = {one["name"] for one in page.context.cookies()}
        assert kept <= {COOKIE, "sessionid", "csrftoken"}
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_after_a_while_it_asks_and_then_forgets(browser: Browser, secret: str, web: Served) -> None:
    with visiting(browser, web.url + "/terminal/") as visit:
        page = become_terminal(visit, web, secret)
        page.clock.install()
        begin(page)
        page.goto(web.url + "/terminal/do/balance/")
        identify(page, FIRST)
        expect(page.locator("[data-said]").first).to_be_visible()
        page.clock.run_for(59_000)
        expect(page.locator(".there")).to_be_hidden()
        page.clock.run_for(2_000)
        expect(page.locator(".there")).to_be_visible()
        take_picture(page, "terminal-still-there")
        page.locator("[data-here]").click()
        expect(page.locator(".there")).to_be_hidden()
        page.clock.run_for(61_000)
        expect(page.locator(".there")).to_be_visible()
        page.clock.run_for(16_000)
        expect(page.locator("a.idle")).to_be_visible()
        page.goto(web.url + "/terminal/do/balance/")
        expect(page.locator("a.idle")).to_be_visible()


def test_a_number_of_the_queue_takes_three_touches(
    browser: Browser, secret: str, web: Served, peer: DevicesPeer
) -> None:
    with visiting(browser, web.url + "/terminal/", size=PORTRAIT) as visit:
        page = become_terminal(visit, web, secret)
        begin(page)
        page.locator('a[href="/terminal/queue/"]').click()
        page.locator('button[name="service"]').first.click()
        expect(page.locator("[data-ticket]")).to_have_text("A001")
        take_picture(page, "terminal-ticket")
        assert len(peer.printed) == 1
        assert visit.complaints == []


def test_a_pack_is_ordered_with_its_price_first_and_the_receipt_is_printed(
    browser: Browser, secret: str, web: Served, peer: DevicesPeer
) -> None:
    with visiting(browser, web.url + "/terminal/") as visit:
        page = become_terminal(visit, web, secret)
        begin(page)
        page.goto(web.url + "/terminal/do/pack_open/")
        identify(page, FIRST)
        page.locator('input[value="sms-pack-5"]').check()
        page.locator("form.ask button[type=submit]").click()
        expect(page.locator("[data-kind=to_confirm]")).to_contain_text("¥5")
        take_picture(page, "terminal-confirm")
        page.locator("[data-kind=to_confirm] .button--big").click()
        expect(page.locator("[data-kind=answered]")).to_be_visible()
        page.locator("form.print button").click()
        expect(page.locator("h1")).to_contain_text("请取走凭条")
        assert peer.printed[0].startswith(b"%PDF")
        assert visit.complaints == []


def test_letters_are_written_by_the_keys_of_the_screen(
    browser: Browser, secret: str, web: Served
) -> None:
    with visiting(browser, web.url + "/terminal/") as visit:
        page = become_terminal(visit, web, secret)
        begin(page)
        page.goto(web.url + "/terminal/do/tariffs/")
        field = page.locator("#field-query")
        field.click()
        for key in "4g":
            page.locator(f'[data-keys] [data-key="{key}"]').click()
        expect(field).to_have_value("4g")
        assert field.evaluate(HIDDEN_BY_KEYS) == 0
        take_picture(page, "terminal-letters")
        page.locator('[data-keys] [data-key="back"]').click()
        expect(field).to_have_value("4")
        page.locator('[data-keys] [data-key="hide"]').click()
        expect(page.locator("[data-keys]")).to_be_hidden()


def test_everything_works_without_javascript(
    plain_browser: Browser, secret: str, web: Served
) -> None:
    with visiting(plain_browser, web.url + "/terminal/") as visit:
        page = become_terminal(visit, web, secret)
        begin(page)
        page.goto(web.url + "/terminal/do/balance/")
        identify(page, FIRST)
        expect(page.locator("[data-said]").first).to_contain_text("¥50.00")
        page.locator(".terminal__head [data-leave]").click()
        expect(page.locator("a.idle")).to_be_visible()
        page.goto(web.url + "/terminal/do/balance/")
        expect(page.locator("a.idle")).to_be_visible()
