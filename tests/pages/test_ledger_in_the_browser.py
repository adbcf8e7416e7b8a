"""The ledger's pages in Chromium: both languages, phone and hall PC, dark and large type."""

import pytest
from playwright.sync_api import Browser, expect

from tests.billing.examples import LATER, charge, give, opened_accounts, pay
from tests.pages.browser import LANGUAGES, LOOKS, SIZES, overflow, take_picture, visiting
from tests.pages.conftest import Served
from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, Channel

pytestmark = pytest.mark.browser
PATHS = {"ledger": "/ledger/?check=yes", "statement": "/ledger/A0/?from=2026-11-01&to=2026-11-30"}


@pytest.fixture
def money(transactional_db: None) -> None:
    """Two accounts with money of every kind; one of them owes."""
    one, other = opened_accounts(2)
    pay(one, 5000, "wx-4200001234202611221234567890", channel=Channel.WECHAT)
    give(one, 1000, "spring-2026", expires_at=LATER)
    data = [Book.DATA, Book.ROAMING]
    give(one, 500, "data-2026", kind=BalanceKind.RESTRICTED, pays_for=data)
    pay(one, 240000, "contract-17", kind=BalanceKind.PRESTORED, channel=Channel.BANK)
    charge(one, "B1", rent=5900, data=1250, voice=45)
    pay(other, 123456789, "big", channel=Channel.ALIPAY)
    charge(other, "B2", rent=9900, adjustment=-300)


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", PATHS)
def test_each_page_fits_its_screen_and_complains_of_nothing(
    browser: Browser, money: None, web: Served, path: str, language: str, size: str, look: str
) -> None:
    options = {"language": LANGUAGES[language], "size": SIZES[size], **LOOKS[look]}
    with visiting(browser, web.url + PATHS[path], **options) as visit:
        expect(visit.page.locator(".live__live")).to_be_visible()
        take_picture(visit.page, f"{path}-{look}-{language}-{size}", whole=True)
        assert overflow(visit.page) <= 0
        assert visit.complaints == []
