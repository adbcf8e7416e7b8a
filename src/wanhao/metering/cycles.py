"""Opening and closing cycles, and what is watched: steps that touch every group at once."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wanhao.metering.allowances import Baselines, Packs
from wanhao.metering.changing import GroupTerms, mark_told
from wanhao.metering.columns import I64, Mask
from wanhao.metering.enrolment import with_zones
from wanhao.metering.funding import Fees, take_waiting_fees
from wanhao.metering.meters import DATA, SERVICES
from wanhao.metering.rating import set_alarms
from wanhao.metering.rebasing import Change, rebased, take_terms
from wanhao.metering.rolling import unused
from wanhao.metering.state import ALWAYS, NO_CYCLE, MeterState, Slot, Watched

AT_ONCE = 1 << 20


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
        state.settled += np.where(oldest.cycle > state.billed, oldest.charge, 0)
        state.closed_through = max(state.closed_through, oldest.cycle)
    _clear(oldest, newest, step.cycle)
    for pending in step.pending:
        _take_pending(state, oldest, pending, number)
    _roll_over(state, newest, oldest)
    _tell(state, step.pending, number)
    _give_allowances(state, oldest)
    set_alarms(state, oldest)
    _forget_episodes(state)


def close_cycle(state: MeterState, step: CycleStep) -> None:
    """No record counts in the cycle from here on; what rolled over from it is final."""
    state.closed_through = max(state.closed_through, step.cycle)


def watch(state: MeterState, watched: Watched, number: int) -> None:
    """Take new thresholds; whoever is past one already stays silent until lifted above it."""
    previous = state.thresholds.marks
    episode = np.full((len(state.account_id), len(watched.marks)), number, np.int64)
    for index, mark in enumerate(watched.marks):
        if mark in previous:
            episode[:, index] = state.money_episode[:, previous.index(mark)]
    state.money_episode = episode
    state.thresholds = watched
    for slot in state.slots:
        set_alarms(state, slot)


def _clear(slot: Slot, newest: Slot, cycle: int) -> None:
    """An empty month under the terms of the one before; of its packs those stay that renew."""
    slot.cycle = cycle
    for column in (slot.totals, slot.rolled, slot.rolls_in, slot.baseline, slot.charge):
        column[:] = 0
    slot.terms[:] = newest.terms
    slot.baselines = Baselines()
    slot.packs = newest.packs.take(newest.packs.renews > 0)
    slot.packs.used[:] = 0


def _take_pending(state: MeterState, slot: Slot, pending: GroupTerms | Fees, number: int) -> None:
    """Terms that waited; a group told of for the first time gets them in the month before too."""
    if isinstance(pending, Fees):
        take_waiting_fees(state, pending)
        return
    home = state.places_of(pending.group)
    slot.terms[home] = state.terms.number_of(pending.rows(state.tariffs))
    everywhere = with_zones(state, home)
    slot.terms[everywhere] = slot.terms[state.places_of(state.group_id[everywhere])]
    slot.packs = slot.packs.replaced(home, pending.packs_at(home))
    fresh = state.told[home] == 0
    before = state.older()
    change = Change(
        place=home[fresh],
        terms=slot.terms[home[fresh]].astype(np.int64),
        packs=pending.packs_at(home),
        number=number,
    )
    take_terms(before, rebased(state, before, change))


def _tell(state: MeterState, pending: tuple[GroupTerms | Fees, ...], number: int) -> None:
    for terms in pending:
        if isinstance(terms, GroupTerms):
            mark_told(state, terms, number)


def _roll_over(state: MeterState, ended: Slot, opening: Slot) -> None:
    """What is unused goes into the new month while the plan stays the same. A month before the
    first of a group's terms, which only has them for late records, leaves nothing."""
    if ended.cycle == NO_CYCLE:
        return
    of_packs = np.zeros(len(state.group_id), bool)
    of_packs[ended.packs.place[ended.packs.rolls > 0]] = True
    for part in _stretches(len(state.group_id)):
        before, after = ended.terms[part], opening.terms[part]
        same = state.terms.plan(before) == state.terms.plan(after)
        rolls: Mask = same & (state.terms.rolls(before) | of_packs[part])
        held = (state.told[part] > 0) & (state.first_cycle[part] <= ended.cycle)
        place = part[rolls & (state.zone[part] == 0) & held]
        opening.rolls_in[place] = 1
        opening.rolled[place] = unused(state, ended, place, ended.totals[place, DATA])
        ended.alarm[place, DATA] = ALWAYS


def _give_allowances(state: MeterState, slot: Slot) -> None:
    for part in _stretches(len(state.group_id)):
        home = (state.zone[part] == 0)[:, None]
        slot.free[part] = state.terms.allowance(slot.terms[part]) * home
    slot.free[:, DATA] += slot.rolled
    packs: Packs = slot.packs
    np.add.at(slot.free.reshape(-1), packs.place * SERVICES + packs.service, packs.quantity)


def _forget_episodes(state: MeterState) -> None:
    """Nothing crosses any more in a cycle that has no slot."""
    kept = {slot.cycle for slot in state.slots}
    old = state.usage_episode
    state.usage_episode = {key: number for key, number in old.items() if key[0] in kept}


def _stretches(length: int) -> Iterator[I64]:
    for first in range(0, length, AT_ONCE):
        yield np.arange(first, min(first + AT_ONCE, length))
