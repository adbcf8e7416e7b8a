"""Rating cells: from a total to what is beyond, what it costs, and when to look again."""

from dataclasses import dataclass

import numpy as np

from wanhao.metering.allowances import Cells, over
from wanhao.metering.columns import I64
from wanhao.metering.meters import SERVICES
from wanhao.metering.slots import Slot
from wanhao.metering.state import MeterState, always_loud
from wanhao.metering.tariffs import price_of
from wanhao.metering.thresholds import Span, alarm


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """Cells at a total: units `beyond` charged by the schedule, all they cost in `fen`, and what
    counts as `used` of the `allowance` (what was charged before the baseline is neither)."""

    total: I64
    beyond: I64
    fen: I64
    used: I64
    allowance: I64


def rate(state: MeterState, slot: Slot, cells: Cells, total: I64) -> Rated:
    """What these cells cost at a total, under the terms their slot has now."""
    place, service = cells.place, cells.service
    row, bases = slot.baseline[place], slot.baselines
    beyond = over(cells, total)
    tariff = state.terms.tariff(slot.terms[place])
    cost = price_of(state.tariffs, tariff, state.zone[place], service, beyond)
    outside = bases.outside[row, service]
    return Rated(
        total=total,
        beyond=beyond,
        fen=bases.frozen[row, service] + cost,
        used=used_of(total, outside, cells.free),
        allowance=cells.free - outside,
    )


def used_of(total: I64, outside: I64, free: I64) -> I64:
    """What counts as used: what was charged before the baseline is not part of any allowance.
    Where there is none, all that was used counts, so that nothing is told twice."""
    used: I64 = np.where(free > outside, total - outside, total)
    return used


def span_of(before: Rated, after: Rated) -> Span:
    """A step from one rating to another, as thresholds are held against it."""
    return Span(
        before=before.used,
        after=after.used,
        allowance_before=before.allowance,
        allowance_after=after.allowance,
    )


def alarms(state: MeterState, slot: Slot, cells: Cells, rated: Rated) -> I64:
    """The total of each cell from which it must be looked at again."""
    loud = (cells.over > 0) | (always_loud(state, slot, cells.place, cells.service) > 0)
    home = state.zone[cells.place] == 0
    span = span_of(rated, rated)
    nearest = alarm(rated.total, span, cells.free, loud, ())
    for service, percents in enumerate(state.thresholds.usage):
        watched = (cells.service == service) & home
        ringing = alarm(rated.total, span, cells.free, loud, percents)
        nearest = np.where(watched, ringing, nearest)
    return nearest


def set_alarms(state: MeterState, slot: Slot) -> None:
    """Set the alarm of every cell of a slot anew."""
    for place in state.stretches():
        for service in range(SERVICES):
            cells = state.cells(slot, place, np.full(len(place), service))
            rated = rate(state, slot, cells, slot.totals[place, service])
            slot.alarm.put(place, service, alarms(state, slot, cells, rated))
