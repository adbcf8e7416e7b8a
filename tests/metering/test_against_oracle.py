"""The kernel and the plain loop agree over random operators, facts and records."""

import copy
import itertools
import random
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.metering.examples import (
    CREDIT,
    CYCLE,
    FEN,
    FIRST_NUMBER,
    NAMES,
    NOVEMBER,
    PACKS,
    PERCENTS,
    TERMS,
    ZONES,
    count,
    fees_of,
    funds_of,
    link_of,
    opened,
    records,
    step,
    terms_of,
)
from tests.metering.oracle import Oracle, Pack, reached
from wanhao.metering.changing import Continue
from wanhao.metering.closing import closed_cells
from wanhao.metering.cycles import CycleStep
from wanhao.metering.funding import RentStep
from wanhao.metering.reviewing import ReviewStep
from wanhao.metering.state import Watched

LATER = (202612, 202701)
GIFTS = 100
"""Packs with this number and higher ones are gifts."""
ACCOUNTS = st.integers(1, 3)
GROUPS = st.integers(1, 5)
NUMBERS = st.integers(FIRST_NUMBER, FIRST_NUMBER + 4)
SINCE = st.sampled_from([NOVEMBER + day * 86_400 for day in (-9, -1, 0, 5, 10, 30, 31)])
MONEY = st.none() | st.sampled_from([0, 499, 500, 501, 1499, 1500, 1501, 2000, 100_000])
LIMITS = st.sampled_from([0, 0, 0, 1, 999, 1_000, 2_000, 50_000])
WATCHED = st.tuples(
    st.sampled_from([(80, 100), (50, 80, 100, 200), (100, 300, 400), (99, 150), (), (3_000,)]),
    st.sampled_from([(1500, 500), (1500,), (2000, 1500, 500), (500,), ()]),
    st.sampled_from([(80, 100), (50, 99), (100,), ()]),
)
FEES = st.tuples(
    st.sampled_from([CYCLE - 1, CYCLE, CYCLE + 1]),
    st.sampled_from([0, 100, 1_900]),
    st.sampled_from([0, 300, 4_900]),
)
FACTS = st.one_of(
    st.tuples(st.just("terms"), GROUPS, TERMS, st.sampled_from([CYCLE] * 3 + [CYCLE + 1])),
    st.tuples(st.just("terms"), GROUPS, TERMS, st.just(CYCLE)),
    st.tuples(st.just("go-on"), GROUPS),
    st.tuples(st.just("also"), GROUPS, st.none() | PACKS),
    st.tuples(st.just("gift"), GROUPS, GROUPS, st.sampled_from([1, 5_000, 1_000_000, 60 << 20])),
    st.tuples(st.just("link"), NUMBERS, st.integers(0, 5), SINCE),
    st.tuples(st.just("funds"), ACCOUNTS, MONEY, st.booleans(), LIMITS),
    st.tuples(st.just("funds"), ACCOUNTS, MONEY, st.just(False), LIMITS),
    st.tuples(st.just("fees"), ACCOUNTS, FEES),
    st.tuples(st.just("rents"), st.integers(0, 1)),
    st.tuples(st.just("review"), st.booleans(), st.sampled_from([1, 40, 100]), st.integers(0, 1)),
    st.tuples(st.just("cycle"), st.sampled_from(LATER), st.booleans()),
    st.tuples(st.just("watch"), WATCHED),
)


