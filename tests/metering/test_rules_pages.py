"""The numbers on the pages of the rules, held against the kernel row by row."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.metering.examples import (
    FIRST_NUMBER,
    NAMES,
    NOVEMBER,
    PLAIN,
    PRICES,
    ZONES,
    columns,
    count,
    funds_of,
    link_of,
    opened,
    step,
    terms_of,
    told,
)
from tests.metering.oracle import Record, Terms
from tests.metering.oracle_tariffs import Tariff
from tests.metering.pages import listed, rows_of
from wanhao.metering.cycles import CycleStep
from wanhao.metering.folding import cycle_of, resolve
from wanhao.metering.meters import Refusal, classify, rate_zone, refuse
from wanhao.metering.state import MeterState, Watched
from wanhao.metering.tariffs import KILO
from wanhao.usage.cycles import due_cycles
from wanhao.usage.duplicates import DuplicateIndex
from wanhao.usage.judging import FUTURE_TOLERANCE
from wanhao.usage.readers import read_blocks
from wanhao.usage.schema import COLUMNS, REFUSALS, SERVICE_CODES, ZONE_CODES
from wanhao.values.cycle import SHANGHAI, Cycle

PRICE = {"voice": 15, "message": 10, "data": 30}
METER_NAMES = ("voice", "message", "data", "free")
UNIT = {"voice": 60, "message": 1, "data": 1 << 20}
BALANCE = 100_000
# What the reminder rules have watched: half of the data, and each further 100 % of it.
WATCHED = Watched(
    usage=((80, 100), (80, 100), (50, 80, *range(100, 3001, 100))),
    money=(500, 1500),
    credit=(80, 100),
)


def epoch(told):
    """An instant of Asia/Shanghai in epoch seconds."""
    return int(datetime.fromisoformat(told).replace(tzinfo=SHANGHAI).timestamp())


def customer(allowance, unit=60, fen=BALANCE, price=PRICE):
    """One line on a plan with these allowances, and money."""
    state = opened()
    everything = {name: allowance.get(name, 0) for name in NAMES}
    tariff = Tariff(50, unit, {**PRICES, "domestic": price})
    step(state, told(tariff), 4)
    step(state, terms_of(1, 1, Terms(tariff=tariff, allowance=everything)), 4)
    step(state, link_of(FIRST_NUMBER, 1, NOVEMBER), 5)
    step(state, funds_of(1, fen), 6)
    return state


def record(service, quantity, sign=1, start=NOVEMBER + 9, number=FIRST_NUMBER):
    """One domestic record."""
    return Record("msc-1", "1", number, service, "domestic", start, quantity, sign)


def used(state, service):
    """The total of group 1 in its running cycle."""
    place = state.places_of(np.array([1]))
    return int(state.current().totals[place, NAMES.index(service)][0])


def left(state):
    """What account 1 has left, in fen."""
    return int(state.left(state.account_places_of(np.array([1])))[0])


def charged(state):
    """What account 1 was charged, in fen."""
    return BALANCE - left(state)


def thresholds(fired, kind):
    """The thresholds among what was fired, by kind of crossing."""
    return [crossing[-2] for crossing in fired if crossing[0] == kind]


@pytest.mark.parametrize("row", rows_of("usage-reminders.md", "metric"), ids=" ".join)
def test_a_threshold_fires_exactly_where_the_page_says(row):
    metric, size, before, after, fires = row
    unit = UNIT[metric]
    state = customer({metric: int(size) * (1 if metric == "voice" else unit)})
    step(state, WATCHED, 6)
    _use(state, metric, int(before) * unit)
    fired = _use(state, metric, (int(after) - int(before)) * unit)
    assert sorted(thresholds(fired, "usage")) == [int(percent) for percent in listed(fires)]


@pytest.mark.parametrize("row", rows_of("money-reminders.md", "metric", 0), ids=" ".join)
def test_money_fires_exactly_where_the_page_says(row):
    _, size, before, after, fires = row
    spent = [_fen(size) - _fen(before), _fen(before) - _fen(after)]
    state = customer({}, fen=_fen(size), price={**PRICE, "message": 1})
    fired = [_spend(state, fen) for fen in spent][1]
    assert thresholds(fired, "money") == [100 * int(yuan) for yuan in listed(fires)]


@pytest.mark.parametrize("row", rows_of("money-reminders.md", "metric", 1), ids=" ".join)
def test_credit_fires_exactly_where_the_page_says(row):
    _, limit, before, after, fires = row
    state = customer({}, price={**PRICE, "message": 1})
    step(state, funds_of(1, _fen(limit), credit=_fen(limit)), 7)
    spent = [_fen(limit) - _fen(before), _fen(before) - _fen(after)]
    fired = [_spend(state, fen) for fen in spent][1]
    assert thresholds(fired, "credit") == [int(percent) for percent in listed(fires)]


@pytest.mark.parametrize("row", rows_of("counting.md", "service"), ids=" ".join)
def test_service_and_zone_choose_the_meter(row):
    service, zone, expected = row
    codes = (
        np.array([SERVICE_CODES.get(service, 3)], np.uint8),
        np.array([ZONE_CODES.get(zone, 4)], np.uint8),
    )
    refusal = Refusal(refuse(*codes, np.array([1]), np.array([1], np.int8))[0])
    if refusal is not Refusal.NONE:
        assert REFUSALS[refusal].value == expected
        return
    meter, abroad = METER_NAMES[classify(*codes)[0]], int(rate_zone(codes[1])[0])
    assert (f"{meter} in {ZONES[abroad]}" if abroad else meter) == expected


@pytest.mark.parametrize("row", rows_of("counting.md", "calls (seconds)"), ids=" ".join)
def test_each_call_is_rounded_up(row):
    calls, unit, units = row
    state = customer({}, unit=int(unit))
    count(state, [record("voice", int(seconds)) for seconds in listed(calls)])
    assert used(state, "voice") == int(units)


@pytest.mark.parametrize("row", rows_of("counting.md", "allowance (octets)"), ids=" ".join)
def test_data_is_rounded_once_over_the_cycle(row):
    allowance, octets, total, beyond, fen = row
    state = customer({"data": int(allowance)})
    for amount in listed(octets):
        count(state, [record("data", int(amount))])
    assert used(state, "data") == int(total)
    assert -(-max(int(total) - int(allowance), 0) // KILO) == int(beyond)
    assert charged(state) == int(fen)


@pytest.mark.parametrize("row", rows_of("counting.md", "number"), ids=" ".join)
def test_whoever_held_the_number_at_the_start_is_counted(row):
    number, starts, expected = row
    state = opened()
    plan = Terms(tariff=PLAIN, allowance=dict.fromkeys(NAMES, 0))
    for position, group in enumerate((1, 2), start=4):
        step(state, terms_of(group, group, plan), position)
    links = (("2026-11-01 00:00:00", 1), ("2026-11-10 12:00:00", 0), ("2026-11-20 08:00:00", 2))
    for position, (since, group) in enumerate(links, start=6):
        step(state, link_of(FIRST_NUMBER, group, epoch(since)), position)
    one = record("voice", 60, start=epoch(starts), number=int(number))
    found = resolve(state, columns([one]), epoch("2026-11-30 23:00:00"))
    assert _outcome(found, lambda: f"group {state.group_id[found.place[0]]}") == expected


@pytest.mark.parametrize("row", rows_of("counting.md", "record starts (Asia/Shanghai)"))
def test_a_record_belongs_to_the_month_in_which_it_started(row):
    starts, seconds, cycle = row
    assert epoch(starts) == int(seconds)
    assert cycle_of(np.array([int(seconds)]))[0] == int(cycle)
    assert Cycle.at_epoch(int(seconds)).number == int(cycle)


@pytest.mark.parametrize("row", rows_of("counting.md", "now (Asia/Shanghai)"), ids=" ".join)
def test_a_month_takes_late_records_for_72_hours(row):
    now, starts, expected = row
    state = MeterState.empty(3)
    instant = datetime.fromtimestamp(epoch(now), UTC)
    # The meter ran all the time, so each month was opened and closed when it was due.
    for days in range(40, -1, -1):
        at = instant - timedelta(days=days)
        for fact in due_cycles(state.current().cycle, state.closed_through, at):
            step(state, CycleStep(cycle=fact.cycle, opens=fact.opens), state.last_fact + 1)
    plan = Terms(tariff=PLAIN, allowance=dict.fromkeys(NAMES, 0))
    step(state, terms_of(1, 1, plan), state.last_fact + 1)
    step(state, link_of(FIRST_NUMBER, 1, 0), state.last_fact + 1)
    batch = columns([record("voice", 60, start=epoch(starts))])
    found = resolve(state, batch, epoch(now) + FUTURE_TOLERANCE)
    assert _outcome(found, lambda: str(state.slots[found.slot[0]].cycle)) == expected


SAME = rows_of("counting.md", "source")


@pytest.mark.parametrize("last", range(len(SAME)), ids=[" ".join(row) for row in SAME])
def test_the_same_record_again_is_told_apart_from_another(tmp_path, last):
    index, outcome = DuplicateIndex(), ""
    for number, (source, identity, starts, seconds, _) in enumerate(SAME[: last + 1]):
        path = tmp_path / f"{number}.csv"
        fields = (identity, source, FIRST_NUMBER, "voice", "domestic", epoch(starts), seconds, 1)
        path.write_text(f"{','.join(COLUMNS)}\n{','.join(map(str, fields))}\n")
        (block,) = read_blocks(path)
        verdict = index.judge(block)
        index.remember(verdict.new)
        seen = "conflict" if verdict.conflict[0] else "metered"
        outcome = "duplicate" if verdict.duplicate[0] else seen
    assert outcome == SAME[last][-1]


TAKEN_BACK = rows_of("counting.md", "seconds")


@pytest.mark.parametrize("last", range(len(TAKEN_BACK)), ids=[" ".join(r) for r in TAKEN_BACK])
def test_what_is_taken_back_lowers_total_and_charge(last):
    state = customer({"voice": 100})
    fired = []
    for seconds, sign, *_ in TAKEN_BACK[: last + 1]:
        fired = count(state, [record("voice", int(seconds), int(sign))])
    _, _, minutes, fen, crosses = TAKEN_BACK[last]
    assert (used(state, "voice"), charged(state)) == (int(minutes), int(fen))
    assert thresholds(fired, "usage") == [int(percent) for percent in listed(crosses)]
    assert {crossing[-1] for crossing in fired} <= {0}


def _outcome(found, counted):
    refusal = Refusal(found.refusal[0])
    return counted() if refusal is Refusal.NONE else REFUSALS[refusal].value


def _fen(yuan):
    return int(yuan.replace(".", ""))


def _use(state, service, quantity):
    return count(state, [record(service, quantity)] if quantity else [])


def _spend(state, fen):
    """Spend by messages that cost one fen each."""
    return _use(state, "message", fen)
