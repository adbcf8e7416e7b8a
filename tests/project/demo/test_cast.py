"""The cast file agrees with the catalogue, the cities and the rules."""

import re
from datetime import UTC, datetime

import pytest

from tests.project.demo.plain_loop import MB, PLANS, charge, count, month_after
from wanhao.communications.rules import known_rules
from wanhao.parties.cities import known_cities
from wanhao.project.demo.cast import cast, cast_accounts
from wanhao.project.demo.history import cast_history, cast_month, spread
from wanhao.values.cycle import Cycle

NOW = datetime(2026, 11, 22, 7, 30, tzinfo=UTC)
OUTCOME = count(cast_history(Cycle.of(NOW), NOW))
NEXT_MONTH = count(cast_month(Cycle.of(NOW).next), month_after(OUTCOME))
BY_THE_CALENDAR = {
    *("abnormal-bill", "points-expiring", "product-ending"),
    *("before-credit-stop", "before-two-way", "restored", "stopped"),
}
HE, ZHOU, XU, LUO, GUO, PENG = (
    16907910001,
    16907920001,
    16907980001,
    16907900001,
    16907960010,
    16907010001,
)
LI, YE = 16907900002, 16907980003
LIU, EMMA, HU, DENG, ZHANG, WU, XIAOYU = (
    16907970001,
    16907970002,
    16907930001,
    16907930002,
    16907950001,
    16907960001,
    16907960003,
)


def used_percent(number: int, service: str) -> tuple[int, int]:
    """Used times one hundred, and the allowance."""
    plan = PLANS[next(member.plan for member in cast() if member.number == number)]
    whole = {"voice": plan.voice_minutes, "message": plan.messages, "data": plan.data_mb * MB}
    return OUTCOME.groups[number].used[service] * 100, whole[service]


def test_every_number_is_outside_the_real_segments_and_of_its_city():
    area = {city.code: city.area_code for city in known_cities()}
    for member in cast():
        assert re.fullmatch(rf"169{area[member.city]}00\d\d", str(member.number))
    assert len({member.number for member in cast()}) == len(cast())


def test_all_eleven_cities_have_somebody_in_the_cast():
    assert {member.city for member in cast()} == {city.code for city in known_cities()}


def test_everybody_is_introduced_in_both_languages():
    for member in cast():
        assert member.who_zh.endswith("。")
        assert member.shows_zh.endswith("。")
        assert member.who_en.endswith(".")
        assert member.shows_en.endswith(".")
        assert not re.search(r"[\u4e00-\u9fff]", member.name_en + member.who_en + member.shows_en)


def test_plans_and_rules_exist():
    rules = {rule.code: rule for rule in known_rules()}
    for member in cast():
        assert member.plan in PLANS
        assert {*member.told, *member.told_ahead} <= set(rules)
        assert all(rules[rule].switchable for rule in member.opted_out)


def test_every_group_has_one_main_card():
    for account in cast_accounts():
        for group in account.groups:
            assert [member.role for member in group].count("main") == 1


def test_the_nurse_stands_on_79_per_cent_of_voice():
    assert used_percent(HE, "voice") == (79 * 300, 300)


def test_the_builder_stands_on_exactly_80_per_cent_of_voice():
    assert used_percent(ZHOU, "voice") == (80 * 500, 500)


def test_one_has_exactly_15_yuan_left_and_one_a_fen_less():
    assert (OUTCOME.left["xu"], OUTCOME.left["luo"]) == (1500, 1499)


def test_fifteen_yuan_and_a_fen_less_are_one_kilobyte_apart():
    apart = OUTCOME.groups[LUO].used["data"] - OUTCOME.groups[XU].used["data"]
    assert apart == 1024


def test_one_falls_below_5_yuan():
    assert OUTCOME.left["guo"] == 485


def test_who_opted_out_uses_more_than_80_per_cent():
    assert used_percent(PENG, "voice") == (8500, 100)


def test_one_uses_exactly_all_of_the_data():
    used, whole = used_percent(LIU, "data")
    assert used == 100 * whole


def test_the_teacher_sends_exactly_80_per_cent_of_the_messages():
    assert used_percent(HU, "message") == (80 * 30, 30)


def test_the_courier_sends_exactly_80_per_cent_of_the_messages_of_a_4g_plan():
    assert used_percent(DENG, "message") == (80 * 30, 30)


def test_the_old_lady_uses_little():
    used, whole = used_percent(ZHANG, "voice")
    assert used < 40 * whole


def test_the_family_crosses_80_per_cent_by_the_daughters_record():
    used, whole = used_percent(WU, "data")
    assert 80 * whole <= used < 100 * whole
    assert OUTCOME.told[XIAOYU] == {"data-80"}


@pytest.mark.parametrize("member", cast(), ids=lambda member: member.name_en)
def test_each_is_told_what_the_cast_file_says(member):
    assert OUTCOME.told.get(member.number, set()) == set(member.told)


@pytest.mark.parametrize(
    "member", [one for one in cast() if one.told_ahead], ids=lambda member: member.name_en
)
def test_each_is_told_in_a_month_ahead_what_the_cast_file_says(member):
    told = NEXT_MONTH.told.get(member.number, set())
    assert told == set(member.told_ahead) - BY_THE_CALENDAR


def test_the_lorry_driver_has_used_93_per_cent_of_the_credit_once_the_rent_is_due():
    begun = month_after(OUTCOME)
    assert 30000 - begun.left["yu"] == 15000
    assert 30000 - begun.left["yu"] + begun.rent["yu"] == 27900


def test_the_florist_climbs_two_steps():
    assert NEXT_MONTH.groups[LI].step == 2


def test_the_bill_of_the_month_abroad_is_more_than_five_times_the_mean_of_three():
    (account,) = (one for one in cast_accounts() if one.key == "ye")
    before = account.belongings.earlier_bills_fen
    bill = charge(PLANS[account.groups[0][0].plan], OUTCOME.groups[YE].used)
    assert (bill, sum(before)) == (36000, 3 * 6200)
    assert bill * len(before) > 5 * sum(before)


def test_records_of_a_plan_add_up_to_its_units():
    for member in cast():
        steps = [step.use for step in member.live] + [each.use for each in member.month]
        for use in [*member.use, *steps]:
            quantities = spread(use)
            assert len(quantities) == use.records
            assert min(quantities) >= 1
            per = {"voice": lambda q: -(-q // 60), "message": int, "data": lambda q: q // 1024}
            assert sum(per[use.service](quantity) for quantity in quantities) == use.units


def test_emma_reads_english():
    assert next(member.language for member in cast() if member.number == EMMA) == "en"
