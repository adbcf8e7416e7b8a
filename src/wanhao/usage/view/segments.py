"""Memory that other processes of this machine may map: anonymous files that end with the meter.

An anonymous file has no name in any folder, so none is left behind, and no size of /dev/shm limits
it; another process of the same user opens it below /proc.
"""

import math
import mmap
import os
import weakref
from dataclasses import dataclass
from typing import Any

import numpy as np

from wanhao.usage.view.columns import Array

STRETCH = 1 << 12
_HANDLES: "weakref.WeakKeyDictionary[mmap.mmap, int]" = weakref.WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segment:
    """An array in shared memory and the open file behind it, closed when nobody uses the array."""

    handle: int
    array: Array


def segment(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Segment:
    """A segment of zeros; memory is taken where something is written."""
    handle = os.memfd_create("wanhao-meter", os.MFD_CLOEXEC)
    try:
        size = _octets(shape, dtype)
        os.ftruncate(handle, size)
        memory = mmap.mmap(handle, size, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    except BaseException:
        os.close(handle)
        raise
    weakref.finalize(memory, os.close, handle)
    _HANDLES[memory] = handle
    return Segment(handle=handle, array=_array(memory, shape, dtype))


def copied(source: Array) -> Segment:
    """A segment with the contents of an array; stretches of zeros take no memory."""
    made = segment(source.shape, source.dtype)
    for first in range(0, len(source), STRETCH):
        part = source[first : first + STRETCH]
        if part.any():
            made.array[first : first + STRETCH] = part
    return made


def handle_behind(array: Array) -> int | None:
    """The open file in which an array lies from its beginning; None where it lies in no segment."""
    below: Any = array
    while isinstance(below, np.ndarray | memoryview):
        below = below.base if isinstance(below, np.ndarray) else below.obj
    if not array.size or not isinstance(below, mmap.mmap) or below not in _HANDLES:
        return None
    assert array.ctypes.data == np.frombuffer(below, np.uint8, 1).ctypes.data
    assert array.flags.c_contiguous
    return _HANDLES[below]


def opened(process: int, handle: int, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """The same array in another process, to be read only; OSError or ValueError where it is gone,
    or is not as large as it should be."""
    theirs = os.open(f"/proc/{process}/fd/{handle}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        memory = mmap.mmap(theirs, _octets(shape, dtype), mmap.MAP_SHARED, mmap.PROT_READ)
    finally:
        os.close(theirs)
    return _array(memory, shape, dtype)


def _octets(shape: tuple[int, ...], dtype: np.dtype[Any]) -> int:
    """How large a file is for an array; one without rows has a file, too."""
    return max(math.prod(shape) * dtype.itemsize, 1)


def _array(memory: mmap.mmap, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    return np.frombuffer(memory, dtype, math.prod(shape)).reshape(shape)
