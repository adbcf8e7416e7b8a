"""The demo world as it stands in the database."""

from datetime import UTC, datetime

import pytest

from wanhao.billing.queries import balances
from wanhao.parties.cities import known_cities
from wanhao.parties.contracts import LineRole
from wanhao.parties.queries import line_count, lines_by_number
from wanhao.products.queries import offerings_held
from wanhao.project.demo.cast import cast, cast_accounts
from wanhao.project.demo.population import population
from wanhao.project.demo.world import build_world, drop_history
from wanhao.staff.queries import units
from wanhao.usage.models import Fact
from wanhao.usage.queries import current_thresholds
from wanhao.values.errors import WanhaoError

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


def test_the_organisation_has_a_branch_in_every_city():
    build_world(100, silently, NOW)
    codes = " ".join(unit.code for unit in units())
    assert all(city.code in codes for city in known_cities())


def test_the_meter_is_told_what_to_watch():
    build_world(100, silently, NOW)
    watched = current_thresholds()
    assert watched is not None
    assert sorted(watched.money) == [500, 1500]


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
