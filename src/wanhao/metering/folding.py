"""Folding records into the state: `fold` says what would change, `apply` changes it.

Records are resolved to (cycle, place, meter, units), summed per cell with one sort, and only the
cells whose total reaches their alarm are looked at more closely.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from wanhao.metering.allowances import Cells
from wanhao.metering.columns import I8, I64, U8, Mask, distinct, no_rows
from wanhao.metering.crossings import Near, money_crossings, upgrade_crossings, usage_crossings
from wanhao.metering.effects import Effects
from wanhao.metering.enrolment import enrol_zones, zone_places
from wanhao.metering.meters import (
    DATA,
    METERS,
    SERVICES,
    VOICE,
    Refusal,
    classify,
    rate_zone,
    refuse,
)
from wanhao.metering.numbering import NOBODY, UNKNOWN
from wanhao.metering.rating import alarms, rate
from wanhao.metering.rolling import shifts
from wanhao.metering.slots import Slot
from wanhao.metering.state import MeterState
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

    slot: I64
    place: I64
    meter: U8
    refusal: U8


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotDelta:
    """Changes to one open cycle: sums per cell (meter * places + place, ascending), alarms of cells
    looked at, fen per account, and what late records of the month before took from rolled-over
    data."""

    cycle: int
    cell: I64
    added: I64
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
    place = _abroad(state, records, place, refusal)
    meter = classify(records.service, records.zone)
    return Resolved(slot=slot, place=place, meter=meter, refusal=refusal)


def fold(state: MeterState, records: Records, resolved: Resolved) -> tuple[Delta, Effects]:
    """What the records (all of them resolved, none refused) change and bring about. Pure."""
    units = _units(state, records, resolved)
    groups = len(state.group_id)
    key = (resolved.slot * METERS + resolved.meter) * groups + resolved.place
    order = np.argsort(key)
    ordered = key[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    sums = np.add.reduceat(units[order], starts) if len(starts) else np.zeros(0, np.int64)
    batch = _Batch(records=records, units=units, order=order)
    deltas: list[SlotDelta] = []
    parts: list[Near] = []
    moved = (no_rows(), no_rows())
    for slot in (state.older(), state.current()):
        index = next(number for number, one in enumerate(state.slots) if one is slot)
        low, high = np.searchsorted(ordered[starts], _bounds(state, index))
        ends = np.append(starts, len(order))[low + 1 : high + 1]
        touched = _Touched(
            cell=ordered[starts[low:high]] - _bounds(state, index)[0],
            added=sums[low:high],
            first=starts[low:high],
            stop=ends,
            shift=np.zeros(high - low, np.int64),
        ).with_shifts(*moved, groups)
        if not len(touched.cell):
            continue
        delta, near = _fold_slot(state, slot, touched, batch)
        deltas.append(_with_prices(state, delta, slot is state.slots[1], resolved, records))
        parts.append(near)
        data = near.service == DATA
        home = data & (state.zone[near.place] == 0)
        moved = shifts(state, slot, near.place[home], near.after.total[home])
    return Delta(slots=tuple(deltas)), _effects(state, deltas, parts, batch)


def apply(state: MeterState, delta: Delta) -> None:
    """Carry out what `fold` said; follows the commit."""
    for part in delta.slots:
        slot = state.slot_of(part.cycle)
        if slot is None:
            raise ValueError(f"cycle {part.cycle} is not open")
        for meter, rows in _by_meter(state, part.cell):
            place = part.cell[rows] - meter * len(state.group_id)
            slot.totals.columns[meter][place] += part.added[rows]
        for meter, rows in _by_meter(state, part.alarm_cell):
            place = part.alarm_cell[rows] - meter * len(state.group_id)
            slot.alarm.put(place, meter, part.alarm[rows])
        slot.charge[part.account] += part.charged
        slot.rolled[part.shifted] += part.shift
        row = slot.baseline[part.shifted]
        slot.baselines.free[row[row > 0], DATA] += part.shift[row > 0]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """The records of a step, their units, and the order in which they lie cell by cell."""

    records: Records
    units: I64
    order: I64

    @property
    def latest(self) -> int:
        return int(self.records.start.max()) if len(self.records) else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Touched:
    """Cells of one slot with what is added, the run of records of each, and how much its
    rolled-over data changes."""

    cell: I64
    added: I64
    first: I64
    stop: I64
    shift: I64

    def with_shifts(self, place: I64, shift: I64, groups: int) -> "_Touched":
        """These cells and those whose rolled-over data changes, in order."""
        if not len(place):
            return self
        moved = DATA * groups + place
        cell = distinct(np.concatenate([self.cell, moved]))
        spot = np.searchsorted(cell, self.cell)
        columns = {name: np.zeros(len(cell), np.int64) for name in ("added", "first", "stop")}
        for name, column in columns.items():
            column[spot] = getattr(self, name)
        shifts_ = np.zeros(len(cell), np.int64)
        shifts_[np.searchsorted(cell, moved)] = shift
        return _Touched(cell=cell, shift=shifts_, **columns)

    def take(self, rows: I64) -> "_Touched":
        """The chosen rows."""
        return _Touched(**{n: getattr(self, n)[rows] for n in _Touched.__dataclass_fields__})


def _bounds(state: MeterState, index: int) -> I64:
    cells_per_slot = len(state.group_id) * METERS
    return np.array([index, index + 1]) * cells_per_slot


def _abroad(state: MeterState, records: Records, place: I64, refusal: U8) -> I64:
    zone = rate_zone(records.zone)
    rows = np.flatnonzero((zone > 0) & (refusal == Refusal.NONE))
    if not len(rows):
        return place
    enrol_zones(state, state.group_id[place[rows]], zone[rows])
    place = state.plan.places(records.number, records.start)
    place[rows] = zone_places(state, place[rows], zone[rows])
    return place


def _units(state: MeterState, records: Records, resolved: Resolved) -> I64:
    units = records.quantity.copy()
    voice = np.flatnonzero(resolved.meter == VOICE)
    place, slot = resolved.place[voice], resolved.slot[voice]
    terms = state.slots[0].terms[place]
    other = slot == 1
    if other.any():
        terms = np.where(other, state.slots[1].terms[place], terms)
    tariff = state.terms.tariff(terms)
    units[voice] = voice_units(units[voice], state.tariffs.voice_unit[tariff])
    signed: I64 = units * records.sign
    return signed


def _fold_slot(
    state: MeterState, slot: Slot, touched: _Touched, batch: _Batch
) -> tuple[SlotDelta, Near]:
    """Below their alarm cells change their total and nothing else, even when units are taken back:
    whatever was charged has an alarm that always rings."""
    close = touched.take(_loud(state, slot, touched))
    meter, place = np.divmod(close.cell, len(state.group_id))
    cells = state.cells(slot, place, meter)
    total = slot.totals.at(place, meter)
    after = replace(cells, free=cells.free + close.shift, rolled=cells.rolled + close.shift)
    near = Near(
        slot=slot,
        place=place,
        service=meter,
        before=rate(state, slot, cells, total),
        after=rate(state, slot, after, total + close.added),
        order=batch.order,
        first=close.first,
        stop=close.stop,
        latest=batch.latest,
    )
    return _slot_delta(state, near, touched, after, close), near


def _loud(state: MeterState, slot: Slot, touched: _Touched) -> I64:
    """The cells to be looked at; what is free is only counted."""
    found = [np.flatnonzero(touched.shift)]
    for meter, rows in _by_meter(state, touched.cell):
        if meter in range(SERVICES):
            place = touched.cell[rows] - meter * len(state.group_id)
            total = slot.totals[place, meter] + touched.added[rows]
            found.append(rows.start + slot.alarm.ringing(place, meter, total))
    return distinct(np.concatenate(found))


def _by_meter(state: MeterState, cell: I64) -> Iterator[tuple[int, slice]]:
    """The run of each meter among cells that ascend."""
    ends = np.searchsorted(cell, np.arange(METERS + 1) * len(state.group_id))
    for meter in range(METERS):
        if ends[meter] < ends[meter + 1]:
            yield meter, slice(int(ends[meter]), int(ends[meter + 1]))


def _slot_delta(
    state: MeterState, near: Near, touched: _Touched, after: Cells, close: _Touched
) -> SlotDelta:
    changed = near.after.fen - near.before.fen
    account, inverse = np.unique(state.account_place[near.place], return_inverse=True)
    charged = np.zeros(len(account), np.int64)
    np.add.at(charged, inverse, changed)
    shifted = np.flatnonzero(close.shift)
    return SlotDelta(
        cycle=near.slot.cycle,
        cell=touched.cell,
        added=touched.added,
        alarm_cell=close.cell,
        alarm=alarms(state, near.slot, after, near.after),
        account=account,
        charged=charged,
        shifted=near.place[shifted],
        shift=close.shift[shifted],
    )


def _with_prices(
    state: MeterState, delta: SlotDelta, second: bool, resolved: Resolved, records: Records
) -> SlotDelta:
    """What somebody else's billing charges for the records of this slot comes on top."""
    if records.priced is None:
        return delta
    mine = np.flatnonzero((resolved.slot == int(second)) & (records.priced != 0))
    owner = state.account_place[resolved.place[mine]]
    account, inverse = np.unique(np.concatenate([delta.account, owner]), return_inverse=True)
    charged = np.zeros(len(account), np.int64)
    fen = records.priced[mine] * records.sign[mine]
    np.add.at(charged, inverse, np.concatenate([delta.charged, fen]))
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
    account = distinct(np.concatenate([place for _, place, _ in charged]))
    money = money_crossings(state, account, charged, batch.latest)
    return Effects.of(usage, [money], upgrades)
