"""From cells that changed to the crossings they mean: who, which threshold, which episode."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from wanhao.metering.columns import I64, Mask, places_within
from wanhao.metering.effects import (
    BY_FACT,
    DATA_STOP,
    STEP_UP,
    MoneyCrossings,
    UpgradeCrossings,
    UsageCrossings,
    joined,
)
from wanhao.metering.meters import DATA, SERVICES
from wanhao.metering.rating import Rated, span_of
from wanhao.metering.slots import Slot
from wanhao.metering.state import MeterState
from wanhao.metering.tariffs import Mode, TariffTable, kilobytes, scheduled
from wanhao.metering.thresholds import MoneySpan, Span, level, money_crossed, usage_crossed


class Timed(Protocol):
    """Records, as far as naming the one that crossed needs them."""

    @property
    def number(self) -> I64: ...

    @property
    def start(self) -> I64: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Cells of one slot that a step changed near an alarm, rated before and after; the records
    order[first:stop] make up each (none where only rolled-over data changed)."""

    slot: Slot
    place: I64
    service: I64
    before: Rated
    after: Rated
    order: I64
    first: I64
    stop: I64
    latest: int


def usage_crossings(state: MeterState, near: Near, records: Timed, units: I64) -> UsageCrossings:
    """The usage thresholds crossed in these cells, each with the line whose record crossed it."""
    span = span_of(near.before, near.after)
    home = state.zone[near.place] == 0
    parts = []
    for service in range(SERVICES):
        mine = np.flatnonzero((near.service == service) & home)
        row, percent = usage_crossed(span.take(mine), state.thresholds.usage[service])
        hit = mine[row]
        if len(hit):
            target = level(span.allowance_after[hit], percent) - span.before[hit]
            who = _record_that_reached(near, hit, target, records, units)
            parts.append(_usage_rows(state, near, hit, percent, who, records))
    return joined(UsageCrossings, parts)


def upgrade_crossings(state: MeterState, near: Near) -> UpgradeCrossings:
    """Tiers reached, where the tariff announces them, and data that stops; all data at home."""
    slot, tariffs = near.slot, state.tariffs
    tariff = state.terms.tariff(slot.terms[near.place])
    data = (near.service == DATA) & (state.zone[near.place] == 0)
    rows = np.flatnonzero(data & (near.after.beyond > near.before.beyond))
    tariff = tariff[rows]
    before, after = near.before.beyond[rows], near.after.beyond[rows]
    steps = _steps(tariffs, tariff, before, after)
    stop = tariffs.stop_kb[tariff]
    stops = (stop > 0) & (kilobytes(before) < stop) & (kilobytes(after) >= stop)
    owner = np.repeat(np.arange(len(rows)), steps.count)
    tier = steps.first[owner] + places_within(steps.count)
    stopped = np.flatnonzero(stops)
    row = np.concatenate([owner, stopped])
    kind = np.repeat([STEP_UP, DATA_STOP], [len(owner), len(stopped)])
    place = near.place[rows[row]]
    same = np.ones(len(row), np.int64)
    return UpgradeCrossings(
        group_id=state.group_id[place],
        account_id=state.account_id[state.account_place[place]],
        number=same * BY_FACT,
        cycle=same * slot.cycle,
        kind=kind,
        tier=np.concatenate([tier, steps.last[stopped]]),
        fee=np.concatenate([_fees(tariffs, tariff[owner], tier), near.after.fen[rows[stopped]]]),
        episode=slot.baselines.episode[slot.baseline[place]],
        beyond=after[row],
        occurred_at=same * near.latest,
    )


def crossed_by_fact(
    state: MeterState, slot: Slot, place: I64, span: Span, service: int, now: int
) -> UsageCrossings:
    """The places whose allowance shrank to below what they have used of it."""
    hit, percent = usage_crossed(span, state.thresholds.usage[service])
    used = span.after[hit] > 0
    hit, percent = hit[used], percent[used]
    same = np.ones(len(hit), np.int64)
    return UsageCrossings(
        group_id=state.group_id[place[hit]],
        account_id=state.account_id[state.account_place[place[hit]]],
        number=same * BY_FACT,
        service=same * service,
        cycle=same * slot.cycle,
        threshold=percent,
        episode=episodes(state, slot.cycle, place[hit], service, percent),
        used=span.after[hit],
        allowance=span.allowance_after[hit],
        occurred_at=same * now,
    )


def money_crossings(
    state: MeterState, account: I64, charged: list[tuple[Slot, I64, I64]], at: int
) -> MoneyCrossings:
    """The money thresholds crossed when accounts (by place) were charged; `charged` are fen per
    slot and account. What a bill has taken already is not charged again."""
    account = account[state.watched[account] > 0]
    before = state.left(account)
    after = before.copy()
    for slot, place, fen in charged:
        spot = np.minimum(np.searchsorted(place, account), len(place) - 1)
        due = (place[spot] == account) & (slot.cycle > state.billed[account])
        after -= np.where(due, fen[spot], 0)
    return money_rows(state, money_span(state, account, before, after), at)


