"""What groups hold, at which instant, under which tariff."""

from datetime import UTC, datetime, timedelta
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from tests.parties.examples import a_family, an_account
from wanhao.parties.actions import open_accounts
from wanhao.products.actions import (
    hold_offering,
    hold_offerings,
    lift_data_stop,
    load_catalogue,
    order,
    stop_data,
    take_untold_tariffs,
    tariff_number,
)
from wanhao.products.contracts import NewHolding, Prices, Service, ZonePrices
from wanhao.products.models import Product, Tariff
from wanhao.products.queries import (
    data_stops,
    holdings,
    offerings_held,
    tariffs_after,
    tariffs_held,
)
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)  # 1 November in Nanchang
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def groups() -> list[int]:
    load_catalogue()
    opened = open_accounts([an_account(), a_family()])
    return [group.group_id for account in opened for group in account.groups]


def test_groups_hold_the_offering_they_were_given(groups: list[int]) -> None:
    hold_offering(groups[:1], "lexiang-4g-59", SINCE)

    held = offerings_held([*groups, 999_999])
    assert {group: plan.code for group, plan in held.items()} == {groups[0]: "lexiang-4g-59"}


def test_holding_the_same_again_changes_nothing(groups: list[int]) -> None:
    hold_offering(groups, "lexiang-4g-59", SINCE)
    hold_offering(groups, "lexiang-4g-59", SINCE + timedelta(days=1))
    assert set(Product.objects.values_list("since", flat=True)) == {SINCE}


def test_a_new_plan_ends_the_one_before_at_that_moment(groups: list[int]) -> None:
    later = SINCE + timedelta(days=10)
    hold_offering(groups, "lexiang-4g-59", SINCE)
    hold_offering(groups[:1], "lexiang-4g-99", later)

    held = offerings_held(groups)
    assert [held[group].code for group in groups] == ["lexiang-4g-99", "lexiang-4g-59"]
    assert Product.objects.get(until__isnull=False).until == later
    codes = [holdings(groups, at)[groups[0]].plan.code for at in (later - timedelta(1), later)]
    assert codes == ["lexiang-4g-59", "lexiang-4g-99"]


def test_packs_and_upgrades_stand_beside_the_plan(groups: list[int]) -> None:
    group = groups[0]
    for code in (
        "lexiang-3g-49",
        "sms-pack-5",
        "data-pack-10",
        "data-pack-10",
        "broadband-20m-year",
    ):
        hold_offering([group], code, SINCE)
    held = holdings([group], NOON)[group]
    assert held.plan.code == "lexiang-3g-49"
    assert (held.voice_minutes, held.messages, held.data_mb, held.rolls) == (100, 30, 200, True)
    assert [(pack.code, pack.service, pack.quantity) for pack in held.packs] == [
        ("sms-pack-5", Service.MESSAGE, 60),
        ("data-pack-10", Service.DATA, 100),
        ("data-pack-10", Service.DATA, 100),
    ]


def test_a_group_without_a_plan_has_no_terms(groups: list[int]) -> None:
    hold_offering(groups, "broadband-20m-month", SINCE)
    assert holdings(groups, NOON) == {}
    assert holdings([], NOON) == {}
    assert offerings_held(groups) == {}


def test_the_tariff_is_that_of_plan_and_upgrade(groups: list[int]) -> None:
    hold_offering(groups, "lexiang-3g-49", SINCE)
    before = holdings(groups, NOON)
    order(groups[0], "auto-upgrade-3952", NOON)
    after = holdings(groups, NOON)
    assert before[groups[0]].tariff == before[groups[1]].tariff == after[groups[1]].tariff
    terms = {tariff.number: tariff for tariff in tariffs_after()}
    plain, climbing = terms[after[groups[1]].tariff], terms[after[groups[0]].tariff]
    assert tariffs_held([*groups, 999_999], NOON) == {groups[0]: climbing, groups[1]: plain}
    assert plain.schedule is None
    assert climbing.schedule is not None
    assert climbing.schedule.tiers[-1].fee_fen == 10_000
    assert (plain.prices, plain.voice_unit_seconds) == (
        climbing.prices,
        climbing.voice_unit_seconds,
    )


def test_plans_with_the_same_prices_share_a_tariff(groups: list[int]) -> None:
    hold_offering(groups[:1], "lexiang-4g-59", SINCE)
    hold_offering(groups[1:], "lexiang-4g-599", SINCE)
    assert len({held.tariff for held in holdings(groups, NOON).values()}) == 1
    assert len({held.plan_id for held in holdings(groups, NOON).values()}) == 2


def test_a_tariff_never_changes(groups: list[int]) -> None:
    numbers = [tariff.number for tariff in tariffs_after()]
    load_catalogue()
    assert [tariff.number for tariff in tariffs_after()] == numbers
    assert [tariff.number for tariff in tariffs_after(numbers[1])] == numbers[2:]
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        Tariff.objects.filter(id=numbers[0]).update(voice_unit_seconds=6)


