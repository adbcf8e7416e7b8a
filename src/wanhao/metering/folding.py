"""Folding records into the state: `fold` says what would change, `apply` changes it.

Records are resolved to (cycle, place, meter, units), summed per cell with one sort, and only the
cells whose total reaches their alarm are looked at more closely.
"""

from dataclasses import dataclass, replace

import numpy as np

from wanhao.metering.allowances import Cells
from wanhao.metering.columns import I8, I64, U8, Mask, distinct, no_rows, summed_by_key
from wanhao.metering.crossings import Near, money_crossings, upgrade_crossings, usage_crossings
from wanhao.metering.effects import Effects
from wanhao.metering.enrolment import enrol_zones, zone_places
from wanhao.metering.meters import (
    DATA,
    SERVICES,
    VOICE,
    Refusal,
    ZoneCode,
    classify,
    rate_zone,
    refuse,
)
from wanhao.metering.numbering import LONG_AGO, NOBODY, UNKNOWN
from wanhao.metering.rating import alarms, rate
from wanhao.metering.rolling import shifts
from wanhao.metering.slots import NO_CYCLE, Slot
from wanhao.metering.state import MeterState
from wanhao.metering.summing import Touched, by_meter, summed
from wanhao.metering.tariffs import voice_units

SHANGHAI = 8 * 3600
MONTHS_TO_1970 = 1970 * 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Records as they came, one row each: number, codes of meters.py, epoch seconds, quantity.

    `priced` is what somebody else's billing charges for each, in fen, None where nobody does.
    """

    number: I64
    service: U8
    zone: U8
    start: I64
    quantity: I64
    sign: I8
    priced: I64 | None = None

    def __len__(self) -> int:
        return len(self.number)

    def take(self, rows: Mask | I64) -> "Records":
        """The chosen rows."""
        names = [name for name in Records.__dataclass_fields__ if name != "priced"]
        priced = None if self.priced is None else self.priced[rows]
        return Records(**{name: getattr(self, name)[rows] for name in names}, priced=priced)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """Where each record counts: slot index, place, meter; `refusal` says why some count nowhere."""

    slot: I8
    place: I64
    meter: U8
    refusal: U8


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotDelta:
    """Changes to one open cycle: the new total of each cell (meter * places + place, ascending),
    alarms of cells looked at, fen per account, and what late records of the month before took from
    rolled-over data."""

    cycle: int
    cell: I64
    total: I64
    alarm_cell: I64
    alarm: I64
    account: I64
    charged: I64
    shifted: I64
    shift: I64


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
    """Find where each record counts; one that starts after `latest` is refused.

    A group that is used abroad for the first time gets its place there; no figure changes.
    """
    refusal = refuse(records.service, records.zone, records.quantity, records.sign)
    place = state.plan.places(records.number, records.start)
    slot = _slots(state, records.start)
    _, ended = _span(state.current().cycle)
    for wrong, reason in (
        ((slot < 0) & (records.start < ended), Refusal.CYCLE_CLOSED),
        (records.start > min(latest, ended - 1), Refusal.IN_FUTURE),
        (place == NOBODY, Refusal.NO_HOLDER),
        (place == UNKNOWN, Refusal.UNKNOWN_NUMBER),
    ):
        if wrong.any():
            refusal[wrong & (refusal == Refusal.NONE)] = reason
    place = _abroad(state, records, place, refusal)
    meter = classify(records.service, records.zone)
    return Resolved(slot=slot, place=place, meter=meter, refusal=refusal)


def _slots(state: MeterState, start: I64) -> I8:
    """The index of the slot in which each time's cycle is open, -1 where it is in none."""
    slot = np.full(len(start), -1, np.int8)
    for index, open_slot in enumerate(state.slots):
        if open_slot.cycle > state.closed_through:
            begun, ended = _span(open_slot.cycle)
            slot[(start >= begun) & (start < ended)] = index
    return slot


