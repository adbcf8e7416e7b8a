"""The arrays that the kernel passes around, and the narrow ones in which its state is kept."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray

I64: TypeAlias = NDArray[np.int64]
I32: TypeAlias = NDArray[np.int32]
I8: TypeAlias = NDArray[np.int8]
U8: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]
Keys: TypeAlias = NDArray[np.uint32] | I64
Narrow: TypeAlias = NDArray[np.signedinteger[Any]]

AT_ONCE = 1 << 20
WIDER = (np.int8, np.int16, np.int32, np.int64)


@dataclass(slots=True)
class Column:
    """Whole numbers of the state, kept as narrow as they fit: what is read is of 64 bits, so that
    no sum wraps; a value that does not fit widens the column. `data` may have several dimensions.
    """

    data: Narrow

    @classmethod
    def zeros(cls, *shape: int, dtype: DTypeLike = np.int32) -> "Column":
        """All zero; memory is taken page by page, as values are written."""
        return cls(np.zeros(shape, dtype))

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, rows: Any) -> I64:
        if isinstance(rows, np.ndarray) and rows.dtype.kind == "i":
            taken: I64 = self.data.take(rows, axis=0).astype(np.int64, copy=False)
            return taken
        found: I64 = self.data[rows].astype(np.int64)
        return found

    def __setitem__(self, rows: Any, values: I64 | int) -> None:
        self.fit(values)
        self.data[rows] = values

    def fit(self, values: I64 | int) -> None:
        """Widen the column if one of the values needs it."""
        low, high = _ends(values)
        kinds = (each for each in WIDER if np.iinfo(each).min <= low and high <= np.iinfo(each).max)
        least = np.dtype(next(kinds))
        if least.itemsize > self.data.itemsize:
            self.data = self.data.astype(least)

    def change(self, rows: I64, values: I64) -> None:
        """Set values; where nothing changes no page is touched."""
        changed = np.flatnonzero(self.data[rows] != values)
        if len(changed):
            self[rows[changed]] = values[changed]

    def move(self, old: int, new: int) -> None:
        """Follow places when every shard gets room for `new` instead of `old`; the column's own
        entries are places, negative ones stand for none. Whoever reads the array of before
        finds it as it was."""
        self.data = self.data.copy()
        for first in range(0, len(self.data), AT_ONCE):
            part = self[first : first + AT_ONCE]
            shard, row = np.divmod(part, old)
            self[first : first + AT_ONCE] = np.where(part >= 0, shard * new + row, part)

    def grow(self, length: int, fill: int = 0) -> None:
        """Make room for `length` entries along the first axis, and some to spare."""
        self.data = grown(self.data, length, fill)


def _ends(values: I64 | int) -> tuple[int, int]:
    if isinstance(values, int):
        return values, values
    return (int(values.min()), int(values.max())) if values.size else (0, 0)


def ceil_div(amount: I64, unit: I64 | int) -> I64:
    """Whole units that cover each amount, exact for integers of either sign."""
    result: I64 = -(-amount // unit)
    return result


def grown(array: Any, length: int, fill: int) -> Any:
    """The array with room for `length` entries along its first axis, and a quarter to spare."""
    have = array.shape[0]
    if have >= length:
        return array
    larger = np.zeros((max(length, have + have // 4), *array.shape[1:]), array.dtype)
    larger[:have] = array
    if fill:
        larger[have:] = fill
    return larger


def in_order(key: Keys, bound: int) -> I64:
    """The order in which keys from 0 to below `bound` ascend. It goes by 16 bits at a time, which
    numpy sorts by counting."""
    order: I64 = key.astype(np.uint16).argsort(kind="stable")
    for bits in range(16, (bound - 1).bit_length(), 16):
        kind = np.uint8 if bound >> bits < 1 << 8 else np.uint16
        digit = (key >> bits).astype(kind)
        order = order[digit[order].argsort(kind="stable")]
    return order


def run_starts(ordered: Keys) -> I64:
    """Where each run of equal values begins."""
    if not len(ordered):
        return no_rows()
    begins = np.empty(len(ordered), np.bool_)
    begins[0] = True
    np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
    return np.flatnonzero(begins)


def run_sums(amount: I64, bounds: I64) -> I64:
    """The sum of each run of amounts; each lies from a bound to the next, the first from 0 on."""
    if len(bounds) < 2:
        return no_rows()
    until = np.cumsum(amount).take(bounds[1:] - 1)
    until[1:] -= until[:-1].copy()
    return until


def summed_by_key(key: I64, amount: I64, bound: int) -> tuple[I64, I64]:
    """Keys from 0 to below `bound`, each once and ascending, with the sum of their amounts."""
    order = in_order(key, bound)
    ordered = key.take(order)
    bounds = np.append(run_starts(ordered), len(ordered))
    return ordered.take(bounds[:-1]), run_sums(amount.take(order), bounds)


def distinct(values: I64) -> I64:
    """Each value once, ascending; by sorting, since numpy's hashing is slow for many values."""
    ordered = np.sort(values)
    found: I64 = ordered[run_starts(ordered)]
    return found


def places_within(count: I64) -> I64:
    """0, 1, 2 ... within each run of so many rows."""
    ends = np.cumsum(count)
    place: I64 = np.arange(int(count.sum())) - np.repeat(ends - count, count)
    return place


def no_rows(*shape: int) -> I64:
    """An empty column, or a table of so many columns."""
    return np.zeros((0, *shape), np.int64)
