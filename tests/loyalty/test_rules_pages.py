"""Points and stars do what docs/rules/points.md says, row by row."""

from datetime import date

import pytest

from tests.loyalty.examples import at, give_points, left_by_year, opened_accounts, spent, worth
from tests.metering.pages import listed, rows_of
from wanhao.loyalty.actions import earn, evaluate, redeem
from wanhao.loyalty.contracts import Charge, Worth
from wanhao.loyalty.earning import (
    batch_year,
    earned,
    earns,
    last_day,
    may_redeem_today,
    points_rules,
)
from wanhao.loyalty.growing import growth_of, star_for, star_rules
from wanhao.loyalty.queries import items, points_of, stars_of
from wanhao.parties.contracts import CustomerKind, PayType
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError

PAGE = "points.md"


@pytest.mark.parametrize("row", rows_of(PAGE, "service (fen)"), ids=" ".join)
def test_spending_earns_what_the_page_says(row: tuple[str, ...]) -> None:
    service, others, bundle, month, star, points = row
    extra = dict(_charge(part) for part in listed(others))
    spending = spent(1, int(service), extra, bundle=bundle == "yes", month=int(month))
    assert earned(spending, int(star), points_rules()).points == int(points)


@pytest.mark.parametrize("row", rows_of(PAGE, "customer"), ids=" ".join)
def test_those_earn_whom_the_page_names(row: tuple[str, ...]) -> None:
    customer, pays, bill, expected = row
    spending = spent(1, int(bill), kind=CustomerKind(customer), pays=PayType(pays))
    assert earns(spending, points_rules()) == (expected == "yes")
    assert (earned(spending, 0, points_rules()).points > 0) == (expected == "yes")


@pytest.mark.django_db
@pytest.mark.parametrize("row", rows_of(PAGE, "month"), ids=" ".join)
def test_points_are_good_as_long_as_the_page_says(row: tuple[str, ...]) -> None:
    month, credited, year, until = row
    day = date.fromisoformat(credited)
    assert Cycle(int(month)).next == Cycle(day.year * 100 + day.month)
    assert points_rules().credit_days[0] == day.day
    assert batch_year(Cycle(int(month))) == int(year)
    assert last_day(int(year), points_rules()) == date.fromisoformat(until)

    (account,) = opened_accounts(1)
    earn([spent(account, 100)], cycle=int(month), now=at(day.year, day.month, day.day))
    last = date.fromisoformat(until)
    assert points_of([account], at(last.year, 12, 31, 23))[account].points == 1
    assert points_of([account], at(last.year + 1, 1, 1, 0)) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("row", rows_of(PAGE, "redeems"), ids=" ".join)
def test_the_oldest_points_go_first(row: tuple[str, ...]) -> None:
    wanted, *left = row
    (account,) = opened_accounts(1)
    for year, points in ((2024, 300), (2025, 500), (2026, 200)):
        give_points(account, year, points)

    def wish() -> None:
        quantity, now = int(wanted) // 100, at(2026, 6, 10)
        redeem(account_id=account, item="phone-bill", quantity=quantity, reference="R", now=now)

    if left[0] == "refused":
        with pytest.raises(WanhaoError, match="the account has 1000"):
            wish()
        assert left_by_year(account) == {2024: 300, 2025: 500, 2026: 200}
        return
    wish()
    assert left_by_year(account) == dict(zip((2024, 2025, 2026), map(int, left), strict=True))


@pytest.mark.parametrize("row", rows_of(PAGE, "item"), ids=" ".join)
def test_items_can_be_had_on_their_days(row: tuple[str, ...]) -> None:
    item, day, expected = row
    assert may_redeem_today(items()[item], at(2026, 6, int(day))) == (expected == "yes")


@pytest.mark.parametrize("row", rows_of(PAGE, "spent in 12 months (yuan)"), ids=" ".join)
def test_growth_and_star_are_those_of_the_page(row: tuple[str, ...]) -> None:
    yuan, month, paid, growth, star = map(int, row)
    value = Worth(account_id=1, spent_fen=yuan * 100, month=month, paid_in_time=paid)
    assert growth_of(value, star_rules()) == growth
    assert star_for(growth, star_rules()) == star


@pytest.mark.django_db
def test_a_star_only_rises_within_its_validity() -> None:
    (account,) = opened_accounts(1)
    for found_in, reached, star, until in rows_of(PAGE, "found in"):
        month = Cycle(int(found_in))
        value = worth(account, star_rules().stars[int(reached)].growth)
        now = at(month.number // 100, month.number % 100, 5)
        evaluate([value], cycle=month.previous.number, now=now)

        view = stars_of([account], now)[account]
        assert (view.star, Cycle.of(now).number) == (int(star), int(found_in))
        assert view.ends_at == Cycle(int(until)).end
        assert view.ends_at.astimezone(SHANGHAI).day == 1


@pytest.mark.parametrize("row", rows_of(PAGE, "right"), ids=" ".join)
def test_each_star_gives_the_rights_of_the_page(row: tuple[str, ...]) -> None:
    code, number, *stars = row
    rules = star_rules()
    assert (rules.rights[code].number or "none") == number
    for star, cell in enumerate(stars, start=1):
        found = [right for right in rules.stars[star].rights if right.code == code]
        if cell == "–":
            assert found == []
        elif cell.endswith(" %"):
            assert [right.percent for right in found] == [int(cell.removesuffix(" %"))]
        else:
            assert [right.times for right in found] == [int(cell)]


def test_the_page_tells_every_right_and_every_name() -> None:
    assert [row[0] for row in rows_of(PAGE, "right")] == list(star_rules().rights)
    names = ["0星", "1星", "2星", "3星", "4星黄金", "5星白金", "6星黑金", "7星钻石"]
    assert [star.name_zh for star in star_rules().stars] == names


def _charge(part: str) -> tuple[Charge, int]:
    kind, fen = part.split()
    return Charge(kind), int(fen)