def _span(cycle: int) -> tuple[int, int]:
    """From which second on and up to which a cycle lasts; before all time where there is none."""
    if cycle == NO_CYCLE:
        return LONG_AGO, LONG_AGO + 1
    year, month = divmod(cycle, 100)
    ends = np.array([year * 12 + month - 1, year * 12 + month]) - MONTHS_TO_1970
    seconds = ends.astype("datetime64[M]").astype("datetime64[s]").astype(np.int64) - SHANGHAI
    return int(seconds[0]), int(seconds[1])


def fold(state: MeterState, records: Records, resolved: Resolved) -> tuple[Delta, Effects]:
    """What the records (all of them resolved, none refused) change and bring about. Pure."""
    units = _units(state, records, resolved)
    groups = len(state.group_id)
    sums = summed(units, resolved.slot, resolved.meter, resolved.place, groups)
    batch = _Batch(records=records, units=units, order=sums.order)
    deltas: list[SlotDelta] = []
    parts: list[Near] = []
    moved = (no_rows(), no_rows())
    for slot in (state.older(), state.current()):
        index = next(number for number, one in enumerate(state.slots) if one is slot)
        touched = sums.of_slot(index).with_shifts(*moved, groups)
        if not len(touched.cell):
            continue
        delta, near = _fold_slot(state, slot, touched, batch)
        deltas.append(_with_prices(state, delta, slot is state.slots[1], resolved, records))
        parts.append(near)
        data = near.service == DATA
        home = data & (state.zone[near.place] == 0)
        moved = shifts(state, slot, near.place[home], near.after.total[home])
    return Delta(slots=tuple(deltas)), _effects(state, deltas, parts, batch)


def apply(state: MeterState, delta: Delta, shard: int | None = None) -> None:
    """Carry out what `fold` said of this very state, in one shard or in all."""
    groups = len(state.group_id)
    places, accounts = (0, groups), (0, len(state.account_id))
    if shard is not None:
        places = (shard * state.capacity, (shard + 1) * state.capacity)
        accounts = (shard * state.account_capacity, (shard + 1) * state.account_capacity)
    for part in delta.slots:
        slot = state.slot_of(part.cycle)
        if slot is None:
            raise ValueError(f"cycle {part.cycle} is not open")
        for meter, rows in by_meter(part.cell, groups, places):
            slot.totals.columns[meter][part.cell[rows] - meter * groups] = part.total[rows]
        for meter, rows in by_meter(part.alarm_cell, groups, places):
            slot.alarm.put(part.alarm_cell[rows] - meter * groups, meter, part.alarm[rows])
        rows = slice(*np.searchsorted(part.account, accounts))
        slot.charge[part.account[rows]] += part.charged[rows]
        rows = slice(*np.searchsorted(part.shifted, places))
        _shift(slot, part.shifted[rows], part.shift[rows])


