"""Which arrays of the meter's state are read from outside, and what a group's row says.

The one place that knows both the state and the view: whoever changes the state's arrays changes
this file and no reader.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import numpy as np

from wanhao.metering.columns import I64
from wanhao.metering.meters import SERVICES, ZONES
from wanhao.metering.state import MeterState
from wanhao.metering.terms import TARIFF

SLOTS = 2
_GROUPS = ("place_of_group", "group_id", "account_place")
_ACCOUNTS = ("account_id", "spendable", "watched", "settled", "billed")
_OF_SLOT = ("totals", "free", "baseline", "terms", "charge")
SHARED = (
    *_GROUPS,
    *_ACCOUNTS,
    *(f"slots/{slot}/{name}" for slot in range(SLOTS) for name in _OF_SLOT),
)
"""Large arrays, which lie in shared memory themselves."""
COPIED = (
    "zone_key",
    "zone_place",
    "terms/row",
    "tariffs/voice_unit",
    *(f"slots/{slot}/baselines/outside" for slot in range(SLOTS)),
)
"""Small tables, which the kernel replaces when they grow; readers get copies."""

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Whole = TypeVar("Whole", int, I64)
At = Callable[..., Any]
"""Takes an array and its indices: whole columns at once, or one cell as a plain integer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotColumns:
    """One open cycle's arrays."""

    cycle: int
    totals: Array
    free: Array
    baseline: Array
    terms: Array
    charge: Array
    outside: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """All arrays that are read, with the cycle of each slot and how many places a shard has."""

    capacity: int
    place_of_group: Array
    group_id: Array
    account_place: Array
    account_id: Array
    spendable: Array
    watched: Array
    settled: Array
    billed: Array
    zone_key: Array
    zone_place: Array
    terms: Array
    voice_unit: Array
    slots: tuple[SlotColumns, ...]

    @property
    def newest(self) -> SlotColumns:
        """The newest open cycle."""
        return max(self.slots, key=lambda slot: slot.cycle)


def columns_of(state: MeterState) -> Columns:
    """The state's own arrays."""
    arrays = {path: array_at(state, path) for path in (*SHARED, *COPIED)}
    return together(arrays, state.capacity, [slot.cycle for slot in state.slots])


def together(arrays: Mapping[str, Array], capacity: int, cycles: list[int]) -> Columns:
    """Arrays by their paths, as columns."""
    slots = tuple(
        SlotColumns(
            cycle=cycle,
            outside=arrays[f"slots/{slot}/baselines/outside"],
            **{name: arrays[f"slots/{slot}/{name}"] for name in _OF_SLOT},
        )
        for slot, cycle in enumerate(cycles)
    )
    plain = {name: arrays[name] for name in (*_GROUPS, *_ACCOUNTS, "zone_key", "zone_place")}
    return Columns(
        capacity=capacity,
        terms=arrays["terms/row"],
        voice_unit=arrays["tariffs/voice_unit"],
        slots=slots,
        **plain,
    )


def array_at(state: MeterState, path: str) -> Array:
    """The array of a path as "slots/0/totals"."""
    holder, name = _holder(state, path)
    found = getattr(holder, name)
    return found if isinstance(found, np.ndarray) else found.data


def put_array(state: MeterState, path: str, array: Array) -> None:
    """Let the state work on another array of the same contents."""
    holder, name = _holder(state, path)
    if isinstance(getattr(holder, name), np.ndarray):
        setattr(holder, name, array)
    else:
        getattr(holder, name).data = array


def _holder(state: MeterState, path: str) -> tuple[Any, str]:
    *above, last = path.split("/")
    holder: Any = state
    for name in above:
        holder = holder[int(name)] if name.isdigit() else getattr(holder, name)
    return holder, last


def one(column: Array, *index: int) -> int:
    """One cell as a plain integer."""
    found: int = column.item(*index)
    return found


def many(column: Array, *index: Any) -> I64:
    """Cells as a column of 64 bits, so that no difference wraps."""
    found: I64 = column[index].astype(np.int64)
    return found


def at_home(at: At, slot: SlotColumns, place: Whole, service: int) -> tuple[Whole, Whole]:
    """Use and allowance of a service at home. What was charged before the group's terms changed is
    part of neither; without an allowance all that was used counts."""
    row = at(slot.baseline, place)
    outside = at(slot.outside, row, service)
    free = at(slot.free, place, service)
    held = free > outside
    used = at(slot.totals, place, service) - outside * held
    return used, (free - outside) * held


def voice_units(at: At, columns: Columns, slot: SlotColumns, place: Whole) -> Whole:
    """Seconds of a voice unit under each group's tariff."""
    unit: Whole = at(columns.voice_unit, at(columns.terms, at(slot.terms, place), TARIFF))
    return unit


def left(at: At, columns: Columns, account: Whole) -> Whole:
    """What each account can still spend: its money less charges that no bill has taken yet."""
    billed = at(columns.billed, account)
    money = at(columns.spendable, account) - at(columns.settled, account)
    for slot in columns.slots:
        money = money - at(slot.charge, account) * (slot.cycle > billed)
    found: Whole = money
    return found


def abroad(columns: Columns, slot: SlotColumns, place: int) -> list[tuple[int, int, int]]:
    """Zone, service and units of all that the group at a place used in other zones."""
    found = []
    spot = bisect_left(columns.zone_key, place * ZONES)
    while spot < len(columns.zone_key) and columns.zone_key[spot] < (place + 1) * ZONES:
        zone, there = one(columns.zone_key, spot) % ZONES, one(columns.zone_place, spot)
        units = [one(slot.totals, there, service) for service in range(SERVICES)]
        found += [(zone, service, used) for service, used in enumerate(units) if used]
        spot += 1
    return found
