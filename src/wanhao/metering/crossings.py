"""From cells that changed to the crossings they mean: who, which threshold, which episode."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from wanhao.metering.columns import I64
from wanhao.metering.effects import MoneyCrossings, UsageCrossings, joined_money, joined_usage
from wanhao.metering.meters import SERVICES
from wanhao.metering.state import MeterState
from wanhao.metering.thresholds import (
    Span,
    level,
    money_crossed,
    usage_crossed,
)


class Timed(Protocol):
    """Records, as far as naming the one that crossed needs them."""

    @property
    def number(self) -> I64: ...

    @property
    def start(self) -> I64: ...


@dataclass(slots=True, kw_only=True)
class Cells:
    """Group-and-service cells of one cycle that a step changed near an alarm."""

    cycle: int
    place: I64
    meter: I64
    before: I64
    after: I64
    allowance: I64
    free: I64
    charged: I64
    order: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    first: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    stop: I64 = field(default_factory=lambda: np.zeros(0, np.int64))

    def members(self, order: I64, first: I64, stop: I64) -> None:
        """Remember which records (order[first:stop]) make up each cell."""
        self.order, self.first, self.stop = order, first, stop


def crossings_of_records(
    state: MeterState, cells: Cells, records: Timed, units: I64
) -> UsageCrossings:
    """The usage thresholds crossed in these cells, each with the line whose record crossed it."""
    span = Span(
        before=cells.before,
        after=cells.after,
        allowance_before=cells.allowance,
        allowance_after=cells.allowance,
    )
    parts = []
    for service in range(SERVICES):
        for percent in state.thresholds.usage[service]:
            hit = np.flatnonzero((cells.meter == service) & usage_crossed(span, percent))
            if len(hit):
                target = level(cells.allowance[hit], percent) - cells.before[hit]
                who = _record_that_reached(cells, hit, target, records, units)
                parts.append(_usage_rows(state, cells, hit, percent, who, records))
    return joined_usage(parts)


def money_crossings(state: MeterState, account: I64, charged: I64, at: int) -> MoneyCrossings:
    """The money thresholds crossed when these accounts (by place) were charged more."""
    watched = state.watched[account] > 0
    account, charged = account[watched], charged[watched]
    before = state.left(account)
    return money_rows(state, account, before, before - charged, at)


def money_rows(state: MeterState, account: I64, before: I64, after: I64, at: int) -> MoneyCrossings:
    """The money thresholds between `before` and `after`, in fen, of accounts by place."""
    parts = []
    for index, threshold in enumerate(state.thresholds.money):
        hit = np.flatnonzero(money_crossed(before, after, threshold))
        same = np.ones(len(hit), np.int64)
        parts.append(
            MoneyCrossings(
                account_id=state.account_id[account[hit]],
                cycle=same * state.current().cycle,
                threshold=same * threshold,
                episode=state.money_episode[account[hit], index],
                left=after[hit],
                occurred_at=same * at,
            )
        )
    return joined_money(parts)


def episodes(state: MeterState, cycle: int, place: I64, service: int, percent: int) -> I64:
    """The fact that last lifted each group back below a threshold, 0 where none did."""
    if not state.usage_episode:
        return np.zeros(len(place), np.int64)
    known = state.usage_episode
    return np.array([known.get((cycle, int(row), service, percent), 0) for row in place], np.int64)


def _usage_rows(
    state: MeterState, cells: Cells, hit: I64, percent: int, who: I64, records: Timed
) -> UsageCrossings:
    place, service = cells.place[hit], int(cells.meter[hit[0]])
    same = np.ones(len(hit), np.int64)
    return UsageCrossings(
        group_id=state.group_id[place],
        account_id=state.account_id[state.account_place[place]],
        number=records.number[who],
        service=same * service,
        cycle=same * cells.cycle,
        threshold=same * percent,
        episode=episodes(state, cells.cycle, place, service, percent),
        used=cells.after[hit],
        allowance=cells.allowance[hit],
        occurred_at=records.start[who],
    )


def _record_that_reached(cells: Cells, hit: I64, target: I64, records: Timed, units: I64) -> I64:
    """In each cell, in order of time, the record with which the sum first reached its target."""
    length = cells.stop[hit] - cells.first[hit]
    owner = np.repeat(np.arange(len(hit)), length)
    offset = np.arange(len(owner)) - np.repeat(np.cumsum(length) - length, length)
    member = cells.order[cells.first[hit][owner] + offset]
    by_time = np.lexsort((records.number[member], records.start[member], owner))
    member = member[by_time]
    opening = np.cumsum(length) - length
    running = np.cumsum(units[member])
    base = np.repeat(running[opening] - units[member[opening]], length)
    reached = np.flatnonzero(running - base >= target[owner])
    _, first = np.unique(owner[reached], return_index=True)
    result: I64 = member[reached[first]]
    return result
