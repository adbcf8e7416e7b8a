"""The catalogue in Chromium: both languages, phone and hall PC, dark and large type."""

import pytest
from playwright.sync_api import Browser, expect

from tests.pages.browser import (
    LANGUAGES,
    SIZES,
    overflow,
    take_picture,
    visiting,
)
from tests.pages.conftest import Served
from wanhao.products.actions import load_catalogue

pytestmark = pytest.mark.browser
PATHS = {
    "catalogue": "/catalogue/",
    "catalogue-plan": "/catalogue/lexiang-4g-59/",
    "catalogue-upgrade": "/catalogue/auto-upgrade-3952/",
    "catalogue-nothing": "/catalogue/?q=gold",
}
LOOKS = [("zh", "light"), ("en", "light"), ("zh", "dark"), ("zh", "large"), ("en", "large")]


@pytest.fixture
def loaded(transactional_db: None) -> None:
    load_catalogue()


@pytest.mark.usefixtures("loaded")
@pytest.mark.parametrize("size", SIZES)
def test_the_catalogue_fits_its_screen(browser: Browser, web: Served, size: str) -> None:
    for name, path in PATHS.items():
        for language, look in LOOKS:
            wish = {"dark": look == "dark", "large": look == "large"}
            options = {"language": LANGUAGES[language], "size": SIZES[size]}
            with visiting(browser, web.url + path, **options, **wish) as visit:
                expect(visit.page.locator("h1")).to_be_visible()
                take_picture(visit.page, f"{name}-{language}-{look}-{size}", whole=True)
                assert overflow(visit.page) <= 0, (name, language, look)
                assert visit.complaints == []


@pytest.mark.usefixtures("loaded")
def test_a_clerk_finds_an_offering_by_a_word(browser: Browser, web: Served) -> None:
    with visiting(browser, web.url + "/catalogue/", language="zh-CN") as visit:
        page = visit.page
        page.get_by_label("名称或代码").fill("3952")
        page.get_by_role("button", name="查找").click()
        page.get_by_role("link", name="自动升档包 3952").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("自动升档包 3952")
        page.get_by_role("link", name="返回产品目录").click()
        expect(page.locator(".chip[aria-current]")).to_have_text("自动升档")
