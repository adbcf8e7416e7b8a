"""Folding facts into the state: terms, links, funds, thresholds, cycles.

`fold_facts` is pure and says what would change and which thresholds that crosses; `apply_facts`
follows the commit. Enrolment, which `enrol` does first, only makes room and changes no figure.
"""

from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I64
from wanhao.metering.crossings import episodes, money_rows
from wanhao.metering.effects import BY_FACT, Effects, UsageCrossings, joined_money
from wanhao.metering.meters import SERVICES
from wanhao.metering.numbering import NOBODY
from wanhao.metering.state import NO_CYCLE, MeterState, Slot, Watched, enrol_accounts, enrol_groups
from wanhao.metering.tariffs import charge
from wanhao.metering.thresholds import Span, alarm, money_lifted, usage_crossed, usage_lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTerms:
    """One row per group, no group twice; `allowance` and `price` have a column per service."""

    group: I64
    account: I64
    voice_unit: I64
    allowance: I64
    price: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class LineLinks:
    """One row per number, no number twice; group 0 is nobody."""

    number: I64
    group: I64
    since: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """One row per account, no account twice; `watched` 0 means that nothing is watched."""

    account: I64
    spendable: I64
    watched: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleStep:
    """A cycle opens, or closes for further records."""

    cycle: int
    opens: bool


FactColumns = GroupTerms | LineLinks | Funds | Watched | CycleStep


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDelta:
    """New terms of groups in one slot; the charge so far is frozen. A slot that holds no cycle yet
    takes terms too: the first cycle opens with them."""

    slot: int
    place: I64
    tariff: I64
    allowance: I64
    free: I64
    frozen: I64
    alarm: I64


@dataclass(slots=True, kw_only=True)
class FactsDelta:
    """What one position of the log changes."""

    facts: FactColumns
    number: int
    terms: list[TermsDelta] = field(default_factory=list)
    usage_episode: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    account: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    money_episode: I64 = field(default_factory=lambda: np.zeros((0, 0), np.int64))


def enrol(state: MeterState, facts: FactColumns) -> None:
    """Make room for groups, accounts and tariffs that are named for the first time."""
    if isinstance(facts, GroupTerms):
        enrol_groups(state, facts.group, facts.account)
        state.tariffs.number_of(facts.voice_unit, facts.price)
    elif isinstance(facts, Funds):
        enrol_accounts(state, facts.account)


def fold_facts(
    state: MeterState, facts: FactColumns, number: int, now: int
) -> tuple[FactsDelta, Effects]:
    """What the position `number` of the log changes and brings about. Pure."""
    delta = FactsDelta(facts=facts, number=number)
    if isinstance(facts, GroupTerms):
        crossed = _fold_terms(state, facts, delta, now)
        return delta, Effects.of(crossed, joined_money([]))
    if isinstance(facts, Funds):
        place = state.account_places_of(facts.account)
        before = state.left(place)
        after = before - state.spendable[place] + facts.spendable
        delta.account = place
        delta.money_episode = _money_episodes(state, facts, delta, before, after)
        known = (state.watched[place] > 0) & (facts.watched > 0)
        money = money_rows(state, place[known], before[known], after[known], now)
        return delta, Effects.of([], money)
    return delta, Effects.none()


def apply_facts(state: MeterState, delta: FactsDelta) -> None:
    """Carry out what `fold_facts` said; follows the commit."""
    facts = delta.facts
    if isinstance(facts, GroupTerms):
        for terms in delta.terms:
            _apply_terms(state, terms)
        place = state.places_of(facts.group)
        state.told[place] = np.where(state.told[place] > 0, state.told[place], delta.number)
        state.usage_episode.update(delta.usage_episode)
    elif isinstance(facts, LineLinks):
        place = state.places_of(facts.group)
        state.plan.link(facts.number, np.where(place >= 0, place, NOBODY), facts.since)
    elif isinstance(facts, Funds):
        state.spendable[delta.account] = facts.spendable
        state.watched[delta.account] = facts.watched
        state.money_episode[delta.account] = delta.money_episode
    elif isinstance(facts, Watched):
        _watch(state, facts, delta.number)
    elif facts.opens:
        _open_cycle(state, facts.cycle)
    else:
        state.closed_through = max(state.closed_through, facts.cycle)
    state.last_fact = delta.number


def _fold_terms(
    state: MeterState, facts: GroupTerms, delta: FactsDelta, now: int
) -> list[UsageCrossings]:
    """Terms hold in the newest cycle; an older one that still takes late records keeps its own,
    unless the group was never told of before."""
    place = state.places_of(facts.group)
    tariff = state.tariffs.number_of(facts.voice_unit, facts.price)
    newest, fresh = state.current(), np.flatnonzero(state.told[place] == 0)
    found = []
    for index, slot in enumerate(state.slots):
        rows = np.arange(len(place)) if slot is newest else fresh
        terms = _new_terms(state, index, place[rows], tariff[rows], facts.allowance[rows])
        delta.terms.append(terms)
    if newest.cycle != NO_CYCLE:
        found += _crossed_by_terms(state, newest, place, facts.allowance, delta, now)
    return found