def _shift(slot: Slot, place: I64, shift: I64) -> None:
    slot.rolled[place] += shift
    row = slot.baseline[place]
    slot.baselines.free[row[row > 0], DATA] += shift[row > 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """The records of a step, their units, and the order in which they lie cell by cell."""

    records: Records
    units: I64
    order: I64

    @property
    def latest(self) -> int:
        return int(self.records.start.max()) if len(self.records) else 0


def _abroad(state: MeterState, records: Records, place: I64, refusal: U8) -> I64:
    rows = np.flatnonzero((records.zone > ZoneCode.FREE) & (refusal == Refusal.NONE))
    if not len(rows):
        return place
    zone = rate_zone(records.zone[rows])
    enrol_zones(state, state.group_id[place[rows]], zone)
    place = state.plan.places(records.number, records.start)
    place[rows] = zone_places(state, place[rows], zone)
    return place


def _units(state: MeterState, records: Records, resolved: Resolved) -> I64:
    units = records.quantity.copy()
    voice = np.flatnonzero(resolved.meter == VOICE)
    units[voice] = voice_units(units[voice], _voice_unit(state, resolved, voice))
    if (records.sign < 0).any():
        units *= records.sign
    return units


def _voice_unit(state: MeterState, resolved: Resolved, rows: I64) -> I64 | int:
    """The seconds of a unit for each record: most often they are the same in every tariff."""
    unit = state.tariffs.voice_unit
    if (unit == unit[0]).all():
        return int(unit[0])
    place, slot = resolved.place[rows], resolved.slot[rows]
    terms = state.slots[0].terms[place]
    other = slot == 1
    if other.any():
        terms = np.where(other, state.slots[1].terms[place], terms)
    found: I64 = unit[state.terms.tariff(terms)]
    return found


def _fold_slot(
    state: MeterState, slot: Slot, touched: Touched, batch: _Batch
) -> tuple[SlotDelta, Near]:
    """Below their alarm cells change their total and nothing else, even when units are taken back:
    whatever was charged has an alarm that always rings."""
    totals, loud = _counted(state, slot, touched)
    close = touched.take(loud)
    meter, place = np.divmod(close.cell, len(state.group_id))
    cells = state.cells(slot, place, meter)
    total = totals[loud]
    after = _shifted(cells, close)
    near = Near(
        slot=slot,
        place=place,
        service=meter,
        before=rate(state, slot, cells, total - close.added),
        after=rate(state, slot, after, total),
        order=batch.order,
        first=close.first,
        stop=close.stop,
        latest=batch.latest,
    )
    delta = SlotDelta(
        cycle=slot.cycle,
        cell=touched.cell,
        total=totals,
        alarm_cell=close.cell,
        alarm=alarms(state, slot, after, near.after),
        **_charged(state, near),
        shifted=place[close.shifted],
        shift=close.shift,
    )
    return delta, near


def _counted(state: MeterState, slot: Slot, touched: Touched) -> tuple[I64, I64]:
    """What the total of each cell becomes, and the cells to be looked at; what is free is only
    counted."""
    groups = len(state.group_id)
    total = touched.added.copy()
    found = [no_rows()]
    for meter, rows in by_meter(touched.cell, groups):
        place = touched.cell[rows] - meter * groups
        total[rows] += slot.totals[place, meter]
        if meter in range(SERVICES):
            found.append(rows.start + slot.alarm.ringing(place, meter, total[rows]))
    if len(touched.shifted):
        return total, distinct(np.concatenate([*found, touched.shifted]))
    return total, np.concatenate(found)


def _shifted(cells: Cells, close: Touched) -> Cells:
    """The cells with what their rolled-over data became."""
    if not len(close.shifted):
        return cells
    shift = np.zeros(len(close.cell), np.int64)
    shift[close.shifted] = close.shift
    return replace(cells, free=cells.free + shift, rolled=cells.rolled + shift)


def _charged(state: MeterState, near: Near) -> dict[str, I64]:
    """Fen per account, of accounts for which it is any."""
    fen = near.after.fen - near.before.fen
    rows = np.flatnonzero(fen)
    owner = state.account_place[near.place[rows]]
    account, charged = summed_by_key(owner, fen[rows], len(state.account_id))
    return {"account": account, "charged": charged}


def _with_prices(
    state: MeterState, delta: SlotDelta, second: bool, resolved: Resolved, records: Records
) -> SlotDelta:
    """What somebody else's billing charges for the records of this slot comes on top."""
    if records.priced is None:
        return delta
    mine = np.flatnonzero((resolved.slot == int(second)) & (records.priced != 0))
    owner = state.account_place[resolved.place[mine]]
    account = np.concatenate([delta.account, owner])
    fen = np.concatenate([delta.charged, records.priced[mine] * records.sign[mine]])
    account, charged = summed_by_key(account, fen, len(state.account_id))
    return replace(delta, account=account, charged=charged)


def _effects(
    state: MeterState, deltas: list[SlotDelta], parts: list[Near], batch: _Batch
) -> Effects:
    """Crossings of usage and upgrades per slot, of money over all slots together."""
    usage = [usage_crossings(state, near, batch.records, batch.units) for near in parts]
    upgrades = [upgrade_crossings(state, near) for near in parts]
    charged = [
        (near.slot, delta.account, delta.charged)
        for near, delta in zip(parts, deltas, strict=True)
        if len(delta.account)
    ]
    if not charged:
        return Effects.of(usage, [], upgrades)
    account = charged[0][1]
    if len(charged) > 1:
        account = distinct(np.concatenate([place for _, place, _ in charged]))
    money = money_crossings(state, account, charged, batch.latest)
    return Effects.of(usage, [money], upgrades)
