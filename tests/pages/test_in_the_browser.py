"""Both pages in Chromium: both languages, phone and hall PC, dark, large type, live."""

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.pages.browser import (
    LANGUAGES,
    PHONE,
    SIZES,
    overflow,
    take_picture,
    too_small,
    visiting,
)
from tests.pages.conftest import Served, free_port, serving
from tests.pages.handsets import sms
from tests.pages.operator import STRANGER, SmallOperator
from wanhao.communications import actions as communications
from wanhao.project.demo.cast import cast

pytestmark = pytest.mark.browser
PATHS = {"operations": "/", "phones": "/phones/"}


@pytest.fixture
def busy(committing_operator: SmallOperator) -> SmallOperator:
    """Some files counted, one customer told, some records put aside."""
    committing_operator.calls([30, 20, 15, 15])
    committing_operator.calls([30, 20, 15, 15], kept=True)
    committing_operator.calls([2, 3], number=STRANGER)
    (message,) = committing_operator.send()
    communications.mark_unknown(message, datetime.now(UTC))
    return committing_operator


@pytest.fixture
def told(web: Served) -> Served:
    """Some of the cast have received messages."""
    now = datetime.now(UTC)
    first, second, *_ = [member.number for member in cast()]
    web.received[first] = [
        sms(
            "您好，您本月语音已用 240 分钟，达到套餐 300 分钟的 80%。【万号】",
            now - timedelta(days=1),
        ),
        sms("您好，您的余额为 14.99 元，已低于 15 元，请及时充值。【万号】", now),
    ]
    web.received[second] = [sms("您好，您本月语音已用 400 分钟，达到 80%。【万号】", now)]
    return web


def figure(page: Page, name: str) -> str:
    return page.locator(f'[data-figure="{name}"]').inner_text()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_each_page_fits_its_screen_and_complains_of_nothing(
    browser: Browser, busy: SmallOperator, told: Served, path: str, language: str, size: str
) -> None:
    url = told.url + PATHS[path]
    with visiting(browser, url, language=LANGUAGES[language], size=SIZES[size]) as visit:
        page = visit.page
        expect(page.locator(".live__live")).to_be_visible()
        assert page.locator("html").get_attribute("lang") == (
            "en" if language == "en" else "zh-hans"
        )
        assert overflow(page) <= 0
        take_picture(page, f"{path}-{language}-{size}", whole=path == "operations")
        assert visit.complaints == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("look", "language"), [("dark", "zh"), ("large", "zh"), ("large", "en")])
def test_dark_and_large_type_fit_too(
    browser: Browser,
    busy: SmallOperator,
    told: Served,
    path: str,
    size: str,
    look: str,
    language: str,
) -> None:
    options = {"language": LANGUAGES[language], "size": SIZES[size]}
    wish = {"dark": look == "dark", "large": look == "large"}
    with visiting(browser, told.url + PATHS[path], **options, **wish) as visit:
        expect(visit.page.locator(".live__live")).to_be_visible()
        assert overflow(visit.page) <= 0
        take_picture(visit.page, f"{path}-{look}-{language}-{size}")
        ground = visit.page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert ground == ("rgb(15, 23, 32)" if look == "dark" else "rgb(246, 247, 249)")
        assert visit.complaints == []


def test_empty_pages_tell_the_next_step(
    browser: Browser, transactional_db: None, web: Served
) -> None:
    for path, address in PATHS.items():
        with visiting(browser, web.url + address) as visit:
            expect(visit.page.locator(".live__live")).to_be_visible()
            take_picture(visit.page, f"{path}-empty")
            assert overflow(visit.page) <= 0
    assert visit.complaints == []


def test_a_counted_file_changes_the_figures_without_reloading(
    browser: Browser, busy: SmallOperator, web: Served
) -> None:
    with visiting(browser, web.url) as visit:
        page = visit.page
        expect(page.locator(".live__live")).to_be_visible()
        page.evaluate("window.untouched = true")
        assert figure(page, "received") == "10"
        busy.calls([20])
        expect(page.locator('[data-figure="received"]')).to_have_text("11")
        expect(page.locator('[data-rule="voice-100"]')).to_have_text("1")
        assert page.evaluate("window.untouched") is True
        assert visit.complaints == []


def test_a_message_appears_on_the_phone_without_reloading(
    browser: Browser, busy: SmallOperator, web: Served
) -> None:
    number = cast()[0].number
    with visiting(browser, web.url + "/phones/") as visit:
        page = visit.page
        expect(page.locator(".live__live")).to_be_visible()
        page.evaluate("window.untouched = true")
        web.received[number] = [sms(f"第 {index} 条短信") for index in range(12)]
        busy.calls([20])
        busy.send()
        newest = page.get_by_text("第 11 条短信")
        expect(newest).to_be_visible()
        expect(newest).to_be_in_viewport()
        assert page.evaluate("window.untouched") is True
        assert visit.complaints == []


def test_the_page_says_when_it_has_lost_touch_and_catches_up_afterwards(
    browser: Browser, busy: SmallOperator, tmp_path: Path
) -> None:
    port, nobody = free_port(), free_port()
    with ExitStack() as restarted:
        with serving(port, tmp_path, nobody) as url:
            visit = restarted.enter_context(visiting(browser, url))
            live, lost = (visit.page.locator(f".live__{word}") for word in ("live", "reconnecting"))
            expect(live).to_be_visible()
        expect(lost).to_be_visible()
        busy.calls([1])
        assert figure(visit.page, "received") == "10"
        restarted.enter_context(serving(port, tmp_path, nobody))
        received = visit.page.locator('[data-figure="received"]')
        expect(received).to_have_text("11")
        expect(live).to_be_visible()


def test_the_language_large_type_and_colours_are_switched_by_one_press_each(
    browser: Browser, transactional_db: None, web: Served
) -> None:
    with visiting(browser, web.url) as visit:
        page = visit.page
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Is every record accounted for?")
        page.get_by_role("button", name="Large type").click()
        expect(page.locator("html")).to_have_attribute("data-text", "large")
        page.get_by_role("button", name="Dark colours").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        page.get_by_role("button", name="中文").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("每条话单都有着落吗？")
        expect(page.locator("html")).to_have_attribute("data-text", "large")


def test_without_javascript_the_page_reads_and_reloads_itself(
    plain_browser: Browser, busy: SmallOperator, told: Served
) -> None:
    with visiting(plain_browser, told.url) as visit:
        page = visit.page
        assert figure(page, "received") == "10"
        expect(page.locator("noscript .live")).to_be_visible()
        assert page.locator('meta[http-equiv="refresh"]').count() == 1
        page.get_by_role("button", name="English").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Is every record accounted for?")
    with visiting(plain_browser, told.url + "/phones/") as visit:
        expect(visit.page.get_by_text("已低于 15 元")).to_be_in_viewport()


def test_everything_is_reached_by_keyboard_and_shows_where_one_is(
    browser: Browser, transactional_db: None, web: Served
) -> None:
    with visiting(browser, web.url) as visit:
        page = visit.page
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="跳到正文")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(page.locator("main")).to_be_focused()
        page.keyboard.press("Shift+Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.evaluate(outline) == "solid"


@pytest.mark.parametrize("path", PATHS)
def test_everything_to_press_is_large_enough_for_a_finger(
    browser: Browser, transactional_db: None, web: Served, path: str
) -> None:
    with visiting(browser, web.url + PATHS[path], size=PHONE) as visit:
        expect(visit.page.locator(".live__live")).to_be_visible()
        assert too_small(visit.page) == []
