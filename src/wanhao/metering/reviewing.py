"""Looking a month through for allowances that are hardly used; nothing changes by it."""

from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import I64, no_rows
from wanhao.metering.effects import LowUses
from wanhao.metering.meters import SERVICES
from wanhao.metering.rating import rate
from wanhao.metering.state import MeterState
from wanhao.metering.thresholds import level

TOGETHER = 4_096
"""So many neighbours are in one part: whoever reads their closed months finds them together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewStep:
    """Which groups of one part of them all (of `parts`, dealt out in stretches of ids) have used
    less than `percent` of an allowance of an open cycle so far."""

    cycle: int
    percent: int
    part: int
    parts: int


def review(state: MeterState, facts: ReviewStep, now: int) -> LowUses:
    """Use at home below `percent`, of groups whose terms hold in that cycle."""
    slot = state.slot_of(facts.cycle)
    is_kept = slot is not None and state.is_kept(slot)
    place = _places(state, facts) if is_kept else no_rows()
    at, service = np.repeat(place, SERVICES), np.tile(np.arange(SERVICES), len(place))
    if slot is None or not len(place):
        return _rows(state, facts, at, service, at, at, now)
    rated = rate(state, slot, state.cells(slot, at, service), slot.totals.at(at, service))
    low = (rated.allowance > 0) & (rated.used < level(rated.allowance, facts.percent))
    kept = np.flatnonzero(low)
    used, allowance = rated.used[kept], rated.allowance[kept]
    return _rows(state, facts, at[kept], service[kept], used, allowance, now)


def _places(state: MeterState, facts: ReviewStep) -> I64:
    """The home places of this part, in the order of their groups; no others are looked at."""
    first = np.arange(facts.part, len(state.place_of_group) // TOGETHER + 1, facts.parts) * TOGETHER
    place = state.places_of((first[:, None] + np.arange(TOGETHER)).reshape(-1))
    place = place[place >= 0]
    return place[(state.told[place] > 0) & (state.first_cycle[place] <= facts.cycle)]


def _rows(
    state: MeterState, facts: ReviewStep, at: I64, service: I64, used: I64, allowance: I64, now: int
) -> LowUses:
    same = np.ones(len(at), np.int64)
    return LowUses(
        group_id=state.group_id[at],
        account_id=state.account_id[state.account_place[at]],
        cycle=same * facts.cycle,
        percent=same * facts.percent,
        service=service,
        used=used,
        allowance=allowance,
        occurred_at=same * now,
    )
