"""Records summed cell by cell, with one sort: a cell is one meter of one place in one slot.

Cells are numbered meter by meter and place by place within their slot.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import I8, I64, U8, Keys, distinct, in_order, run_starts, run_sums
from wanhao.metering.meters import DATA, METERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Cells of one slot with what is added, the run of records of each, and how much its
    rolled-over data changes."""

    cell: I64
    added: I64
    first: I64
    stop: I64
    shift: I64

    def with_shifts(self, place: I64, shift: I64, groups: int) -> "Touched":
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
        return Touched(cell=cell, shift=shifts_, **columns)

    def take(self, rows: I64) -> "Touched":
        """The chosen rows."""
        return Touched(**{n: getattr(self, n)[rows] for n in Touched.__dataclass_fields__})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The cells of all slots with what is added to each; `order` is how the records lie in them,
    from `first` on, `width` how many cells a slot has."""

    order: I64
    cell: I64
    added: I64
    first: I64
    width: int

    def of_slot(self, index: int) -> Touched:
        """The cells of one slot."""
        bounds = np.array([index, index + 1]) * self.width
        low, high = np.searchsorted(self.cell, bounds)
        return Touched(
            cell=self.cell[low:high] - bounds[0],
            added=self.added[low:high],
            first=self.first[low:high],
            stop=np.append(self.first, len(self.order))[low + 1 : high + 1],
            shift=np.zeros(high - low, np.int64),
        )


def summed(units: I64, slot: I8, meter: U8, place: I64, groups: int) -> Sums:
    """What records of so many units add to each cell, of `groups` places."""
    width = METERS * groups
    bound = width * (int(slot.max(initial=0)) + 1)
    narrow = bound < 1 << 32
    key: Keys = slot.astype(np.uint32) if narrow else slot.astype(np.int64)
    key *= METERS
    key += meter
    key *= groups
    key += place.astype(key.dtype, copy=False)
    order = in_order(key, bound)
    ordered = key.take(order)
    first = run_starts(ordered)
    added = run_sums(units.take(order), first)
    cell = ordered.take(first).astype(np.int64)
    return Sums(order=order, cell=cell, added=added, first=first, width=width)


def by_meter(
    cell: I64, groups: int, within: tuple[int, int] | None = None
) -> Iterator[tuple[int, slice]]:
    """The run of each meter among cells that ascend, of the places from and up to some or of
    all."""
    low, high = (0, groups) if within is None else within
    meters = np.arange(METERS) * groups
    bounds = np.searchsorted(cell, [meters + low, meters + high])
    for meter, (first, last) in enumerate(bounds.T.tolist()):
        if first < last:
            yield meter, slice(first, last)
