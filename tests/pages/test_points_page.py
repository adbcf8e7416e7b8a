"""The page of an account's points: balance, what ends when, movements, star and rights."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django import DjangoAssertNumQueries, Settings

from tests.loyalty.examples import at, give_points, opened_accounts, spent, worth
from tests.pages.browser import HALL_PC, PHONE, overflow, take_picture, visiting
from tests.pages.conftest import Served
from wanhao.access.queries import reads_of
from wanhao.loyalty.actions import earn, evaluate, redeem, reverse_redemption, use_right
from wanhao.pages.design.points_rows import bill_worth
from wanhao.values.cycle import Cycle

NOW = datetime.now(UTC)
YEAR = NOW.year
LAST = Cycle.of(NOW).previous.number


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True


def customer() -> int:
    """Account A0: points of three years, some redeemed, one redemption taken back, five stars."""
    (account,) = opened_accounts(1)
    give_points(account, YEAR - 2, 1200)
    give_points(account, YEAR - 1, 2500)
    earn([spent(account, 12950, bundle=True, month=30)], cycle=LAST, now=NOW)
    redeem(account_id=account, item="umbrella", reference="HALL-1", now=NOW)
    redeem(
        account_id=account, item="phone-bill", quantity=3, reference="BILL-1", now=at(YEAR, 2, 7)
    )
    reverse_redemption(reference="BILL-1", reversal="BACK-1", now=NOW)
    evaluate([worth(account, 3800)], cycle=LAST, now=NOW)
    use_right(account_id=account, code="card-change", reference="CARD-1", now=NOW)
    return account


def page(client: Client, path: str = "/points/A0/", language: str = "zh-hans") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
class TestThePage:
    def test_it_says_what_there_is_and_what_ends_when(self, client: Client) -> None:
        customer()
        shown = page(client)
        # 129 points and 120 % of them: 283; 3000 went for the umbrella, the oldest first.
        assert '<b class="figure">983</b>' in shown
        assert "可抵话费 ¥9.00" in shown
        assert f"至 {YEAR + 1}-12-31" in shown
        assert f"{YEAR}-12-31" not in shown.split("points__star")[0]
        assert "王**的积分与星级" in shown
        assert "王小明" not in shown

    def test_it_tells_every_movement(self, client: Client) -> None:
        customer()
        shown = page(client)
        month = f"{LAST // 100}-{LAST % 100:02d}"
        assert f"{month} 账单计 ¥129.50，奖励 120%" in shown
        assert f"天翼雨伞 × 1，编号 HALL-1，用 {YEAR - 2} 年的积分" in shown
        assert "退回" in shown
        assert shown.count("points__day") == 7

    def test_it_tells_the_star_and_what_is_left_of_its_rights(self, client: Client) -> None:
        customer()
        shown = page(client)
        assert "5星白金" in shown
        assert "成长值 3,800，距6星黑金还差 2,200" in shown
        assert "剩 2 次，共 3 次" in shown
        assert "不限次数" in shown
        assert "100300" in shown
        assert "CARD-1" in shown
        assert "首次评定" in shown

    def test_it_speaks_english(self, client: Client) -> None:
        customer()
        shown = page(client, language="en")
        assert "Points and star of 王**" in shown
        assert "5 stars Platinum" in shown
        assert "2 of 3 left" in shown
        assert f"bill of {LAST // 100}-{LAST % 100:02d}: ¥129.50 counts, reward 120 %" in shown

    def test_it_tells_what_points_could_become(self, client: Client) -> None:
        customer()
        shown = page(client)
        assert "可兑 9 份" in shown
        assert "每月 5 日起" in shown
        assert "还差 2,017 分" in shown

    def test_an_account_without_points_is_told_what_comes_next(self, client: Client) -> None:
        opened_accounts(1)
        shown = page(client)
        assert "还没有积分。" in shown
        assert "次月 5 至 7 日入账" in shown
        assert "还没有星级" in shown

    def test_points_that_end_this_year_stand_out(self, client: Client) -> None:
        (account,) = opened_accounts(1)
        give_points(account, YEAR - 2, 100)
        assert "points__bar--soon" in page(client)

    def test_older_movements_are_on_the_next_page(self, client: Client) -> None:
        (account,) = opened_accounts(1)
        for month in range(1, 13):
            for year in (YEAR - 2, YEAR - 1):
                earn([spent(account, 100)], cycle=year * 100 + month, now=NOW)
        shown = page(client)
        assert shown.count("points__day") == 20
        older = shown.split('href="?before=')[1].split('"')[0]
        rest = page(client, f"/points/A0/?before={older}")
        assert rest.count("points__day") == 4
        assert page(client, "/points/A0/?before=moon").count("points__day") == 20

    def test_an_unknown_account_is_not_there(self, client: Client) -> None:
        assert client.get("/points/nobody/").status_code == 404

    def test_the_reading_is_recorded(self, client: Client) -> None:
        customer()
        page(client)
        assert [read.purpose for read in reads_of("account A0")] == ["points"]

    def test_each_room_is_asked_once(
        self, client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
    ) -> None:
        customer()
        with django_assert_max_num_queries(10):
            page(client)


@pytest.mark.django_db
def test_only_employees_see_it(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    opened_accounts(1)
    answer = client.get("/points/A0/")
    assert (answer.status_code, "/staff/sign-in/" in answer["Location"]) == (302, True)


def test_points_are_worth_whole_yuan() -> None:
    assert [bill_worth(points) for points in (0, 99, 100, 12345)] == [
        "¥0.00",
        "¥0.00",
        "¥1.00",
        "¥123.00",
    ]


@pytest.mark.browser
@pytest.mark.parametrize("size", ["360", "1366"])
@pytest.mark.parametrize("look", ["zh", "en", "dark-zh", "large-zh", "large-en", "empty-zh"])
def test_it_fits_its_screen_and_complains_of_nothing(
    browser: Browser,
    transactional_db: None,
    web: Served,
    look: str,
    size: str,
) -> None:
    if look == "empty-zh":
        opened_accounts(1)
    else:
        customer()
    options = {
        "language": "en" if look.endswith("en") else "zh-CN",
        "size": PHONE if size == "360" else HALL_PC,
    }
    wish = {"dark": look.startswith("dark"), "large": look.startswith("large")}
    with visiting(browser, web.url + "/points/A0/", **options, **wish) as visit:
        assert visit.page.locator("h1").is_visible()
        assert overflow(visit.page) <= 0
        take_picture(visit.page, f"points-{look}-{size}", whole=True)
        assert visit.complaints == []
