"""The numbers on the pages of the rules, held against the rules and the catalogue row by row."""

from datetime import UTC, datetime

import pytest

from tests.metering.pages import listed, rows_of
from tests.parties.examples import an_account
from wanhao.parties.actions import open_accounts
from wanhao.products import rules
from wanhao.products.actions import change_plan, compose_plan, hold_offering, load_catalogue, order
from wanhao.products.catalogue import read_catalogue
from wanhao.products.contracts import Effect, Lasts, Service
from wanhao.products.queries import fees, offering, products_of
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError

OFFERINGS = {one.code: one for one in read_catalogue()}
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def instant(told):
    """An instant of Asia/Shanghai; None for never."""
    return None if told == "never" else datetime.fromisoformat(told).replace(tzinfo=SHANGHAI)


def a_group():
    load_catalogue()
    (opened,) = open_accounts([an_account()])
    return opened.groups[0].group_id


@pytest.mark.parametrize("row", rows_of("catalogue.md", "month"), ids=" ".join)
def test_the_first_month_counts_by_days(row):
    month, day, days, fee, owed, minutes, megabytes = row
    cycle = Cycle(int(month))
    since = cycle.start.astimezone(SHANGHAI).replace(day=int(day), hour=12)
    held = rules.days_held(since, None, cycle)
    assert f"{held} of {rules.days_of(cycle)}" == days
    assert rules.share_of_fee(int(fee), held, rules.days_of(cycle)) == int(owed)
    plan = OFFERINGS["lexiang-4g-59"]
    assert rules.included_in(plan, 100, since, cycle) == int(minutes)
    assert rules.included_in(plan, 500, since, cycle) == int(megabytes)
    assert rules.included_in(plan, 500, since, cycle.next) == 500


@pytest.mark.parametrize("row", rows_of("catalogue.md", "begins"), ids=" ".join)
def test_days_are_counted_from_the_day_it_begins_to_the_day_before_it_ends(row):
    begins, ends, month, days = row
    assert rules.days_held(instant(begins), instant(ends), Cycle(int(month))) == int(days)


@pytest.mark.django_db
@pytest.mark.parametrize("row", rows_of("catalogue.md", "offering"), ids=" ".join)
def test_fees_that_are_not_monthly_are_owed_once(row):
    code, ordered, owed_in, fee, ends = row
    group, now = a_group(), instant(ordered)
    order(group, "lexiang-3g-49", now)
    product = order(group, code, now)
    assert product.until == instant(ends)
    cycle = Cycle(int(owed_in))
    (line,) = [line for line in fees(cycle.number, [group])[group] if line.offering_code == code]
    assert (line.fee_fen, line.days, line.of_days) == (int(fee), 0, 0)
    later = fees(cycle.next.number, [group])[group]
    assert code not in {line.offering_code for line in later}


@pytest.mark.django_db
@pytest.mark.parametrize("row", rows_of("catalogue.md", "held"), ids=" ".join)
def test_what_goes_together(row):
    held, ordered, outcome = row
    group = a_group()
    for code in listed(held):
        order(group, code, NOON)
    before = products_of(group, NOON)
    if outcome == "ordered":
        assert order(group, ordered, NOON).offering.code == ordered
        return
    with pytest.raises(WanhaoError, match=outcome) as caught:
        order(group, ordered, NOON)
    assert caught.value.remedy
    assert products_of(group, NOON) == before


@pytest.mark.django_db
@pytest.mark.parametrize("row", rows_of("catalogue.md", "modules"), ids=" ".join)
def test_plans_of_ones_own(row):
    modules, fee, outcome = row
    load_catalogue()
    assert sum(OFFERINGS[code].fee_fen for code in listed(modules)) == int(fee)
    if not outcome.startswith("custom-"):
        with pytest.raises(WanhaoError, match=outcome):
            compose_plan(listed(modules), NOON)
        return
    code = compose_plan(listed(modules), NOON)
    assert code == compose_plan(list(reversed(listed(modules))), NOON) == outcome
    assert offering(code).fee_fen == int(fee)


def test_changes_take_effect_as_the_table_says():
    table = dict(rows_of("catalogue.md", "what"))
    assert table["another plan"] == table["cancelling an upgrade"] == "1st of next month"
    assert table["cancelling a pack that renews"] == "1st of next month"
    assert table["a day pack"] == "ends by itself"
    plans = [one for one in OFFERINGS.values() if one.is_plan]
    assert {one.change for one in plans} == {Effect.NEXT_MONTH}
    renewing = [one for one in OFFERINGS.values() if one.lasts is Lasts.UNTIL_CANCELLED]
    assert {one.cancel for one in renewing} == {Effect.NEXT_MONTH}


@pytest.mark.django_db
def test_another_plan_begins_on_the_first():
    group = a_group()
    hold_offering([group], "lexiang-3g-49", NOON)
    assert change_plan(group, "lexiang-4g-59", NOON).since == Cycle(202612).start


PACKS = rows_of("allowances.md", "allowance")


@pytest.mark.parametrize("row", PACKS, ids=" ".join)
def test_packs_are_used_in_the_order_of_their_ranks(row):
    code, service, rank, rolls, renews = row
    pack = OFFERINGS[code]
    (part,) = pack.allowances
    assert (part.service, part.rank) == (Service(service), int(rank))
    assert part.rolls is (rolls == "yes")
    assert (pack.lasts is Lasts.UNTIL_CANCELLED) is (renews == "yes")


def test_every_pack_is_on_the_page():
    packs = {one.code for one in OFFERINGS.values() if one.kind == "pack"}
    assert packs == {row[0] for row in PACKS}


@pytest.mark.parametrize("row", rows_of("allowances.md", "plan"), ids=" ".join)
def test_data_rolls_over_as_the_plan_says(row):
    code, rolls = row
    assert OFFERINGS[code].rolls is (rolls == "yes")


@pytest.mark.parametrize("row", rows_of("allowances.md", "used (MB)"), ids=" ".join)
def test_the_example_uses_up_what_the_order_says(row):
    used, *expected, beyond = map(int, row)
    packs = [OFFERINGS[code].allowances[0] for code in ("data-pack-10", "data-pack-monthly-20")]
    ranked = sorted(packs, key=lambda part: part.rank)
    sizes = [80, *(part.quantity for part in ranked), OFFERINGS["lexiang-3g-49"].data_mb]
    left, taken = used, []
    for size in sizes:
        taken.append(min(size, left))
        left -= taken[-1]
    assert (taken, left) == (expected, beyond)
