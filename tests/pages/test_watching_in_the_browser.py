"""The pages for watching over reminders, in Chromium: languages, phone and hall PC, all looks."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.pages.browser import HALL_PC, PHONE, overflow, start_browser, take_picture, visiting
from tests.pages.conftest import Served
from tests.pages.operator import STRANGER, SmallOperator
from tests.pages.owing import some_promises
from wanhao.usage.held import held_records
from wanhao.usage.quarantine_contracts import HeldFilter

pytestmark = pytest.mark.browser
PATIENCE_MS = 10_000
PATHS: dict[str, Callable[[], str]] = {
    "operations-grown": lambda: "/",
    "quarantine": lambda: "/quarantine/",
    "quarantine-record": lambda: f"/quarantine/{held_records(HeldFilter())[0].record_id}/",
}
SIZES = {"360": PHONE, "1366": HALL_PC}
LOOKS = ("zh", "en", "dark-zh", "large-zh", "large-en")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, start_browser(playwright) as chromium:
        yield chromium


@pytest.fixture(autouse=True)
def _allow_rows_beside_the_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    # Playwright keeps an event loop in this thread, in which Django would refuse to work.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture
def busy(committing_operator: SmallOperator) -> SmallOperator:
    """Somebody was told, something is held, and something is stuck."""
    committing_operator.calls([30, 20, 15, 15])
    committing_operator.calls([2, 3], number=STRANGER)
    committing_operator.calls([0])
    committing_operator.send()
    some_promises()
    return committing_operator


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("look", LOOKS)
def test_each_page_fits_its_screen_and_complains_of_nothing(
    browser: Browser, busy: SmallOperator, web: Served, look: str, size: str
) -> None:
    options = {"language": "en" if look.endswith("en") else "zh-CN", "size": SIZES[size]}
    wish = {"dark": look.startswith("dark"), "large": look.startswith("large")}
    for name, address in PATHS.items():
        with visiting(browser, web.url + address(), **options, **wish) as visit:
            expect(visit.page.locator(".live__live")).to_be_visible(timeout=PATIENCE_MS)
            for details in visit.page.locator("main details:not([open])").all():
                details.locator("summary").first.click()
            take_picture(visit.page, f"{name}-{look}-{size}", whole=True)
            assert overflow(visit.page) <= 0, name
            assert visit.complaints == [], name


def test_everything_to_press_is_large_enough_for_a_finger(
    browser: Browser, busy: SmallOperator, web: Served
) -> None:
    for name, address in PATHS.items():
        with visiting(browser, web.url + address(), size=PHONE) as visit:
            too_small = [said for said in map(_small, _targets(visit.page)) if said]
            assert too_small == [], name


def test_on_a_phone_the_pages_are_in_a_menu(
    browser: Browser, busy: SmallOperator, web: Served
) -> None:
    with visiting(browser, web.url + "/quarantine/", size=PHONE) as visit:
        page = visit.page
        menu = page.locator(".masthead__menu")
        expect(menu.get_by_role("link", name="总账")).to_be_hidden()
        menu.locator("summary").click()
        take_picture(page, "menu-360")
        assert overflow(page) <= 0
        menu.get_by_role("link", name="总账").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("每一分钱都有着落吗？")
        assert visit.complaints == []


def _targets(page: Page) -> list[tuple[str, float, float]]:
    """Everything to press, with its size; links inside a sentence are as large as the sentence."""
    found = []
    for one in page.locator("a:visible, button:visible, summary:visible, select:visible").all():
        box = one.bounding_box()
        assert box is not None
        if one.get_attribute("class") != "skip":
            found.append((one.inner_text(), box["width"], box["height"]))
    return found


def _small(target: tuple[str, float, float]) -> str:
    said, width, height = target
    return "" if min(width, height) >= 44 else f"{said}: {width:.0f} x {height:.0f}"
