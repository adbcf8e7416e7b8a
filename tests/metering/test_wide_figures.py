"""Figures far larger than a narrow column holds: the kernel and the plain loop still agree."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.metering.customers import Customer
from tests.metering.examples import CYCLE, NAMES, funds_of, link_of
from tests.metering.test_against_oracle import run, same_figures, world
from wanhao.metering.changing import GroupTerms
from wanhao.metering.effects import DATA_STOP
from wanhao.metering.facts import apply_facts, enrol, fold_facts
from wanhao.metering.meters import MOST_QUANTITY
from wanhao.metering.numbering import NumberPlan
from wanhao.metering.state import MeterState

MOST = {"voice": MOST_QUANTITY, "message": MOST_QUANTITY, "data": 1 << 36}
"""Of data less: each tier that is reached is told, and there would be very many."""
NUMBER = 16_907_910_001
TAKEN_BACK = (1, 1, -1)


def magnified(rounds, bits):
    """The same history with amounts, allowances and money so much larger."""
    return [
        ([_fact(fact, bits) for fact in facts], [_record(one, bits) for one in batch])
        for facts, batch in rounds
    ]


def _fact(fact, bits):
    if fact[0] == "terms":
        terms = copy.deepcopy(fact[2])
        terms.allowance = {
            name: _more(name, amount, bits) for name, amount in terms.allowance.items()
        }
        terms.packs = [
            replace(pack, quantity=_more(pack.service, pack.quantity, bits)) for pack in terms.packs
        ]
        return (*fact[:2], terms, *fact[3:])
    if fact[0] == "funds" and fact[2] is not None:
        return ("funds", fact[1], fact[2] << bits // 2, *fact[3:])
    return fact


def _record(record, bits):
    return replace(record, quantity=_more(record.service, record.quantity, bits))


def named(fired):
    """What was told; of data that stops not the tier, which one batch may run far beyond."""
    return {one[:4] if one[0] == "step" and one[3] == DATA_STOP else one for one in fired}


def _more(service, amount, bits):
    return min(amount << bits, MOST.get(service, amount))


@given(world(), st.sampled_from([8, 20, 28, 34]))
def test_large_amounts_are_counted_and_told_as_small_ones_are(rounds, bits):
    both = run(magnified(rounds, bits))
    same_figures(both)
    assert named(both.fired) == named(both.oracle.fired)


@given(world(signs=TAKEN_BACK), st.sampled_from([20, 28, 34]))
def test_large_amounts_may_be_taken_back(rounds, bits):
    same_figures(run(magnified(rounds, bits)))


@pytest.mark.parametrize("service", NAMES)
def test_a_total_at_the_edge_of_its_column_is_exact(service):
    customer = Customer()
    slot, meter = customer.state.current(), NAMES.index(service)
    place = customer.state.places_of(np.array([1]))
    unit = 60 if service == "voice" else 1
    for amount, total in ((2**31 - 1, 2**31 - 1), (1, 2**31), (2**31, 2**32)):
        customer.use(amount * unit, service=service)
        assert slot.totals[place, meter].tolist() == [total]
    customer.use(2**33 * unit, sign=-1, service=service)
    assert slot.totals[place, meter].tolist() == [-(2**32)]


@pytest.mark.parametrize("mb", [2**31 - 1, 2**31, 2**33])
def test_an_allowance_beyond_every_alarm_is_reached_all_the_same(mb):
    """The alarm of so much data is kept lower than it is: it rings early, and says nothing."""
    customer = Customer(schedule=None, mb=mb)
    octets, step = mb << 20, MOST_QUANTITY
    percents = []
    for _ in range(octets // step):
        percents += [one[4] for one in customer.use(step) if one[0] == "usage"]
    percents += [one[4] for one in customer.use(octets % step or 1) if one[0] == "usage"]
    assert percents == [80, 100]


def test_money_beyond_twenty_million_yuan_is_exact():
    customer = Customer()
    customer.tell(funds_of(1, 2**31 - 1))
    customer.tell(funds_of(2, 2**33 + 1))
    places = customer.state.account_places_of(np.array([1, 2]))
    assert customer.state.left(places).tolist() == [2**31 - 1, 2**33 + 1]


def test_more_kinds_of_terms_than_a_narrow_column_counts():
    state, count = MeterState.empty(2), 33_000
    one = np.ones(count, np.int64)
    allowance = np.zeros((count, 3), np.int64)
    allowance[:, 0] = np.arange(count)
    facts = GroupTerms(
        group=np.arange(1, count + 1),
        account=np.arange(1, count + 1),
        cycle=CYCLE,
        plan=one,
        tariff=0 * one,
        allowance=allowance,
        rolls=0 * one,
    )
    enrol(state, facts)
    delta, _ = fold_facts(state, facts, 1, 0)
    apply_facts(state, delta)
    place = state.places_of(facts.group)
    free = state.cells(state.current(), place, 0 * one).free
    assert free.tolist() == allowance[:, 0].tolist()
    assert state.current().terms.data.dtype == np.int32


@pytest.mark.parametrize("since", [2**31 - 1, 2**31, 2**33, -(2**40)])
def test_a_number_may_change_hands_at_any_time(since):
    plan = NumberPlan()
    plan.link(np.array([NUMBER]), np.array([1]), np.array([-(2**50)]))
    plan.link(np.array([NUMBER]), np.array([2]), np.array([since]))
    at = np.array([since - 1, since, since + 1])
    assert plan.places(np.full(3, NUMBER), at).tolist() == [1, 2, 2]


def test_numbers_outside_every_block_belong_to_nobody():
    customer = Customer()
    customer.tell(link_of(NUMBER, 1, 0))
    odd = np.array([0, -1, 9_999_999_999, 20_000_000_000, 2**62, -(2**62), NUMBER])
    known = customer.state.plan.places(odd, np.full(len(odd), 10**9))
    assert (known >= 0).tolist() == [False] * 6 + [True]
