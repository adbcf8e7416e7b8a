"""Records summed cell by cell, with one sort: a cell is one meter of one place in one slot.

Cells are numbered meter by meter and place by place within their slot.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import (
    I8,
    I64,
    U8,
    Keys,
    distinct,
    in_order,
    no_rows,
    run_starts,
    run_sums,
)
from wanhao.metering.meters import DATA, METERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Cells of one slot with what is added, and the run of records of each. Rolled-over data
    changes in the `shifted` rows, ascending, by `shift`."""

    cell: I64
    added: I64
    first: I64
    stop: I64
    shifted: I64
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
        return Touched(cell=cell, shifted=np.searchsorted(cell, moved), shift=shift, **columns)

    def take(self, rows: I64) -> "Touched":
        """The chosen rows, ascending, with all the shifted ones among them."""
        columns = {name: getattr(self, name)[rows] for name in ("cell", "added", "first", "stop")}
        return Touched(shifted=np.searchsorted(rows, self.shifted), shift=self.shift, **columns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """The cells of all slots with what is added to each; `order` is how the records lie in them,
    each from a bound to the next, `width` how many cells a slot has."""

    order: I64
    cell: I64
    added: I64
    bounds: I64
    width: int

    def of_slot(self, index: int) -> Touched:
        """The cells of one slot."""
        start = index * self.width
        low, high = np.searchsorted(self.cell, [start, start + self.width])
        cell = self.cell[low:high]
        return Touched(
            cell=cell - start if start else cell,
            added=self.added[low:high],
            first=self.bounds[low:high],
            stop=self.bounds[low + 1 : high + 1],
            shifted=no_rows(),
            shift=no_rows(),
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
    bounds = np.append(run_starts(ordered), len(ordered))
    added = run_sums(units.take(order), bounds)
    cell = ordered.take(bounds[:-1]).astype(np.int64)
    return Sums(order=order, cell=cell, added=added, bounds=bounds, width=width)


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
