"""The kernel and the plain loop agree over random operators, facts and records."""

import itertools
import random
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.metering.examples import (
    CYCLE,
    FEN,
    FIRST_NUMBER,
    NAMES,
    NOVEMBER,
    PERCENTS,
    TERMS,
    count,
    funds_of,
    link_of,
    opened,
    records,
    step,
    terms_of,
)
from tests.metering.oracle import Oracle, reached
from wanhao.metering.facts import CycleStep
from wanhao.metering.state import Watched

ACCOUNTS = st.integers(1, 3)
GROUPS = st.integers(1, 5)
NUMBERS = st.integers(FIRST_NUMBER, FIRST_NUMBER + 4)
SINCE = st.sampled_from([NOVEMBER + day * 86_400 for day in (-9, -1, 0, 5, 10, 30, 31)])
MONEY = st.none() | st.sampled_from([0, 499, 500, 501, 1499, 1500, 1501, 2000, 100_000])
WATCHED = st.tuples(
    st.sampled_from([(80, 100), (50, 80, 100), (100,), (99,), ()]),
    st.sampled_from([(1500, 500), (1500,), (2000, 1500, 500), (500,), ()]),
)
FACTS = st.one_of(
    st.tuples(st.just("terms"), GROUPS, TERMS),
    st.tuples(st.just("terms"), GROUPS, TERMS),
    st.tuples(st.just("link"), NUMBERS, st.integers(0, 5), SINCE),
    st.tuples(st.just("funds"), ACCOUNTS, MONEY),
    st.tuples(st.just("funds"), ACCOUNTS, MONEY),
    st.tuples(st.just("cycle"), st.sampled_from([202612, 202701]), st.booleans()),
    st.tuples(st.just("watch"), WATCHED),
)


@st.composite
def world(draw, signs=(1,)):
    """Some customers, then rounds of facts followed by records of distinct identities."""
    first = [("terms", group, draw(TERMS)) for group in (1, 2, 3)]
    first += [
        ("link", FIRST_NUMBER + n, draw(st.integers(1, 3)), NOVEMBER - 9 * 86_400) for n in range(4)
    ]
    first += [("funds", account, draw(MONEY)) for account in (1, 2, 3)]
    batch = st.lists(records(signs), max_size=40)
    rounds = st.lists(st.tuples(st.lists(FACTS, max_size=5), batch), min_size=1, max_size=5)
    return numbered([(first, draw(batch)), *draw(rounds)])


def numbered(rounds):
    """Every record of a history gets an id of its own."""
    ids = map(str, itertools.count(1))
    return [(facts, [replace(r, id=next(ids)) for r in batch]) for facts, batch in rounds]


def as_watched(rounds):
    """The same history under the thresholds it began with."""
    return [([fact for fact in facts if fact[0] != "watch"], batch) for facts, batch in rounds]


def account_of(group):
    """Groups stay with their account: it is fixed by the group's number."""
    return group % 3 + 1


