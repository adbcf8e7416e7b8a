"""The demo world as it stands in the database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.parties.examples import a_family
from wanhao.billing.bills.queries import history
from wanhao.billing.credit import credit_limits
from wanhao.billing.queries import balances
from wanhao.loyalty.queries import points_of
from wanhao.parties.cities import known_cities
from wanhao.parties.contracts import LineRole
from wanhao.parties.queries import accounts_by_reference, line_count, lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import codes_held, offerings_held, products_of
from wanhao.project.demo import world
from wanhao.project.demo.cast import cast, cast_accounts, reference_of
from wanhao.project.demo.population import population
from wanhao.project.demo.world import build_world, drop_history
from wanhao.staff.queries import units
from wanhao.usage.models import Fact
from wanhao.usage.queries import current_thresholds
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def silently(done: int, total: int) -> None:
    """Nobody watches the progress."""


def test_the_world_has_the_lines_asked_for_and_the_cast_among_them():
    build_world(300, silently, NOW)
    assert line_count() == 300
    assert len(lines_by_number([member.number for member in cast()])) == len(cast())


def test_building_again_changes_nothing():
    build_world(300, silently, NOW)
    facts = Fact.objects.count()
    build_world(300, silently, NOW)
    assert (line_count(), Fact.objects.count()) == (300, facts)


def test_a_larger_world_adds_lines_and_a_smaller_one_takes_none_away():
    build_world(150, silently, NOW)
    build_world(300, silently, NOW)
    build_world(150, silently, NOW)
    assert line_count() == 300


def test_a_build_that_was_cut_short_is_completed():
    def cut(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_world(3000, cut, NOW)
    build_world(3000, silently, NOW)
    assert line_count() == 3000


def test_who_joins_the_cast_later_comes_into_a_world_that_stands(monkeypatch):
    everybody = cast_accounts()
    monkeypatch.setattr(world, "cast_accounts", lambda: everybody[:-2])
    build_world(100, silently, NOW)
    standing = line_count()
    monkeypatch.undo()
    build_world(100, silently, NOW)
    assert line_count() == standing + 2
    assert len(lines_by_number([member.number for member in cast()])) == len(cast())


def test_an_operator_without_any_of_the_cast_is_not_given_them():
    load_catalogue()
    open_accounts([AccountOrder(account=a_family(), offering_codes=("lexiang-4g-59",))], NOW)
    standing = line_count()
    build_world(standing, silently, NOW)
    assert line_count() == standing


def test_progress_ends_at_the_lines_asked_for():
    told: list[tuple[int, int]] = []
    build_world(300, lambda done, total: told.append((done, total)), NOW)
    assert told[-1] == (300, 300)


def test_each_of_the_cast_holds_the_plan_of_the_cast_file():
    build_world(100, silently, NOW)
    lines = lines_by_number([member.number for member in cast()])
    held = offerings_held([line.group_id for line in lines.values()])
    for member in cast():
        line = lines[member.number]
        assert held[line.group_id].code == member.plan
        assert (line.role, line.language, line.city) == (member.role, member.language, member.city)


def test_a_family_shares_one_group_and_a_companys_lines_do_not():
    build_world(100, silently, NOW)
    lines = lines_by_number([member.number for member in cast()])
    groups = {
        key: {lines[member.number].group_id for member in cast() if member.account == key}
        for key in ("wu", "ganjiang")
    }
    assert (len(groups["wu"]), len(groups["ganjiang"])) == (1, 3)


def test_prepaid_customers_begin_with_what_they_paid():
    build_world(100, silently, NOW)
    lines = lines_by_number([member.number for member in cast()])
    for account in cast_accounts():
        account_id = lines[account.groups[0][0].number].account_id
        assert balances([account_id])[account_id] == account.opening_balance_fen


def test_some_of_the_cast_bring_along_what_a_month_has_to_tell_of():
    build_world(100, silently, NOW)
    accounts = {account.key: account for account in cast_accounts()}
    ids = accounts_by_reference([reference_of(key) for key in accounts])
    for key, account in accounts.items():
        has, account_id = account.belongings, ids[reference_of(key)]
        group = lines_by_number([account.groups[0][0].number])[account.groups[0][0].number].group_id
        extras = codes_held([group], NOW)[group] - {account.groups[0][0].plan}
        assert extras == {code for code in (has.upgrade, has.term) if code}
        assert credit_limits([account_id]).get(account_id, 0) == has.credit_limit_fen
        assert bills_of(account_id) == list(has.earlier_bills_fen)
        assert bool(points_of([account_id], NOW)) == bool(has.points_from_fen)
        assert balances([account_id])[account_id] == account.opening_balance_fen


def bills_of(account_id):
    """The bills of the three months before, the oldest first."""
    return [month.fen for month in history(account_id, 202611)[-3:] if month.fen is not None]


@pytest.mark.parametrize(
    "day", ["2026-11-01", "2026-12-31", "2028-02-15", "2028-02-29", "2027-03-01"]
)
def test_the_term_of_one_of_them_ends_two_weeks_later_whatever_the_day(day):
    now = datetime.fromisoformat(f"{day}T12:00:00+08:00")
    build_world(len(cast()), silently, now)
    (account,) = (one for one in cast_accounts() if one.belongings.term)
    number = account.groups[0][0].number
    group = lines_by_number([number])[number].group_id
    (term,) = (one for one in products_of(group, now) if one.offering.code != "lexiang-3g-49")
    assert timedelta(days=13) <= term.until - now <= timedelta(days=14.5)


@pytest.mark.parametrize("day", ["2026-01-01", "2026-12-31"])
def test_the_points_of_one_of_them_end_with_the_year_whatever_the_day(day):
    now = datetime.fromisoformat(f"{day}T00:05:00+08:00")
    build_world(len(cast()), silently, now)
    (account,) = (one for one in cast_accounts() if one.belongings.points_from_fen)
    account_id = accounts_by_reference([reference_of(account.key)])[reference_of(account.key)]
    first, second = points_of([account_id], now)[account_id].batches
    assert (first.points, first.expires) == (1692, date(2026, 12, 31))
    assert (second.points, second.expires) == (1692, date(2027, 12, 31))


def test_the_organisation_has_a_branch_in_every_city():
    build_world(100, silently, NOW)
    codes = " ".join(unit.code for unit in units())
    assert all(city.code in codes for city in known_cities())


def test_the_meter_is_told_what_to_watch():
    build_world(100, silently, NOW)
    watched = current_thresholds()
    assert watched is not None
    assert sorted(watched.money) == [0, 500, 1500]


def test_a_world_too_small_for_the_cast_is_refused():
    with pytest.raises(WanhaoError, match="no room for the cast"):
        build_world(5, silently, NOW)


def test_the_month_so_far_is_dropped_once(tmp_path):
    build_world(100, silently, NOW)
    assert drop_history(tmp_path / "inbox", NOW, 100)
    assert not drop_history(tmp_path / "inbox", NOW, 100)


def test_a_small_world_is_the_beginning_of_a_large_one():
    large = {account.reference: account for account in population(4000)}
    for account in population(700)[:-20]:
        assert large[account.reference] == account


def test_people_live_in_all_cities_with_all_kinds_of_plans():
    accounts = population(5000)
    assert sum(account.size for account in accounts) == 5000
    assert len({account.city for account in accounts}) == 11
    assert len({account.plan for account in accounts}) >= 12
    assert {account.pay_type.value for account in accounts} == {"prepaid", "postpaid"}
    assert {account.kind.value for account in accounts} == {"person", "company"}
    roles = {line.role for account in accounts for group in account.groups for line in group}
    assert roles == {LineRole.MAIN, LineRole.SECONDARY}


def test_a_world_larger_than_its_numbers_is_refused():
    with pytest.raises(WanhaoError, match="no numbers"):
        population(200_000)