def money_span(state: MeterState, account: I64, before: I64, after: I64) -> MoneySpan:
    """What accounts have left before and after a step that leaves their credit limits alone."""
    credit = state.credit[account]
    return MoneySpan(
        place=account, before=before, after=after, credit_before=credit, credit_after=credit
    )


def money_rows(
    state: MeterState, span: MoneySpan, at: int, had: tuple[I64, I64] | None = None
) -> MoneyCrossings:
    """The marks of money that accounts passed; `had` is what they can spend and the last cycle
    billed, for each row of the span, where a fact changes those."""
    on_credit = span.credit_after.any()
    spendable, billed = had or (state.spendable[span.place], state.billed[span.place])
    parts = []
    for mark in state.thresholds.marks:
        if mark.of_credit and not on_credit:
            continue
        hit = np.flatnonzero(money_crossed(span, mark))
        same = np.ones(len(hit), np.int64)
        place = span.place[hit]
        parts.append(
            MoneyCrossings(
                account_id=state.account_id[place],
                cycle=same * state.current().cycle,
                threshold=same * mark.threshold,
                episode=state.money_episode[place, state.thresholds.column(mark)],
                left=span.after[hit],
                occurred_at=same * at,
                credit=span.credit_after[hit],
                spent=spendable[hit] - span.after[hit],
                billed=billed[hit],
            )
        )
    return joined(MoneyCrossings, parts)


def episodes(state: MeterState, cycle: int, place: I64, service: int, percent: I64) -> I64:
    """The fact that last lifted each group back below each threshold, 0 where none did."""
    if not state.usage_episode:
        return np.zeros(len(place), np.int64)
    known = state.usage_episode
    asked = zip(place.tolist(), percent.tolist(), strict=True)
    return np.array([known.get((cycle, row, service, share), 0) for row, share in asked], np.int64)


def _usage_rows(
    state: MeterState, near: Near, hit: I64, percent: I64, who: I64, records: Timed
) -> UsageCrossings:
    place, service = near.place[hit], int(near.service[hit[0]])
    same = np.ones(len(hit), np.int64)
    named: Mask = who >= 0
    return UsageCrossings(
        group_id=state.group_id[place],
        account_id=state.account_id[state.account_place[place]],
        number=np.where(named, records.number[who], BY_FACT),
        service=same * service,
        cycle=same * near.slot.cycle,
        threshold=percent,
        episode=episodes(state, near.slot.cycle, place, service, percent),
        used=near.after.used[hit],
        allowance=near.after.allowance[hit],
        occurred_at=np.where(named, records.start[who], near.latest),
    )


def _record_that_reached(near: Near, hit: I64, target: I64, records: Timed, units: I64) -> I64:
    """In each cell, in order of time, the record with which the sum first reached its target; -1
    where none did, since only rolled-over data changed."""
    length = near.stop[hit] - near.first[hit]
    found = np.full(len(hit), -1, np.int64)
    owner = np.repeat(np.arange(len(hit)), length)
    if not len(owner):
        return found
    member = near.order[near.first[hit][owner] + places_within(length)]
    by_time = np.lexsort((records.number[member], records.start[member], owner))
    member = member[by_time]
    opening = (np.cumsum(length) - length)[length > 0]
    running = np.cumsum(units[member])
    base = np.repeat(running[opening] - units[member[opening]], length[length > 0])
    reached = np.flatnonzero(running - base >= target[owner])
    cell, first = np.unique(owner[reached], return_index=True)
    found[cell] = member[reached[first]]
    return found


@dataclass(frozen=True, slots=True)
class _Steps:
    """Per row: the first tier newly reached, how many are, the last one."""

    first: I64
    count: I64
    last: I64


def _steps(tariffs: TariffTable, tariff: I64, before: I64, after: I64) -> _Steps:
    if not len(tariff):
        return _Steps(tariff, tariff, tariff)
    low, high = np.zeros((2, len(tariff)), np.int64)
    stops = tariffs.stop_kb[tariff]
    asked = (tariffs.announces[tariff] > 0) | ((stops > 0) & (kilobytes(after) >= stops))
    rows = np.flatnonzero(asked & (tariffs.mode[tariff] != Mode.PLAIN))
    _, low[rows] = scheduled(tariffs, tariff[rows], kilobytes(before[rows]))
    _, high[rows] = scheduled(tariffs, tariff[rows], kilobytes(after[rows]))
    count = np.where(tariffs.announces[tariff] > 0, np.maximum(high - low, 0), 0)
    return _Steps(low + 1, count, high)


def _fees(tariffs: TariffTable, tariff: I64, tier: I64) -> I64:
    """What each tier costs in fen: its fee, or that of so many blocks."""
    block = tariffs.tier_fee[tariff, 1]
    listed = tariffs.tier_fee[tariff, np.minimum(tier, tariffs.tiers[tariff])]
    fee: I64 = np.where(tariffs.mode[tariff] == Mode.STACK, tier * block, listed)
    return fee