class Both:
    """The kernel and the oracle side by side."""

    def __init__(self):
        self.state = opened()
        self.oracle = Oracle([CYCLE - 1, CYCLE], PERCENTS, FEN)
        self.fired = set()
        self.number = 3

    def fact(self, kind, *what):
        """Tell both the same fact at the same position."""
        self.number += 1
        if kind == "terms":
            group, terms = what
            self._tell(terms_of(group, account_of(group), terms))
            self.oracle.group(group, account_of(group), terms, self.number)
        elif kind == "link":
            number, group, since = what
            known = group if group in self.oracle.groups else 0
            self._tell(link_of(number, known, since))
            self.oracle.link(number, known, since)
        elif kind == "funds":
            account, fen = what
            self._tell(funds_of(account, fen))
            self.oracle.funds(account, fen, self.number)
        elif kind == "cycle":
            cycle, opens = what
            self._tell(CycleStep(cycle=cycle if opens else CYCLE, opens=opens))
            self.oracle.open(cycle) if opens else self.oracle.close(CYCLE)
        else:
            ((percents, fen),) = what
            self._tell(Watched(usage=(percents,) * 3, money=fen))
            self.oracle.watch(percents, fen, self.number)

    def count(self, batch):
        """Give both the same records."""
        self.fired |= set(count(self.state, batch))
        for record in batch:
            self.oracle.record(record)

    def _tell(self, facts):
        self.fired |= set(step(self.state, facts, self.number))

    def totals(self):
        """The kernel's totals by group and cycle."""
        places = {g: int(self.state.places_of(np.array([g]))[0]) for g in self.oracle.groups}
        return {
            (g, slot.cycle): dict(zip(NAMES, slot.totals[p, :3].tolist(), strict=True))
            for g, p in places.items()
            for slot in self.state.slots
        }

    def left(self):
        """What the kernel says each watched account has left."""
        watched = [a for a, fen in self.oracle.spendable.items() if fen is not None]
        places = self.state.account_places_of(np.array(watched, np.int64))
        return dict(zip(watched, self.state.left(places).tolist(), strict=True))


def run(rounds):
    """Give the same history to both."""
    both = Both()
    for facts, batch in rounds:
        for fact in facts:
            both.fact(*fact)
        both.count(batch)
    return both


def same_figures(both):
    """Totals and money agree to the unit and to the fen."""
    oracle = both.oracle
    assert both.totals() == {
        (g, cycle): known.months[cycle].total
        for g, known in oracle.groups.items()
        for cycle in oracle.cycles[-2:]
    }
    assert both.left() == {
        a: oracle.left(a) for a, fen in oracle.spendable.items() if fen is not None
    }


@given(world())
def test_totals_charges_and_thresholds_are_those_of_the_plain_loop(rounds):
    both = run(rounds)
    same_figures(both)
    assert both.fired == both.oracle.fired


@given(world(signs=(1, 1, 1, -1)).map(as_watched))
def test_with_reversals_totals_and_charges_are_equal_and_each_threshold_fires_when_it_must(rounds):
    both = run(rounds)
    same_figures(both)
    told = {crossing[1:5] for crossing in both.fired if crossing[0] == "usage"}
    for group, known in both.oracle.groups.items():
        for (cycle, month), service in itertools.product(known.months.items(), NAMES):
            for percent in PERCENTS:
                implied = reached(month.total[service], month.terms.allowance[service], percent)
                if month.total[service] > 0 and implied:
                    assert (group, service, cycle, percent) in told


@given(world(signs=(1, 1, -1)), st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_shuffle_and_split_between_two_facts_changes_no_total(rounds, chance, pieces):
    straight = run(rounds)
    shuffled = Both()
    for facts, batch in rounds:
        for fact in facts:
            shuffled.fact(*fact)
        mixed = list(batch)
        chance.shuffle(mixed)
        for part in range(pieces):
            shuffled.count(mixed[part::pieces])
    assert shuffled.totals() == straight.totals()
    assert shuffled.left() == straight.left()


@given(world(), st.integers(0, 2**32))
def test_without_reversals_a_shuffle_and_split_fires_the_same_thresholds(rounds, seed):
    straight = run(rounds)
    shuffled = Both()
    chance = random.Random(seed)
    for facts, batch in rounds:
        for fact in facts:
            shuffled.fact(*fact)
        mixed = chance.sample(batch, len(batch))
        shuffled.count(mixed[: len(mixed) // 3])
        shuffled.count(mixed[len(mixed) // 3 :])
    assert shuffled.fired == straight.fired


@given(world())
def test_the_number_of_shards_changes_nothing(rounds):
    three = run(rounds)
    one = Both()
    one.state = opened(shards=1)
    for facts, batch in rounds:
        for fact in facts:
            one.fact(*fact)
        one.count(batch)
    assert one.totals() == three.totals()
    assert one.fired == three.fired
