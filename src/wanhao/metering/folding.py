"""Folding records into the state: `fold` says what would change, `apply` changes it.

Records are resolved to (cycle, place, meter, units), summed per cell with one sort, and only the
cells whose total reaches their alarm are looked at more closely.
"""

from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import I8, I64, U8, Mask
from wanhao.metering.crossings import Cells, crossings_of_records, money_crossings
from wanhao.metering.effects import Effects
from wanhao.metering.meters import METERS, VOICE, Refusal, classify, refuse
from wanhao.metering.numbering import NOBODY, UNKNOWN
from wanhao.metering.state import MeterState, Slot
from wanhao.metering.tariffs import charge, voice_units
from wanhao.metering.thresholds import alarm

SHANGHAI = 8 * 3600
MONTHS_TO_1970 = 1970 * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Records as they came, one row each: number, codes of meters.py, epoch seconds, quantity."""

    number: I64
    service: U8
    zone: U8
    start: I64
    quantity: I64
    sign: I8

    def __len__(self) -> int:
        return len(self.number)

    def take(self, rows: Mask | I64) -> "Records":
        """The chosen rows."""
        names = Records.__dataclass_fields__
        return Records(**{name: getattr(self, name)[rows] for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Where each record counts: slot index, place, meter; `refusal` says why some count nowhere."""

    slot: I64
    place: I64
    meter: U8
    refusal: U8


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotDelta:
    """Changes to one open cycle: sums per cell, alarms of cells looked at, fen per account."""

    cycle: int
    cell: I64
    added: I64
    alarm_cell: I64
    alarm: I64
    account: I64
    charged: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """Changes of one step of records."""

    slots: tuple[SlotDelta, ...]


def cycle_of(start: I64) -> I64:
    """The billing cycle of each time, as year * 100 + month in Asia/Shanghai."""
    month = (start + SHANGHAI).astype("datetime64[s]").astype("datetime64[M]").astype(np.int64)
    year, index = np.divmod(month + MONTHS_TO_1970, 12)
    result: I64 = year * 100 + index + 1
    return result


def resolve(state: MeterState, records: Records, latest: int) -> Resolved:
    """Find where each record counts; one that starts after `latest` is refused."""
    refusal = refuse(records.service, records.zone, records.quantity, records.sign)
    place = state.plan.places(records.number, records.start)
    cycle = cycle_of(records.start)
    slot = np.full(len(records), -1, np.int64)
    for index, open_slot in enumerate(state.slots):
        if open_slot.cycle > state.closed_through:
            slot[cycle == open_slot.cycle] = index
    newest = state.current().cycle
    for wrong, reason in (
        ((slot < 0) & (cycle <= newest), Refusal.CYCLE_CLOSED),
        ((records.start > latest) | (cycle > newest), Refusal.IN_FUTURE),
        (place == NOBODY, Refusal.NO_HOLDER),
        (place == UNKNOWN, Refusal.UNKNOWN_NUMBER),
    ):
        refusal[wrong & (refusal == Refusal.NONE)] = reason
    meter = classify(records.service, records.zone)
    return Resolved(slot=slot, place=place, meter=meter, refusal=refusal)