@st.composite
def world(draw, signs=(1,)):
    """Some customers, then rounds of facts followed by records of distinct identities."""
    first = [("terms", group, draw(TERMS), CYCLE) for group in (1, 2, 3)]
    first += [
        ("link", FIRST_NUMBER + n, draw(st.integers(1, 3)), NOVEMBER - 9 * 86_400) for n in range(4)
    ]
    first += [("funds", account, draw(MONEY), False, draw(LIMITS)) for account in (1, 2, 3)]
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
        self.oracle = Oracle([CYCLE - 1, CYCLE], PERCENTS, FEN, CREDIT)
        self.fired = set()
        self.pending = []
        self.number = 3

    def fact(self, kind, *what):
        """Tell both the same fact at the same position."""
        self.number += 1
        getattr(self, f"_{kind.replace('-', '_')}")(*what)

    def _terms(self, group, terms, cycle):
        self._tell(terms_of(group, account_of(group), terms, cycle))
        self.oracle.group(group, account_of(group), terms, self.number, cycle)

    def _also(self, group, pack):
        """The terms that hold already, told again, perhaps with one more pack."""
        terms = self._terms_now(group)
        if terms is None:
            return
        held = {(one.service, one.id) for one in terms.packs}
        if pack is not None and (pack.service, pack.id) not in held:
            terms.packs.append(pack)
        self._terms(group, terms, CYCLE)

    def _gift(self, giver, receiver, octets):
        """Data of one plan goes to another group, whether or not the giver used it meanwhile."""
        given, got = self._terms_now(giver), self._terms_now(receiver)
        if giver == receiver or given is None or got is None:
            return
        given.allowance["data"] = max(given.allowance["data"] - octets, 0)
        gifts = [one.id for one in got.packs if one.id >= GIFTS]
        got.packs.append(Pack(max(gifts, default=GIFTS - 1) + 1, "data", octets, rank=7))
        self._terms(giver, given, CYCLE)
        self.number += 1
        self._terms(receiver, got, CYCLE)

    def _terms_now(self, group):
        known = self.oracle.groups.get(group)
        month = known and known.months.get(self.oracle.cycles[-1])
        return copy.deepcopy(month.terms) if month else None

    def _go_on(self, group):
        cycle = self.state.current().cycle
        self._tell(Continue(group=np.array([group]), cycle=cycle))
        self.oracle.go_on(group, self.number)

    def _link(self, number, group, since):
        known = self.oracle.groups.get(group)
        group = group if known is not None and known.months else 0
        self._tell(link_of(number, group, since))
        self.oracle.link(number, group, since)

    def _funds(self, account, fen, after_bill, credit):
        billed = max(self.state.closed_through, 0) if after_bill else 0
        spendable = None if fen is None else fen + credit
        self._tell(funds_of(account, spendable, billed, credit))
        self.oracle.funds(account, spendable, billed, self.number, credit)

    def _fees(self, account, what):
        cycle, fee, rent = what
        self._tell(fees_of(account, cycle, fee, rent, CYCLE + 1))
        self.oracle.fees(account, cycle, fee, rent, CYCLE + 1, self.number)

    def _rents(self, part):
        self._tell(RentStep(cycle=self.state.current().cycle, part=part, parts=2))
        self.oracle.rents(part, 2, self.number)

    def _review(self, newest, percent, part):
        cycle = (self.state.current() if newest else self.state.older()).cycle
        self._tell(ReviewStep(cycle=cycle, percent=percent, part=part, parts=2))
        self.oracle.review(cycle, percent, part, 2)

    def _cycle(self, cycle, opens):
        if opens:
            newest = self.state.current().cycle
            for month in [later for later in LATER if newest < later <= cycle] or [cycle]:
                self._open(month)
        else:
            same_cells(self)
            self._tell(CycleStep(cycle=CYCLE, opens=False))
            self.oracle.close(CYCLE)

    def _open(self, cycle):
        """One month after the other: none is left out."""
        same_cells(self)
        pending = tuple(told for told in self.pending if told.cycle == cycle)
        self._tell(CycleStep(cycle=cycle, opens=True, pending=pending))
        self.oracle.open(cycle, self.number)

    def _watch(self, what):
        percents, fen, credit = what
        self._tell(Watched(usage=(percents,) * 3, money=fen, credit=credit))
        self.oracle.watch(percents, fen, credit, self.number)

    def count(self, batch):
        """Give both the same records."""
        self.fired |= set(count(self.state, batch))
        for record in batch:
            self.oracle.record(record)

    def _tell(self, facts):
        if getattr(facts, "cycle", 0) > self.state.current().cycle:
            self.pending.append(facts)
        self.fired |= set(step(self.state, facts, self.number))

    def totals(self):
        """The kernel's totals by group and cycle."""
        places = {g: int(self.state.places_of(np.array([g]))[0]) for g in self.oracle.groups}
        return {
            (g, slot.cycle): {name: int(slot.totals[p, n]) for n, name in enumerate(NAMES)}
            for g, p in places.items()
            for slot in self.state.slots
            if slot.cycle in self.oracle.groups[g].months and slot.cycle in self.oracle.kept
        }

    def left(self):
        """What the kernel says each watched account has left."""
        watched = [a for a, known in self.oracle.accounts.items() if known.spendable is not None]
        places = self.state.account_places_of(np.array(watched, np.int64))
        return dict(zip(watched, self.state.left(places).tolist(), strict=True))

    def closed(self, cycle):
        """The kernel's cells of a cycle: total, beyond, fen and what was taken of allowances."""
        found = {}
        for cells, packs in closed_cells(self.state, cycle):
            for row in range(len(cells)):
                key = (int(cells.group[row]), ZONES[cells.zone[row]], NAMES[cells.service[row]])
                taken = {("plan", 0): int(cells.plan_used[row])}
                if key[1] == "domestic":
                    taken["rolled", 0] = int(cells.rolled_used[row])
                figures = (cells.total[row], cells.beyond[row], cells.charge[row])
                found[key] = (*map(int, figures), taken)
            for row in range(len(packs.group)):
                key = (int(packs.group[row]), "domestic", NAMES[packs.service[row]])
                found[key][3]["pack", int(packs.pack[row])] = int(packs.used[row])
        return found


def run(rounds):
    """Give the same history to both."""
    both = Both()
    for facts, batch in rounds:
        for fact in facts:
            both.fact(*fact)
        both.count(batch)
    return both


def same_figures(both):
    """Totals, charges, what was taken of each allowance, and money agree to the unit and fen."""
    oracle = both.oracle
    assert both.totals() == {
        (g, cycle): {name: known.months[cycle].cell(name).total for name in NAMES}
        for g, known in oracle.groups.items()
        for cycle in oracle.kept
        if cycle in known.months
    }
    same_cells(both)
    assert both.left() == {
        a: oracle.left(a) for a, known in oracle.accounts.items() if known.spendable is not None
    }


def same_cells(both):
    """What was used, charged and taken agrees in all months that the kernel still has."""
    for cycle in both.oracle.kept:
        assert both.closed(cycle) == as_closed(both.oracle, cycle)


def as_closed(oracle, cycle):
    """The oracle's cells of a cycle; abroad only where something was used."""
    return {
        (g, *key): (cell.total, cell.beyond(), month.charge(key), cell.used())
        for g, known in oracle.groups.items()
        for month in [known.months.get(cycle)]
        if month is not None
        for key, cell in month.cells.items()
        if key[0] == "domestic" or cell.total
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
        for cycle, service in itertools.product(both.oracle.cycles[-2:], NAMES):
            month = known.months.get(cycle)
            if month is None:
                continue
            for percent in PERCENTS:
                used, allowance = month.cell(service).share()
                if used > 0 and reached(used, allowance, percent):
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