def _new_terms(
    state: MeterState, index: int, place: I64, tariff: I64, allowance: I64
) -> TermsDelta:
    """Freeze what was charged and carry over what is left: `free` moves to the total so far plus
    the unused part plus what the allowance grew by."""
    slot = state.slots[index]
    total = slot.totals[place, :SERVICES]
    free = slot.free[place]
    service = np.broadcast_to(np.arange(SERVICES), total.shape)
    price = state.tariffs.price[slot.tariff[place]]
    charged = slot.frozen[place] + charge(total, free, price, service)
    unused = np.maximum(free - total, 0)
    grown = allowance - slot.allowance[place]
    new_free = total + np.maximum(unused + grown, 0)
    new_alarm = np.empty_like(total)
    for column, percents in enumerate(state.thresholds.usage):
        new_alarm[:, column] = alarm(
            total[:, column], allowance[:, column], new_free[:, column], percents
        )
    return TermsDelta(
        slot=index,
        place=place,
        tariff=tariff,
        allowance=allowance,
        free=new_free,
        frozen=charged,
        alarm=new_alarm,
    )


def _crossed_by_terms(
    state: MeterState, slot: Slot, place: I64, allowance: I64, delta: FactsDelta, now: int
) -> list[UsageCrossings]:
    found = []
    for service in range(SERVICES):
        total = slot.totals[place, service]
        span = Span(
            before=total,
            after=total,
            allowance_before=slot.allowance[place, service],
            allowance_after=allowance[:, service],
        )
        for percent in state.thresholds.usage[service]:
            for row in np.flatnonzero(usage_lifted(span, percent)):
                key = (slot.cycle, int(place[row]), service, percent)
                delta.usage_episode[key] = delta.number
            hit = np.flatnonzero((total > 0) & usage_crossed(span, percent))
            if len(hit):
                found.append(_fact_rows(state, slot, place[hit], span, hit, service, percent, now))
    return found


def _fact_rows(
    state: MeterState,
    slot: Slot,
    place: I64,
    span: Span,
    hit: I64,
    service: int,
    percent: int,
    now: int,
) -> UsageCrossings:
    same = np.ones(len(place), np.int64)
    return UsageCrossings(
        group_id=state.group_id[place],
        account_id=state.account_id[state.account_place[place]],
        number=same * BY_FACT,
        service=same * service,
        cycle=same * slot.cycle,
        threshold=same * percent,
        episode=episodes(state, slot.cycle, place, service, percent),
        used=span.after[hit],
        allowance=span.allowance_after[hit],
        occurred_at=same * now,
    )


def _money_episodes(
    state: MeterState, facts: Funds, delta: FactsDelta, before: I64, after: I64
) -> I64:
    """Who rises to a threshold, or is watched for the first time, begins a new episode there."""
    episode = state.money_episode[delta.account].copy()
    first = (state.watched[delta.account] == 0) & (facts.watched > 0)
    for index, threshold in enumerate(state.thresholds.money):
        episode[first | money_lifted(before, after, threshold), index] = delta.number
    return episode


def _apply_terms(state: MeterState, terms: TermsDelta) -> None:
    slot = state.slots[terms.slot]
    slot.tariff[terms.place] = terms.tariff
    slot.allowance[terms.place] = terms.allowance
    slot.free[terms.place] = terms.free
    slot.frozen[terms.place] = terms.frozen
    slot.alarm[terms.place, :SERVICES] = terms.alarm


def _watch(state: MeterState, watched: Watched, number: int) -> None:
    """Take new thresholds; whoever is past one already stays silent until lifted above it."""
    previous = state.thresholds.money
    episode = np.full((len(state.account_id), len(watched.money)), number, np.int64)
    for index, threshold in enumerate(watched.money):
        if threshold in previous:
            episode[:, index] = state.money_episode[:, previous.index(threshold)]
    state.money_episode = episode
    state.thresholds = watched
    for slot in state.slots:
        _set_alarms(slot, watched)


def _set_alarms(slot: Slot, watched: Watched) -> None:
    for service, percents in enumerate(watched.usage):
        slot.alarm[:, service] = alarm(
            slot.totals[:, service], slot.allowance[:, service], slot.free[:, service], percents
        )


def _open_cycle(state: MeterState, cycle: int) -> None:
    """The older slot takes the new cycle with the terms in force; its charges are kept."""
    newest = state.current()
    if cycle <= newest.cycle:
        return
    oldest = min(state.slots, key=lambda slot: slot.cycle)
    if oldest is newest:
        oldest = state.slots[1]
    state.settled += oldest.charge
    state.closed_through = max(state.closed_through, oldest.cycle)
    oldest.cycle = cycle
    oldest.totals[:] = 0
    oldest.frozen[:] = 0
    oldest.charge[:] = 0
    oldest.tariff[:] = newest.tariff
    oldest.allowance[:] = newest.allowance
    oldest.free[:] = newest.allowance
    _set_alarms(oldest, state.thresholds)
    _forget_episodes(state)


def _forget_episodes(state: MeterState) -> None:
    """Nothing crosses any more in a cycle that has no slot."""
    kept = {slot.cycle for slot in state.slots}
    old = state.usage_episode
    state.usage_episode = {key: number for key, number in old.items() if key[0] in kept}