def fold(state: MeterState, records: Records, resolved: Resolved) -> tuple[Delta, Effects]:
    """What the records (all of them resolved, none refused) change and bring about. Pure."""
    units = _units(state, records, resolved)
    key = (resolved.slot * len(state.group_id) + resolved.place) * METERS + resolved.meter
    order = np.argsort(key)
    ordered = key[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    sums = np.add.reduceat(units[order], starts) if len(starts) else np.zeros(0, np.int64)
    cells_per_slot = len(state.group_id) * METERS
    cut = np.searchsorted(ordered[starts], np.arange(len(state.slots) + 1) * cells_per_slot)
    deltas, found = [], []
    for index, slot in enumerate(state.slots):
        part = slice(cut[index], cut[index + 1])
        if part.start == part.stop:
            continue
        cell = ordered[starts[part]] - index * cells_per_slot
        loud = _loud(slot, cell, sums[part])
        cells = _look_closer(state, slot, cell[loud], sums[part][loud])
        ends = np.append(starts, len(order))[1:][part]
        cells.members(order, starts[part][loud], ends[loud])
        found.append(crossings_of_records(state, cells, records, units))
        deltas.append(_slot_delta(state, slot, cell, sums[part], cells))
    delta = Delta(slots=tuple(deltas))
    account, charged = _charged(delta)
    latest = int(records.start.max()) if len(records) else 0
    money = money_crossings(state, account, charged, latest)
    return delta, Effects.of(found, money)


def apply(state: MeterState, delta: Delta) -> None:
    """Carry out what `fold` said; follows the commit."""
    for part in delta.slots:
        slot = state.slot_of(part.cycle)
        if slot is None:
            raise ValueError(f"cycle {part.cycle} is not open")
        slot.totals.reshape(-1)[part.cell] += part.added
        slot.alarm.reshape(-1)[part.alarm_cell] = part.alarm
        slot.charge[part.account] += part.charged


def _units(state: MeterState, records: Records, resolved: Resolved) -> I64:
    units = records.quantity.copy()
    voice = np.flatnonzero(resolved.meter == VOICE)
    place, slot = resolved.place[voice], resolved.slot[voice]
    tariff = state.slots[0].tariff[place]
    other = slot == 1
    if other.any():
        tariff = np.where(other, state.slots[1].tariff[place], tariff)
    units[voice] = voice_units(units[voice], state.tariffs.voice_unit[tariff])
    signed: I64 = units * records.sign
    return signed


def _loud(slot: Slot, cell: I64, added: I64) -> I64:
    """The cells whose total reaches its alarm. Below it nothing happens, even when units are taken
    back: whatever was charged has an alarm that always rings."""
    return np.flatnonzero(slot.totals.reshape(-1)[cell] + added >= slot.alarm.reshape(-1)[cell])


def _look_closer(state: MeterState, slot: Slot, cell: I64, added: I64) -> Cells:
    place, meter = np.divmod(cell, METERS)
    before = slot.totals[place, meter]
    free = slot.free[place, meter]
    price = state.tariffs.price[slot.tariff[place], meter]
    after = before + added
    moved = charge(after, free, price, meter) - charge(before, free, price, meter)
    return Cells(
        cycle=slot.cycle,
        place=place,
        meter=meter,
        before=before,
        after=after,
        allowance=slot.allowance[place, meter],
        free=free,
        charged=moved,
    )


def _slot_delta(state: MeterState, slot: Slot, cell: I64, added: I64, near: Cells) -> SlotDelta:
    next_alarm = np.zeros(len(near.place), np.int64)
    for service, percents in enumerate(state.thresholds.usage):
        mine = near.meter == service
        next_alarm[mine] = alarm(near.after[mine], near.allowance[mine], near.free[mine], percents)
    account, inverse = np.unique(state.account_place[near.place], return_inverse=True)
    charged = np.zeros(len(account), np.int64)
    np.add.at(charged, inverse, near.charged)
    return SlotDelta(
        cycle=slot.cycle,
        cell=cell,
        added=added,
        alarm_cell=near.place * METERS + near.meter,
        alarm=next_alarm,
        account=account,
        charged=charged,
    )


def _charged(delta: Delta) -> tuple[I64, I64]:
    """Fen charged per account over all cycles of the step."""
    accounts = [part.account for part in delta.slots]
    amounts = [part.charged for part in delta.slots]
    if not accounts:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    account, inverse = np.unique(np.concatenate(accounts), return_inverse=True)
    charged = np.zeros(len(account), np.int64)
    np.add.at(charged, inverse, np.concatenate(amounts))
    return account, charged
