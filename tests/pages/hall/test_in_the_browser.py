"""A customer clicks through the hall in Chromium, on a phone and a hall PC, large and dark."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.menu.walking.examples import Example
from tests.menu.walking.world import open_world
from tests.pages.browser import (
    LOOKS,
    PHONE,
    SIZES,
    overflow,
    take_picture,
    too_small,
    visiting,
)
from tests.pages.conftest import free_port, serving
from tests.pages.hall.customers import NUMBER, two_bills
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.design import clock
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.browser
ANYBODYS = "/hall/do/tariffs/"
PAGES = {
    "home": "/hall/",
    "serve": "/hall/serve/",
    "service": "/hall/service/",
    "me": "/hall/me/",
    "bills": "/hall/bills/",
    "usage": "/hall/usage/",
    "detail": "/hall/detail/",
    "places": "/hall/places/?city=",
    "pack": "/hall/do/pack_open/",
    "gift": "/hall/do/gift_data/",
    "ask": "/hall/ask/",
    "pay": "/hall/pay/",
    "lines": "/hall/lines/",
    "sessions": "/hall/sessions/",
    "requests": "/hall/requests/",
    "points": "/hall/points/",
    "auction": "/hall/do/auction/",
    "lost": "/hall/do/lost_property/",
    "care": "/hall/do/care_file/",
}

LIVE_STATES = ("connecting", "live", "reconnecting")
HELD_AT = """state => {
  const mark = document.querySelector("[data-live]");
  mark.dataset.state = state;
  mark.hidden = false;
  return document.documentElement.scrollWidth - document.documentElement.clientWidth;
}"""
"""Measured in one go with what it says, since the page goes on to say what is so."""


@dataclass(frozen=True, slots=True)
class Hall:
    """The hall as one customer sees it, signed in."""

    url: str
    cookies: dict[str, str]

    def enter(self, context: BrowserContext) -> None:
        context.add_cookies(
            [{"name": name, "value": one, "url": self.url} for name, one in self.cookies.items()]
        )


@pytest.fixture
def hall(transactional_db: None, tmp_path: Path) -> Iterator[Hall]:
    """Half an hour of calls, a plan with data; signed in as sure as can be."""
    with open_world(tmp_path / "usage", Example(item="usage", says="", before="lots")):
        client = Client()
        sign_in(client, NUMBER, clock.now(), IdentityLevel.STRONG)
        cookies = {name: one.value for name, one in client.cookies.items()}
        with serving(free_port(), tmp_path, free_port()) as url:
            yield Hall(url, cookies)


def billed() -> int:
    """The month of the last of two bills, which are to be paid."""
    last, _ = two_bills(lines_by_number({NUMBER})[NUMBER], clock.now())
    return last


def opened(page: Page, hall: Hall, path: str) -> Page:
    hall.enter(page.context)
    page.goto(hall.url + path)
    return page


def test_a_customer_buys_a_pack_and_sees_it_held(hall: Hall, browser: Browser) -> None:
    with visiting(browser, hall.url + ANYBODYS, size=PHONE) as visit:
        page = opened(visit.page, hall, "/hall/")
        expect(page.locator('[data-service="voice"]')).to_contain_text("70分钟")
        page.get_by_role("link", name="办理", exact=True).click()
        page.get_by_role("link", name="开通流量包、短信包").click()
        page.get_by_role("radio", name="短信包 5元").check()
        page.get_by_role("button", name="下一步").click()
        expect(page.locator('[data-kind="to_confirm"]')).to_contain_text("¥5/月")
        take_picture(page, "hall-confirm-360")
        page.get_by_role("button", name="确认办理").click()
        expect(page.locator('[data-kind="answered"]')).to_contain_text("短信包 5元")
        take_picture(page, "hall-done-360")
        page.get_by_role("link", name="完成").click()
        expect(page.locator(".packs")).to_contain_text("短信包 5元")
        page.goto(hall.url + "/hall/usage/")
        page.get_by_role("listitem").filter(has_text="短信包 5元").get_by_role("link").click()
        page.get_by_role("button", name="下一步").click()
        page.get_by_role("button", name="确认办理").click()
        expect(page.locator('[data-kind="answered"]')).to_contain_text("已退订短信包 5元")
        assert visit.complaints == []


def test_a_bill_opens_to_its_lines(hall: Hall, browser: Browser) -> None:
    last = billed()
    with visiting(browser, hall.url + ANYBODYS) as visit:
        page = opened(visit.page, hall, "/hall/bills/")
        page.locator(f'[data-cycle="{last}"] a').click()
        expect(page.locator(".compared")).to_contain_text("合计比")
        page.locator("details.line summary").first.click()
        take_picture(page, "hall-bill-1366", whole=True)
        assert visit.complaints == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_page_fits_its_screen_in_both_languages(
    hall: Hall, browser: Browser, size: str, look: str
) -> None:
    last, wrong = billed(), {}
    pages = {**PAGES, "bill": f"/hall/bills/{last}/"}
    seen = {"size": SIZES[size], **LOOKS[look]}
    for language in ("zh-hans", "en"):
        with visiting(browser, hall.url + ANYBODYS, language=language, **seen) as visit:
            cookie = {"name": "django_language", "value": language, "url": hall.url}
            visit.page.context.add_cookies([cookie])
            for name, path in pages.items():
                page = opened(visit.page, hall, path)
                picture = f"hall-{name}-{size}-{language[:2]}-{look}"
                take_picture(page, picture, whole=True)
                over = overflow(page)
                if found := [*too_small(page), *([over] if over > 0 else [])]:
                    wrong[picture] = found
            assert visit.complaints == []
    assert wrong == {}


@pytest.mark.parametrize("text", ["normal", "large"])
@pytest.mark.parametrize("path", ["/hall/", "/hall/usage/", "/"])
def test_the_head_has_room_for_whatever_the_live_mark_says(
    hall: Hall, browser: Browser, path: str, text: str
) -> None:
    """How soon the stream opens is the network's matter, so it may say each of them for long."""
    wrong = {}
    for language in ("zh-hans", "en"):
        with visiting(
            browser, hall.url + ANYBODYS, language=language, size=PHONE, large=text == "large"
        ) as visit:
            cookie = {"name": "django_language", "value": language, "url": hall.url}
            visit.page.context.add_cookies([cookie])
            page = opened(visit.page, hall, path)
            for state in LIVE_STATES:
                if (over := page.evaluate(HELD_AT, state)) > 0:
                    wrong[language, state] = over
    assert wrong == {}
