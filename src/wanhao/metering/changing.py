"""Terms that change within a cycle: what was charged stays, what is left is carried over."""

from dataclasses import dataclass, field, fields

import numpy as np

from wanhao.metering.allowances import Packs
from wanhao.metering.columns import I64, no_rows
from wanhao.metering.crossings import crossed_by_fact
from wanhao.metering.effects import UsageCrossings
from wanhao.metering.enrolment import with_zones
from wanhao.metering.meters import SERVICES
from wanhao.metering.rebasing import Change, TermsDelta, rebased, take_terms
from wanhao.metering.slots import NO_CYCLE
from wanhao.metering.state import MeterState
from wanhao.metering.tariffs import TariffTable
from wanhao.metering.terms import ALLOWANCE, PLAN, ROLLS, TARIFF, WIDTH
from wanhao.metering.thresholds import usage_lifted

Episodes = dict[tuple[int, int, int, int], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRows:
    """Allowances besides the plan; `row` is the index of their group among the terms."""

    row: I64 = field(default_factory=no_rows)
    pack: I64 = field(default_factory=no_rows)
    service: I64 = field(default_factory=no_rows)
    quantity: I64 = field(default_factory=no_rows)
    rank: I64 = field(default_factory=no_rows)
    rolls: I64 = field(default_factory=no_rows)
    renews: I64 = field(default_factory=no_rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTerms:
    """One row per group, no group twice: all its terms from `cycle` on.

    `tariff` is a tariff's number, `allowance` has a column per service (voice units, messages,
    octets), `rolls` is 0 or 1. Terms of a cycle that is not open yet change nothing; they come
    again with the CycleStep that opens it.
    """

    group: I64
    account: I64
    cycle: int
    plan: I64
    tariff: I64
    allowance: I64
    rolls: I64
    packs: PackRows = field(default_factory=PackRows)

    def rows(self, tariffs: TariffTable) -> I64:
        """The rows of the terms table that these groups take."""
        rows = np.zeros((len(self.group), WIDTH), np.int64)
        rows[:, TARIFF] = tariffs.rows(self.tariff)
        rows[:, ALLOWANCE] = self.allowance
        rows[:, ROLLS], rows[:, PLAN] = self.rolls, self.plan
        return rows

    def packs_at(self, place: I64) -> Packs:
        """The packs with the place of their group, in order of use."""
        rows = self.packs
        packs = Packs(
            place=place[rows.row],
            used=np.zeros(len(rows.row), np.int64),
            **{f.name: getattr(rows, f.name) for f in fields(rows) if f.name != "row"},
        )
        return packs.ordered()


@dataclass(frozen=True, slots=True, kw_only=True)
class Continue:
    """Groups (no group twice) that go on after their data stopped: the schedule starts anew."""

    group: I64
    cycle: int


def fold_terms(
    state: MeterState, facts: GroupTerms, number: int, now: int
) -> tuple[list[TermsDelta], Episodes, list[UsageCrossings]]:
    """Terms hold in the newest cycle; the one before keeps its own while it takes late records,
    but for groups told of for the first time, whose late records need some."""
    home = state.places_of(facts.group)
    terms = state.terms.number_of(facts.rows(state.tariffs))
    waits = state.current().cycle != NO_CYCLE and facts.cycle > state.current().cycle
    if waits:
        return [], {}, []
    fresh = state.told[home] == 0
    deltas: list[TermsDelta] = []
    for slot in (state.older(), state.current()):
        if not state.is_kept(slot):
            continue
        takes = fresh | (slot is state.current())
        packs = facts.packs_at(home)
        change = Change(place=home[takes], terms=terms[takes], packs=packs, number=number)
        deltas.append(rebased(state, slot, change))
    return deltas, *_crossed(state, deltas, number, now)


def fold_continue(
    state: MeterState, facts: Continue, number: int, now: int
) -> tuple[list[TermsDelta], Episodes, list[UsageCrossings]]:
    """The schedule starts anew where its group stands; terms and allowances stay."""
    slot = state.slot_of(facts.cycle)
    home = state.places_of(facts.group)
    home = home[home >= 0]
    if slot is None or not state.is_kept(slot) or not len(home):
        return [], {}, []
    change = Change(
        place=home,
        terms=slot.terms[home],
        packs=slot.packs.at(home),
        number=number,
        restarts=True,
    )
    deltas = [rebased(state, slot, change)]
    return deltas, *_crossed(state, deltas, number, now)


def apply_terms(state: MeterState, facts: GroupTerms | Continue, deltas: list[TermsDelta]) -> None:
    """Carry out what was folded."""
    for delta in deltas:
        take_terms(state, state.slots[delta.slot], delta)
    if isinstance(facts, GroupTerms) and deltas:
        mark_told(state, facts)


def mark_told(state: MeterState, facts: GroupTerms) -> None:
    """Remember which groups have terms, and from which cycle on."""
    place = with_zones(state, state.places_of(facts.group))
    fresh = place[state.told[place] == 0]
    state.told[fresh] = 1
    state.first_cycle[fresh] = facts.cycle


def _crossed(
    state: MeterState, deltas: list[TermsDelta], number: int, now: int
) -> tuple[Episodes, list[UsageCrossings]]:
    """Thresholds that the new terms cross by themselves, and those they lift the group below."""
    episodes: Episodes = {}
    found = []
    for delta in deltas:
        slot = state.slots[delta.slot]
        if slot.cycle == NO_CYCLE:
            continue
        home = np.flatnonzero(state.zone[delta.place] == 0)
        for service in range(SERVICES):
            cells = home * SERVICES + service
            span, place = delta.span(cells), delta.place[home]
            rows, percents = usage_lifted(span, state.thresholds.usage[service])
            for row, percent in zip(place[rows].tolist(), percents.tolist(), strict=True):
                episodes[slot.cycle, row, service, percent] = number
            found.append(crossed_by_fact(state, slot, place, span, service, now))
    return episodes, found