def test_tariffs_are_given_out_once(groups: list[int]) -> None:
    assert [tariff.number for tariff in take_untold_tariffs()] == [
        tariff.number for tariff in tariffs_after()
    ]
    assert take_untold_tariffs() == ()


def test_a_tariff_outside_the_catalogue_has_one_number_too(groups: list[int]) -> None:
    take_untold_tariffs()
    free = ZonePrices(voice_fen=0, message_fen=0, data_fen_per_mb=0)
    prices = Prices(domestic=free, hk_macau_taiwan=free, roaming=free)
    number = tariff_number(6, prices)
    assert tariff_number(6, prices) == number != tariff_number(60, prices)
    assert [(tariff.number, tariff.voice_unit_seconds) for tariff in take_untold_tariffs()] == [
        (number, 6),
        (number + 1, 60),
    ]


def test_what_was_taken_over_is_billed_from_the_month_it_says(groups: list[int]) -> None:
    old = datetime(2015, 3, 9, tzinfo=UTC)
    hold_offerings(
        [
            NewHolding(group_id=groups[0], code="lexiang-4g-59", since=old, charged_from=202612),
            NewHolding(group_id=groups[1], code="lexiang-4g-99", since=SINCE),
        ]
    )
    rows = Product.objects.order_by("group_id").values_list("since", "charged_from")
    assert list(rows) == [(old, 202612), (SINCE, 202611)]


def test_a_year_that_was_taken_over_has_its_end(groups: list[int]) -> None:
    old = datetime(2015, 3, 9, tzinfo=UTC)
    hold_offerings(
        [
            NewHolding(group_id=groups[0], code="broadband-20m-year", since=NOON),
            NewHolding(
                group_id=groups[1], code="broadband-20m-year", since=old, charged_from=202612
            ),
        ]
    )
    ends = {row.group_id: (row.until, row.ends_at) for row in Product.objects.all()}
    year, next_march = (
        datetime(2027, 11, 22, tzinfo=SHANGHAI),
        datetime(2027, 3, 9, tzinfo=SHANGHAI),
    )
    assert ends == {groups[0]: (year, year), groups[1]: (next_march, next_march)}

    hold_offering(groups[:1], "broadband-20m-year", NOON + timedelta(days=1))  # holds it already
    hold_offering(groups[1:], "broadband-50m-month", NOON)
    rows = Product.objects.order_by("group_id", "id").values_list("offering__code", "until")
    assert list(rows) == [
        ("broadband-20m-year", year),
        ("broadband-20m-year", NOON),
        ("broadband-50m-month", None),
    ]


def test_years_held_before_they_had_ends_get_their_next_one(groups: list[int]) -> None:
    hold_offering(groups, "broadband-20m-year", datetime(2024, 2, 29, 4, 0, tzinfo=UTC))
    Product.objects.update(until=None, ends_at=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("wanhao.products.migrations.0003_terms_end").GIVE_ENDS)
    today = datetime.now(SHANGHAI)
    for row in Product.objects.all():
        assert row.until is not None
        end = row.until.astimezone(SHANGHAI)
        assert today < end < today + timedelta(days=366)
        assert (end.month, end.day, end.hour, row.ends_at) in (
            (2, 28, 0, row.until),
            (2, 29, 0, row.until),
        )


def test_the_database_keeps_one_of_each_slot(groups: list[int]) -> None:
    hold_offering(groups, "lexiang-4g-59", SINCE)
    row = Product.objects.first()
    assert row is not None
    with pytest.raises(IntegrityError, match="product_one_of_a_slot"), transaction.atomic():
        Product.objects.create(
            group_id=row.group_id,
            offering_id=row.offering_id,
            slot=row.slot,
            since=SINCE,
            charged_from=202611,
        )


def test_an_unknown_offering_is_refused(groups: list[int]) -> None:
    with pytest.raises(WanhaoError, match="No offering has the code 'gold'"):
        hold_offering(groups, "gold", SINCE)


def test_a_stop_of_data_is_remembered_until_it_is_lifted(groups: list[int]) -> None:
    stop_data(groups, 202611, NOON)
    stop_data(groups[:1], 202611, NOON + timedelta(hours=1))
    lift_data_stop(groups[0], 202611, NOON + timedelta(hours=2))
    stop_data(groups[:1], 202611, NOON + timedelta(hours=3))
    stops = [(stop.group_id, stop.since, stop.lifted_at) for stop in data_stops(groups, 202611)]
    assert stops == [
        (groups[0], NOON, NOON + timedelta(hours=2)),
        (groups[1], NOON, None),
        (groups[0], NOON + timedelta(hours=3), None),
    ]
    assert data_stops(groups, 202612) == ()
    with pytest.raises(WanhaoError, match="is not stopped in 202612") as caught:
        lift_data_stop(groups[0], 202612, NOON)
    assert caught.value.remedy


def test_due_ends_come_from_an_index(groups: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT id FROM wanhao_products_product WHERE ends_at <= now()")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "product_end_due" in plan
