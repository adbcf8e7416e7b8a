"""The pages of an account's bills: five months in bars, a bill that explains itself, its files."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoAssertNumQueries, Settings

from tests.billing.bills.examples import an_item, calls, issued, rent, surfing
from tests.pages.browser import HALL_PC, PHONE, overflow, start_browser, take_picture, visiting
from tests.pages.conftest import Served
from tests.parties.examples import a_line, an_account
from tests.staff.examples import employed
from wanhao.access.queries import reads_of
from wanhao.billing.actions import open_balances
from wanhao.billing.bills.actions import add_bill_items, issue_bills
from wanhao.billing.bills.contracts import BillDraft, BillLine, LineKind, MonthTotal
from wanhao.billing.bills.queries import shown_cycles
from wanhao.pages.design.bars import month_bars
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import Language, PayType
from wanhao.values.cycle import Cycle

NOW = datetime.now(UTC)
SHOWN = shown_cycles(Cycle.of(NOW).number)
LAST, *_, FIFTH = SHOWN
SIXTH = Cycle(FIFTH).previous.number
FREE = BillLine(kind=LineKind.VOICE, fen=0, zone="free", voice_unit=60, used=12)


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True


def customer() -> int:
    """Account B1 with two groups: bills of six months (none two months ago), one item waiting."""
    order = an_account(
        "B1", (a_line(16907910001),), (a_line(16907910002),), pay_type=PayType.POSTPAID
    )
    (account,) = open_accounts([order])
    one, other = [group.group_id for group in account.groups]
    open_balances([account.account_id], NOW)
    for cycle in (SIXTH, *SHOWN[:1:-1]):
        issued([account.account_id], rent(5900 + cycle % 7 * 500), cycle=cycle, now=NOW)
    add_bill_items(
        [an_item(account.account_id, reference="outage", name_zh="故障减免", name_en="Outage")], NOW
    )
    lines = (rent(group_id=one), rent(3343, 17, other), calls(), surfing(), FREE)
    draft = BillDraft(account_id=account.account_id, cycle=LAST, lines=lines)
    issue_bills([draft], NOW)
    add_bill_items(
        [an_item(account.account_id, 1000, "sim-1", LineKind.ONE_OFF, name_zh="补卡费")], NOW
    )
    return account.account_id


def page(client: Client, path: str = "/bills/B1/", language: str = "en") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
class TestThePages:
    def test_five_months_are_shown_and_the_running_one_apart(self, client: Client) -> None:
        customer()
        shown = page(client)
        assert [shown.count(f'data-cycle="{cycle}"') for cycle in (*SHOWN, SIXTH)] == [1] * 5 + [0]
        assert f'href="/bills/B1/{LAST}/"' in shown
        assert "no bill" in shown
        assert 'data-figure="waiting">¥10.00<' in shown
        assert "still running" in shown
        assert "王**" in shown
        assert "169****0001 · 169****0002" in shown

    def test_who_has_no_bill_yet_is_told_when_the_first_one_comes(self, client: Client) -> None:
        open_accounts([an_account("B1", (a_line(16907910001),))])
        shown = page(client)
        assert "No bill yet." in shown
        assert "72 hours after its end" in shown
        assert 'class="month' not in shown
        assert "还没有账单" in page(client, language="zh-hans")

    def test_a_bill_explains_every_line(self, client: Client) -> None:
        customer()
        shown = page(client, f"/bills/B1/{LAST}/")
        assert 'data-figure="total">¥154.93<' in shown
        assert 'data-part="fees">¥92.43<' in shown
        assert 'data-part="items">-¥5.00<' in shown
        assert shown.count("<details") == 2 + 6  # two menus of the masthead, and six lines
        assert "17 of 30 days" in shown
        assert "150 min used" in shown
        assert "50 min beyond, at ¥0.15/min" in shown
        assert "at most ¥30.00 for each 500 MB, less at ¥0.30/MB" in shown
        assert "300 MB pack" in shown
        assert "Outage" in shown
        assert "169****0002" in shown

    def test_it_is_told_in_chinese_first(self, client: Client) -> None:
        customer()
        shown = page(client, f"/bills/B1/{LAST}/", "fr")
        assert "套餐与固定费用" in shown
        assert "超出50分钟，按¥0.15/分钟计费" in shown
        assert "月账单" in shown

    @pytest.mark.parametrize(("form", "kind"), [("pdf", "application/pdf"), ("csv", "text/csv")])
    def test_a_bill_can_be_taken_away(self, client: Client, form: str, kind: str) -> None:
        customer()
        response = client.get(f"/bills/B1/{LAST}/bill.{form}")
        assert response.status_code == 200
        assert response["Content-Type"].startswith(kind)
        assert response["Content-Disposition"] == f'attachment; filename="bill-{LAST}-B1.{form}"'
        assert response.content.startswith(b"%PDF-" if form == "pdf" else "\ufeff".encode())

    @pytest.mark.parametrize(
        "path",
        [
            f"/bills/B1/{SIXTH}/",
            f"/bills/B1/{SHOWN[1]}/",
            "/bills/B1/99999999999999999999/",
            f"/bills/B1/{SIXTH}/bill.pdf",
            f"/bills/B1/{LAST}/bill.exe",
            "/bills/nobody/",
            f"/bills/nobody/{LAST}/",
        ],
    )
    def test_what_is_not_there_or_too_old_is_not_found(self, client: Client, path: str) -> None:
        customer()
        assert client.get(path).status_code == 404

    def test_every_reading_is_recorded(self, client: Client) -> None:
        customer()
        page(client)
        page(client, f"/bills/B1/{LAST}/")
        client.get(f"/bills/B1/{LAST}/bill.pdf")
        purposes = {read.purpose for read in reads_of("account B1")}
        assert purposes == {"bills", f"bill {LAST}"}

    def test_no_whole_name_or_number_is_on_the_pages(self, client: Client) -> None:
        customer()
        for path in ("/bills/B1/", f"/bills/B1/{LAST}/"):
            shown = page(client, path)
            assert "16907910001" not in shown
            assert "王小明" not in shown
            assert " style=" not in shown

    def test_a_page_asks_the_database_a_fixed_number_of_times(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        customer()
        with django_assert_num_queries(9):
            page(client)
        with django_assert_num_queries(6):
            page(client, f"/bills/B1/{LAST}/")


@pytest.mark.django_db
class TestOutsideTheDemo:
    @pytest.fixture(autouse=True)
    def _closed(self, settings: Settings) -> None:
        settings.DEMO = False

    @pytest.mark.parametrize("rest", ["", f"{LAST}/", f"{LAST}/bill.pdf"])
    def test_a_stranger_is_sent_to_sign_in_and_reads_nothing(
        self, client: Client, rest: str
    ) -> None:
        customer()
        assert client.get(f"/bills/B1/{rest}").status_code == 302
        assert not reads_of("account B1")

    def test_an_employee_sees_it(self, client: Client) -> None:
        customer()
        client.force_login(employed("duty", role="duty-manager"))
        assert client.get("/bills/B1/").status_code == 200


def test_bars_stand_beside_the_highest_and_a_small_bill_is_still_seen() -> None:
    months = [
        MonthTotal(cycle=202606 + place, fen=fen)
        for place, fen in enumerate((10000, 5000, 1, None, -500))
    ]
    bars = month_bars(months, Language.EN)
    assert [(bar.height, bar.top) for bar in bars] == [
        (100, 0),
        (50, 50),
        (2, 98),
        (0, 100),
        (0, 100),
    ]


SCREENS = {
    "360": (PHONE, False, False),
    "dark-1366": (HALL_PC, True, False),
    "large-360": (PHONE, False, True),
}


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_pages_fit_every_screen(web: Served) -> None:
    customer()
    paths = {"bills": "/bills/B1/", "bill": f"/bills/B1/{LAST}/"}
    with sync_playwright() as playwright, start_browser(playwright) as browser:
        for name, path in paths.items():
            for language in ("zh-CN", "en"):
                for screen in SCREENS:
                    look(browser, web.url + path, f"{name}-{screen}-{language[:2]}", language)


def look(browser: Browser, url: str, name: str, language: str) -> None:
    """Open a page with all its lines open; nothing may stick out or complain."""
    size, dark, large = SCREENS[name.removeprefix("bills-").removeprefix("bill-")[:-3]]
    with visiting(browser, url, language=language, size=size, dark=dark, large=large) as visit:
        for summary in visit.page.locator("main summary").all():
            summary.click()
        take_picture(visit.page, name, whole=True)
        assert overflow(visit.page) == 0
        assert visit.complaints == []
