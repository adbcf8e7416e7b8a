"""Opening and closing cycles, and what is watched: steps that touch every group at once."""

from dataclasses import dataclass

import numpy as np

from wanhao.metering.changing import GroupTerms, mark_told
from wanhao.metering.columns import Column, Mask, distinct
from wanhao.metering.enrolment import with_zones
from wanhao.metering.funding import Fees, take_waiting_fees
from wanhao.metering.meters import DATA
from wanhao.metering.rating import set_alarms
from wanhao.metering.rebasing import Change, rebased, take_packs, take_terms
from wanhao.metering.rolling import unused
from wanhao.metering.slots import ALWAYS, NO_CYCLE, Slot
from wanhao.metering.state import AT_ONCE, MeterState, Watched, unbilled


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleStep:
    """A cycle opens, or closes for further records.

    `pending` are, when it opens, all terms and fees of this cycle that were told before, in the
    order in which they were told.
    """

    cycle: int
    opens: bool
    pending: tuple[GroupTerms | Fees, ...] = ()


def open_cycle(state: MeterState, step: CycleStep, number: int) -> None:
    """The older slot takes the new cycle with the terms in force then; its charges are kept."""
    newest, oldest = state.current(), state.older()
    if step.cycle <= newest.cycle:
        return
    if oldest.cycle != NO_CYCLE:
        _settle(state, oldest)
        state.closed_through = max(state.closed_through, oldest.cycle)
    opening = _begun(state, newest, step.cycle)
    state.slots[next(at for at, one in enumerate(state.slots) if one is oldest)] = opening
    for pending in step.pending:
        _take_pending(state, opening, pending, number)
    _roll_over(state, newest, opening)
    _tell(state, step.pending)
    set_alarms(state, opening)
    _forget_episodes(state)
    _drop_closed(state)


def close_cycle(state: MeterState, step: CycleStep) -> None:
    """No record counts in the cycle from here on; what rolled over from it is final."""
    state.closed_through = max(state.closed_through, step.cycle)
    _drop_closed(state)


def watch(state: MeterState, watched: Watched, number: int) -> None:
    """Take new thresholds; whoever is past one already stays silent until lifted above it."""
    previous, before = state.thresholds, state.money_episode.data
    state.money_episode = _begin_episodes(state, watched, number)
    on_credit = state.credit.data > 0
    for mark in watched.marks:
        if mark in previous.marks:
            has = on_credit if mark.of_credit else ~on_credit
            known = before[:, previous.column(mark)]
            state.money_episode.data[has, watched.column(mark)] = known[has]
    state.thresholds = watched
    for slot in state.slots:
        if slot.cycle != NO_CYCLE:
            set_alarms(state, slot)


def _drop_closed(state: MeterState) -> None:
    """Of a month that is closed, and from which another has begun, only the charges are needed."""
    for at, slot in enumerate(state.slots):
        if slot.cycle != NO_CYCLE and not state.is_kept(slot):
            kept = Slot.empty(len(state.group_id), 0, slot.cycle)
            kept.charge = slot.charge
            state.slots[at] = kept


def _begin_episodes(state: MeterState, watched: Watched, number: int) -> Column:
    wide = max(len(watched.money), len(watched.credit))
    episode = Column.zeros(len(state.account_id), wide)
    episode.fit(number)
    for shard, used in enumerate(state.accounts_used.tolist()):
        first = shard * state.account_capacity
        episode.data[first : first + used] = number
    return episode


def _settle(state: MeterState, slot: Slot) -> None:
    """What a cycle charged that no bill has taken stays owed when it leaves its slot."""
    for first in range(0, len(state.account_id), AT_ONCE):
        part = np.arange(first, min(first + AT_ONCE, len(state.account_id)))
        state.settled.change(part, state.settled[part] + unbilled(slot, state.billed, part))


def _begun(state: MeterState, newest: Slot, cycle: int) -> Slot:
    """An empty month under the terms of the one before; of its packs those stay that renew."""
    slot = Slot.empty(len(state.group_id), len(state.account_id), cycle)
    slot.terms.data = newest.terms.data.copy()
    packs = newest.packs.take(newest.packs.renews > 0)
    packs.used[:] = 0
    take_packs(state, slot, distinct(packs.place), packs)
    return slot


def _take_pending(state: MeterState, slot: Slot, pending: GroupTerms | Fees, number: int) -> None:
    """Terms that waited; a group told of for the first time gets them in the month before too."""
    if isinstance(pending, Fees):
        take_waiting_fees(state, pending)
        return
    home = state.places_of(pending.group)
    slot.terms[home] = state.terms.number_of(pending.rows(state.tariffs))
    everywhere = with_zones(state, home)
    slot.terms[everywhere] = slot.terms[state.places_of(state.group_id[everywhere])]
    take_packs(state, slot, home, pending.packs_at(home))
    fresh = state.told[home] == 0
    before = state.older()
    if before.cycle == NO_CYCLE:
        return
    change = Change(
        place=home[fresh],
        terms=slot.terms[home[fresh]],
        packs=pending.packs_at(home),
        number=number,
    )
    take_terms(state, before, rebased(state, before, change))


def _tell(state: MeterState, pending: tuple[GroupTerms | Fees, ...]) -> None:
    for terms in pending:
        if isinstance(terms, GroupTerms):
            mark_told(state, terms)


def _roll_over(state: MeterState, ended: Slot, opening: Slot) -> None:
    """What is unused goes into the new month while the plan stays the same. A month before the
    first of a group's terms, which only has them for late records, leaves nothing."""
    if ended.cycle == NO_CYCLE:
        return
    of_packs = np.zeros(len(state.group_id), bool)
    of_packs[ended.packs.place[ended.packs.rolls > 0]] = True
    for part in state.stretches():
        before, after = ended.terms[part], opening.terms[part]
        same = state.terms.plan(before) == state.terms.plan(after)
        rolls: Mask = same & (state.terms.rolls(before) | of_packs[part])
        held = (state.told[part] > 0) & (state.first_cycle[part] <= ended.cycle)
        place = part[rolls & (state.zone[part] == 0) & held]
        opening.rolls_in[place] = 1
        opening.rolled.change(place, unused(state, ended, place, ended.totals[place, DATA]))
        ended.alarm.put(place, DATA, ALWAYS)


def _forget_episodes(state: MeterState) -> None:
    """Nothing crosses any more in a cycle that has no slot."""
    kept = {slot.cycle for slot in state.slots}
    old = state.usage_episode
    state.usage_episode = {key: number for key, number in old.items() if key[0] in kept}
