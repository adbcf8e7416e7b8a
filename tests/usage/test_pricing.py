"""What a month would have cost under other plans is what the meter would have charged."""

import random
from dataclasses import replace

import numpy as np
import pytest

from tests.metering.examples import FIRST_NUMBER, NOVEMBER, count, step
from tests.metering.oracle import Record
from tests.usage.operators import CYCLE, MB, PLAIN, STEPS, group, tell
from tests.usage.random_operators import TARIFFS
from wanhao.metering.cycles import CycleStep
from wanhao.metering.state import MeterState
from wanhao.usage.contracts import FundsFact, LineFact, Service, UsageLine
from wanhao.usage.facts_log import encode
from wanhao.usage.feed import columns_of
from wanhao.usage.pricing import MonthUse, PlanTerms, month_uses, plan_costs
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
MONEY = 10**12
LIGHT = MonthUse(voice=90, voice_unit=60, messages=30, octets=400 * MB)
HEAVY = MonthUse(voice=500, voice_unit=60, messages=200, octets=3_000 * MB)
SMALL = PlanTerms(tariff=1, voice_allowance=100, message_allowance=30, data_allowance=500 * MB)


def charged(use, plan):
    """What the kernel charges a new customer on this plan who uses exactly that."""
    state = MeterState.empty(2)
    step(state, CycleStep(cycle=CYCLE, opens=True), 1)
    tariff = next(fact for fact in TARIFFS if fact.number == plan.tariff)
    terms = group(
        1,
        tariff=plan.tariff,
        voice_allowance=plan.voice_allowance,
        message_allowance=plan.message_allowance,
        data_allowance=plan.data_allowance,
    )
    line = LineFact(number=FIRST_NUMBER, group_id=1, since=0)
    funds = FundsFact(account_id=1, spendable_fen=MONEY, billed_through=0)
    for number, (kind, body) in enumerate(encode([tariff, terms, line, funds]), start=10):
        step(state, columns_of(kind, body), number)
    seconds = use.voice * tariff.voice_unit
    amounts = {"voice": seconds, "message": use.messages, "data": use.octets}
    told = [
        Record("msc-1", name, FIRST_NUMBER, name, "domestic", NOVEMBER, quantity, 1)
        for name, quantity in amounts.items()
        if quantity
    ]
    count(state, told)
    return MONEY - int(state.left(state.account_places_of(np.array([1])))[0])


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_costs_what_the_kernel_charges_for_the_same_use(seed):
    chance = random.Random(seed)
    tell(*TARIFFS)
    plans = [
        PlanTerms(
            tariff=tariff.number,
            voice_allowance=chance.choice((0, 50, 300)),
            message_allowance=chance.choice((0, 30)),
            data_allowance=chance.choice((0, 1, 100 * MB, 2_000 * MB)),
        )
        for tariff in TARIFFS
    ]
    for plan, tariff in zip(plans, TARIFFS, strict=True):
        uses = [
            MonthUse(
                voice=chance.choice((0, 1, 60, 299, 400)),
                voice_unit=tariff.voice_unit,
                messages=chance.choice((0, 30, 31, 500)),
                octets=chance.choice((0, 1, 2_000 * MB, chance.randint(1, 9_000 * MB))),
            )
            for _ in range(8)
        ]
        assert plan_costs(uses, [plan]) == [[charged(use, plan)] for use in uses]


def test_every_use_is_priced_under_every_plan():
    tell(PLAIN, STEPS)
    large = PlanTerms(
        tariff=2, voice_allowance=1_000, message_allowance=500, data_allowance=2_900 * MB
    )
    # 400 minutes at 0.15, 170 messages at 0.10, 2,500 MB at 0.30; or 100 MB up to the first tier.
    dear = 400 * 15 + 170 * 10 + 2_500 * 30
    assert plan_costs([LIGHT, HEAVY], [SMALL, large]) == [[0, 0], [dear, 1_000]]


def test_minutes_are_never_priced_too_low_where_another_plan_rounds_calls_otherwise():
    by_minute, by_six = PLAIN, replace(STEPS, voice_unit=6)
    tell(by_minute, by_six)
    nothing = {"voice_allowance": 0, "message_allowance": 0, "data_allowance": 0}
    plans = [PlanTerms(tariff=fact.number, **nothing) for fact in (by_minute, by_six)]
    price = [fact.prices["domestic"][0] for fact in (by_minute, by_six)]
    minutes = MonthUse(voice=3, voice_unit=60, messages=0, octets=0)
    sixes = MonthUse(voice=7, voice_unit=6, messages=0, octets=0)
    # Three minutes are thirty sixes at most; seven sixes may have been seven calls.
    assert plan_costs([minutes, sixes], plans) == [
        [3 * price[0], 30 * price[1]],
        [7 * price[0], 7 * price[1]],
    ]


def test_ten_thousand_groups_under_ten_plans_are_priced_together():
    tell(*TARIFFS)
    chance = random.Random(4)
    uses = [
        MonthUse(
            voice=chance.randint(0, 900),
            voice_unit=60,
            messages=chance.randint(0, 300),
            octets=chance.randint(0, 20_000 * MB),
        )
        for _ in range(10_000)
    ]
    plans = [
        PlanTerms(
            tariff=chance.choice(TARIFFS).number,
            voice_allowance=100 * size,
            message_allowance=10 * size,
            data_allowance=500 * MB * size,
        )
        for size in range(10)
    ]
    whole = plan_costs(uses, plans)
    assert (len(whole), {len(row) for row in whole}) == (10_000, {10})
    assert whole[:50] == plan_costs(uses[:50], plans)


def test_a_closed_months_lines_give_the_use_at_home():
    def line(service, total, zone="domestic", group_id=1):
        return UsageLine(
            account_id=1,
            group_id=group_id,
            zone=zone,
            service=service,
            total=total,
            beyond=0,
            charge_fen=0,
            tier=0,
            tariff=1,
            voice_unit=60,
            price_fen=15,
            allowances=(),
        )

    lines = [
        line(Service.VOICE, 90),
        line(Service.DATA, 400 * MB),
        line(Service.MESSAGE, 30),
        line(Service.VOICE, 7, zone="roaming"),
        line(Service.MESSAGE, 3, group_id=2),
    ]
    quiet = MonthUse(voice=0, voice_unit=60, messages=3, octets=0)
    assert month_uses(lines) == {1: LIGHT, 2: quiet}


def test_a_tariff_that_nobody_was_told_of_is_refused():
    with pytest.raises(WanhaoError, match="No tariff of number 1"):
        plan_costs([LIGHT], [SMALL])
