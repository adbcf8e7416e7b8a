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
from wanhao.metering.meters import DATA, SERVICES, ZONES
from wanhao.metering.state import MeterState
from wanhao.metering.terms import ALLOWANCE, TARIFF

SLOTS = 2
_GROUPS = ("place_of_group", "group_id", "account_place")
_ACCOUNTS = ("account_id", "spendable", "watched", "settled", "billed")
_OF_SLOT = ("rolled", "terms", "extra", "baseline", "charge")
_TOTALS = tuple(f"totals/columns/{service}" for service in range(SERVICES))
SHARED = (
    *(f"{name}/data" for name in (*_GROUPS, *_ACCOUNTS)),
    *(f"slots/{slot}/{name}/data" for slot in range(SLOTS) for name in (*_TOTALS, *_OF_SLOT)),
)
"""Large arrays, which lie in shared memory themselves."""
COPIED = (
    "zone_key",
    "zone_place",
    "terms/row",
    "tariffs/voice_unit",
    "extras/row",
    *(
        f"slots/{slot}/baselines/{name}"
        for slot in range(SLOTS)
        for name in ("free", "outside", "plan_used")
    ),
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
    totals: tuple[Array, ...]
    rolled: Array
    terms: Array
    extra: Array
    baseline: Array
    charge: Array
    free: Array
    outside: Array
    plan_used: Array


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
    extras: Array
    voice_unit: Array
    slots: tuple[SlotColumns, ...]
    newest: SlotColumns


def columns_of(state: MeterState) -> Columns:
    """The state's own arrays."""
    arrays = {path: array_at(state, path) for path in (*SHARED, *COPIED)}
    return together(arrays, state.capacity, [slot.cycle for slot in state.slots])


def together(arrays: Mapping[str, Array], capacity: int, cycles: list[int]) -> Columns:
    """Arrays by their paths, as columns."""
    slots = tuple(
        SlotColumns(
            cycle=cycle,
            totals=tuple(arrays[f"slots/{slot}/{name}/data"] for name in _TOTALS),
            free=arrays[f"slots/{slot}/baselines/free"],
            outside=arrays[f"slots/{slot}/baselines/outside"],
            plan_used=arrays[f"slots/{slot}/baselines/plan_used"],
            **{name: arrays[f"slots/{slot}/{name}/data"] for name in _OF_SLOT},
        )
        for slot, cycle in enumerate(cycles)
    )
    plain = {name: arrays[f"{name}/data"] for name in (*_GROUPS, *_ACCOUNTS)}
    return Columns(
        capacity=capacity,
        zone_key=arrays["zone_key"],
        zone_place=arrays["zone_place"],
        terms=arrays["terms/row"],
        extras=arrays["extras/row"],
        voice_unit=arrays["tariffs/voice_unit"],
        slots=slots,
        newest=max(slots, key=lambda slot: slot.cycle),
        **plain,
    )


def array_at(state: MeterState, path: str) -> Array:
    """The array of a path as "slots/0/rolled/data"."""
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


one: Callable[..., int] = np.ndarray.item
"""One cell as a plain integer; straight into numpy, as a row takes some thirty of them."""


def many(column: Array, *index: Any) -> I64:
    """Cells as a column of 64 bits, so that no difference wraps."""
    found: I64 = column[index].astype(np.int64)
    return found


def at_home(at: At, columns: Columns, place: Whole) -> list[tuple[Whole, Whole]]:
    """Use and allowance of each service at home in the newest cycle. What was charged before the
    group's terms changed is part of neither; without an allowance all that was used counts."""
    slot = columns.newest
    row, terms, extra = at(slot.baseline, place), at(slot.terms, place), at(slot.extra, place)
    begun = row == 0
    found = []
    for service, totals in enumerate(slot.totals):
        whole = at(columns.terms, terms, ALLOWANCE.start + service)
        whole = whole + at(columns.extras, extra, service)
        if service == DATA:
            whole = whole + at(slot.rolled, place)
        used = at(totals, place)
        if begun is True:  # One group alone, and as most are: there is no baseline to look at.
            found.append((used, whole))
            continue
        outside = at(slot.outside, row, service)
        free = whole * begun + at(slot.free, row, service)
        held = free > outside
        found.append((used - outside * held, (free - outside) * held))
    return found


def plan_data_used(columns: Columns, place: int, left: int) -> int:
    """Octets that one group took of its plan's own data in the newest cycle, with so many left of
    all its data: what rolled over and packs go first, so what is left is the plan's at the last."""
    slot = columns.newest
    row, terms = one(slot.baseline, place), one(slot.terms, place)
    plan = one(columns.terms, terms, ALLOWANCE.start + DATA)
    before = one(slot.plan_used, row, DATA) if row else 0
    room = max(plan - before, 0)
    return before + room - min(max(left, 0), room)


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
        units = [one(slot.totals[service], there) for service in range(SERVICES)]
        found += [(zone, service, used) for service, used in enumerate(units) if used]
        spot += 1
    return found
