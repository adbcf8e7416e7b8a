"""Names for the arrays that the kernel passes around."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

I64: TypeAlias = NDArray[np.int64]
I32: TypeAlias = NDArray[np.int32]
I8: TypeAlias = NDArray[np.int8]
U8: TypeAlias = NDArray[np.uint8]
Mask: TypeAlias = NDArray[np.bool_]


def ceil_div(amount: I64, unit: I64 | int) -> I64:
    """Whole units that cover each amount, exact for integers of either sign."""
    result: I64 = -(-amount // unit)
    return result


def grown(array: I64, length: int, fill: int) -> I64:
    """The array with room for `length` entries along its first axis."""
    if array.shape[0] >= length:
        return array
    larger = np.full((max(length, 2 * array.shape[0]), *array.shape[1:]), fill, array.dtype)
    larger[: array.shape[0]] = array
    return larger


def distinct(values: I64) -> I64:
    """Each value once, ascending; by sorting, since numpy's hashing is slow for many values."""
    ordered = np.sort(values)
    found: I64 = ordered[np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))]
    return found


def places_within(count: I64) -> I64:
    """0, 1, 2 ... within each run of so many rows."""
    ends = np.cumsum(count)
    place: I64 = np.arange(int(count.sum())) - np.repeat(ends - count, count)
    return place


def no_rows(*shape: int) -> I64:
    """An empty column, or a table of so many columns."""
    return np.zeros((0, *shape), np.int64)
