"""Records summed cell by cell, with one sort: a cell is one meter of one place in one slot.

Cells are numbered meter by meter and place by place within their slot.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import I8, I64, U8, Keys, distinct, in_order, no_rows, run_starts
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
    key = slot.astype(np.int64)
    key *= METERS
    key += meter
    key *= groups
    key += place
    narrow: Keys = key.astype(np.uint32) if bound < 1 << 32 else key
    order = in_order(narrow, bound)
    ordered = narrow.take(order)
    first = run_starts(ordered)
    added = np.add.reduceat(units.take(order), first) if len(first) else no_rows()
    cell = ordered.take(first).astype(np.int64)
    return Sums(order=order, cell=cell, added=added, first=first, width=width)


def by_meter(cell: I64, groups: int) -> Iterator[tuple[int, slice]]:
    """The run of each meter among cells that ascend."""
    ends = np.searchsorted(cell, np.arange(METERS + 1) * groups)
    for meter in range(METERS):
        if ends[meter] < ends[meter + 1]:
            yield meter, slice(int(ends[meter]), int(ends[meter + 1]))
