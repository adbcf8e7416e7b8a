"""Money of accounts: what they can spend, fees of a cycle, and the rent due in each."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I64, no_rows
from wanhao.metering.crossings import money_rows, money_span
from wanhao.metering.effects import MoneyCrossings
from wanhao.metering.slots import NO_CYCLE
from wanhao.metering.state import AT_ONCE, MeterState
from wanhao.metering.thresholds import MoneySpan, money_lifted


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """One row per account, no account twice: fen to spend, whether it is watched (0 or 1), the last
    cycle whose bill has been taken from that money (0 for none), and the credit limit that is part
    of it (0 for none)."""

    account: I64
    spendable: I64
    watched: I64
    billed: I64
    credit: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """One row per account, no account twice: `fee` fen more in `cycle`, and `rent` fen due in each
    cycle from `rent_from` on."""

    account: I64
    cycle: int
    fee: I64
    rent: I64
    rent_from: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class RentStep:
    """The rent of a cycle falls due for one part of all accounts: those whose id leaves `part`
    when divided by `parts`. So the 1st brings no storm."""

    cycle: int
    part: int
    parts: int


@dataclass(slots=True, kw_only=True)
class MoneyDelta:
    """What changes for accounts (by place): whole new columns, and fen charged per cycle."""

    account: I64
    columns: dict[str, I64] = field(default_factory=dict)
    charged: list[tuple[int, I64]] = field(default_factory=list)
    money_episode: I64 = field(default_factory=lambda: no_rows(0))


def fold_money(
    state: MeterState, facts: Funds | Fees | RentStep, number: int, now: int
) -> tuple[MoneyDelta, MoneyCrossings]:
    """What the fact changes of accounts' money, and the thresholds that it crosses. Pure."""
    if isinstance(facts, Funds):
        return _fold_funds(state, facts, number, now)
    place, charged, columns = (
        _fees(state, facts) if isinstance(facts, Fees) else _rents(state, facts)
    )
    before = state.left(place)
    after = before - sum(
        (np.where(cycle > state.billed[place], fen, 0) for cycle, fen in charged),
        np.zeros(len(place), np.int64),
    )
    delta = MoneyDelta(account=place, columns=columns, charged=charged)
    span = money_span(state, place, before, after)
    delta.money_episode = _lifted(state, span, number)
    return delta, money_rows(state, span.take(state.watched[place] > 0), now)


def apply_money(state: MeterState, delta: MoneyDelta) -> None:
    """Carry out what was folded."""
    place = delta.account
    for name, column in delta.columns.items():
        getattr(state, name).change(place, column)
    for cycle, fen in delta.charged:
        slot = state.slot_of(cycle)
        if slot is not None:
            slot.charge.change(place, slot.charge[place] + fen)
        else:
            due = np.where(cycle > state.billed[place], fen, 0)
            state.settled.change(place, state.settled[place] + due)
    if delta.money_episode.shape[1]:
        state.money_episode[place] = delta.money_episode


def _fold_funds(
    state: MeterState, facts: Funds, number: int, now: int
) -> tuple[MoneyDelta, MoneyCrossings]:
    place = state.account_places_of(facts.account)
    before = state.left(place)
    billed = np.maximum(state.billed[place], facts.billed)
    gone = min(slot.cycle for slot in state.slots)
    settled = np.where(billed >= _before(gone), 0, state.settled[place])
    after = facts.spendable - settled
    for slot in state.slots:
        after = after - np.where(slot.cycle > billed, slot.charge[place], 0)
    columns = {
        "spendable": facts.spendable,
        "watched": facts.watched,
        "billed": billed,
        "settled": settled,
        "credit": facts.credit,
    }
    delta = MoneyDelta(account=place, columns=columns)
    span = MoneySpan(
        place=place,
        before=before,
        after=after,
        credit_before=state.credit[place],
        credit_after=facts.credit,
    )
    delta.money_episode = _lifted(state, span, number)
    same_kind = (state.credit[place] > 0) == (facts.credit > 0)
    known = (state.watched[place] > 0) & (facts.watched > 0) & same_kind
    delta.money_episode[(facts.watched > 0) & ~known] = number
    had = facts.spendable[known], billed[known]
    return delta, money_rows(state, span.take(known), now, had)


def _before(cycle: int) -> int:
    """The cycle before, as year * 100 + month; nothing is before a slot that holds none."""
    if cycle == NO_CYCLE:
        return 1
    return cycle - 1 if cycle % 100 > 1 else cycle - 89


def take_waiting_fees(state: MeterState, facts: Fees) -> None:
    """Carry out fees that were told before their cycle, which is the newest now, had opened."""
    place, charged, columns = _fees(state, facts)
    apply_money(state, MoneyDelta(account=place, columns=columns, charged=charged))


def _fees(state: MeterState, facts: Fees) -> tuple[I64, list[tuple[int, I64]], dict[str, I64]]:
    """The fee, and what the newest cycle's rent comes to if its part of the accounts did not come
    yet: the old one, or the new where that holds already; then also the difference between them.

    What is told of a cycle that is not open yet comes again with the step that opens it, as until
    then the old rent holds. A meter without any cycle takes the rent at once.
    """
    place = state.account_places_of(facts.account)
    newest = state.current().cycle
    waits = facts.cycle > newest
    if waits and newest != NO_CYCLE:
        return place, [], {}
    known = state.rent_from[place] <= newest
    rented = state.rented[place] >= newest
    old = np.where(known, state.rent[place], 0)
    new = np.where(facts.rent_from <= newest, facts.rent, old)
    owed = np.where(rented, np.where(known, new - old, 0), new)
    columns = {
        "rent": facts.rent,
        "rent_from": facts.rent_from,
        "rented": np.maximum(state.rented[place], newest),
    }
    fee = np.zeros_like(facts.fee) if waits else facts.fee
    return place, [(facts.cycle, fee), (newest, owed)], columns


def _rents(state: MeterState, facts: RentStep) -> tuple[I64, list[tuple[int, I64]], dict[str, I64]]:
    place = np.concatenate([_due(state, facts, each) for each in _stretches(state)])
    columns = {"rented": np.full(len(place), facts.cycle, np.int64)}
    return place, [(facts.cycle, state.rent[place])], columns


def _due(state: MeterState, facts: RentStep, part: slice) -> I64:
    """The accounts among those of a stretch whose rent of the cycle is due now."""
    account = state.account_id.data[part]
    due = (state.rented.data[part] < facts.cycle) & (state.rent_from.data[part] <= facts.cycle)
    due &= (account > 0) & (account % facts.parts == facts.part)
    found: I64 = np.flatnonzero(due) + part.start
    return found


def _stretches(state: MeterState) -> Iterator[slice]:
    length = len(state.account_id)
    return (slice(first, first + AT_ONCE) for first in range(0, length, AT_ONCE))


def _lifted(state: MeterState, span: MoneySpan, number: int) -> I64:
    """Who rises to a mark begins a new episode there."""
    episode = state.money_episode[span.place]
    for mark in state.thresholds.marks:
        episode[money_lifted(span, mark), state.thresholds.column(mark)] = number
    return episode
