"""A file of named columns: written in one go, checked when it is read, as fast as the disk.

Columns lie behind one another as they are in memory; pieces that are all zero are left out and take
no room, neither on disk nor, when they are read again, in memory. At the end stand what the columns
are, a check of each, and a check of that. A file that was cut short or changed does not read.
"""

import json
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

PAGE = 4096
PIECE = 1 << 20
"""Octets that are looked at together: all zero, or to be written."""
MAGIC = b"wanhao\x00\x01"
_END = struct.Struct("<QI8s")
AT_ONCE = 2
"""Columns that are read together."""
Array: TypeAlias = NDArray[Any]
Told: TypeAlias = dict[str, Any]


class CutShortError(ValueError):
    """A file of columns that is not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """Where a column stands; `holes` are runs of pieces, from and up to, that are all zero."""

    name: str
    dtype: str
    shape: Sequence[int]
    offset: int
    holes: Sequence[Sequence[int]]
    check: int


class ColumnWriter:
    """Writes columns one after another, then `finish`es the file. OSError as the disk refuses."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._placed: list[_Placed] = []
        self._end = 0

    def add(self, name: str, column: Array) -> None:
        """Write a column behind the others."""
        whole = np.ascontiguousarray(column)
        octets = whole.reshape(-1).view(np.uint8)
        check, empty = 0, []
        for first in range(0, len(octets), PIECE):
            piece = octets[first : first + PIECE]
            if _is_zero(piece):
                empty.append(first // PIECE)
                continue
            check = zlib.crc32(piece.data, check)
            _write_all(self._handle, piece, self._end + first)
        self._placed.append(
            _Placed(
                name=name,
                dtype=whole.dtype.str,
                shape=column.shape,
                offset=self._end,
                holes=_runs(empty),
                check=check,
            )
        )
        self._end += -(-len(octets) // PAGE) * PAGE

    def finish(self, told: Told) -> None:
        """Write what the columns are, and `told` beside it; then force all of it to disk."""
        columns = [asdict(one) for one in self._placed]
        _write_end(self._handle, {"columns": columns, "told": told}, self._end)


def read_columns(path: Path) -> tuple[dict[str, Array], Told]:
    """All columns of a file by name, and what was told beside them. CutShortError where the file is
    not whole, OSError where it cannot be read."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        described = _described(handle)
        placed = [_Placed(**one) for one in described["columns"]]
        with ThreadPoolExecutor(AT_ONCE) as readers:
            columns = list(readers.map(lambda one: _read(handle, one), placed))
    finally:
        os.close(handle)
    names = [one.name for one in placed]
    return dict(zip(names, columns, strict=True)), described["told"]


def told_in(path: Path) -> tuple[int, Told]:
    """How many octets its columns take in memory, and what was told beside them."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        described = _described(handle)
    finally:
        os.close(handle)
    placed = [_Placed(**one) for one in described["columns"]]
    return sum(map(_taken, placed)), described["told"]


def add_told(path: Path, more: Told) -> None:
    """Tell more beside the columns of a whole file, and force that to disk."""
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        described = _described(handle)
        described["told"] |= more
        _write_end(handle, described, os.fstat(handle).st_size)
    finally:
        os.close(handle)


def _write_end(handle: int, described: Any, offset: int) -> None:
    text = json.dumps(described).encode()
    tail = text + _END.pack(len(text), zlib.crc32(text), MAGIC)
    _write_all(handle, np.frombuffer(tail, np.uint8), offset)
    os.fsync(handle)


def _described(handle: int) -> Any:
    length = os.fstat(handle).st_size
    end = os.pread(handle, _END.size, max(length - _END.size, 0))
    if len(end) < _END.size:
        raise CutShortError("it is too short")
    size, check, magic = _END.unpack(end)
    if magic != MAGIC or size > length:
        raise CutShortError("it has no end")
    text = os.pread(handle, size, length - _END.size - size)
    if zlib.crc32(text) != check:
        raise CutShortError("what stands at its end was changed")
    return json.loads(text)


def _read(handle: int, placed: _Placed) -> Array:
    column: Array = np.zeros(tuple(placed.shape), np.dtype(placed.dtype))
    octets = column.reshape(-1).view(np.uint8)
    check = 0
    for first, last in _filled(len(octets), placed.holes):
        for start in range(first, last, PIECE):
            piece = octets[start : min(start + PIECE, last)]
            _read_all(handle, piece, placed.offset + start)
            check = zlib.crc32(piece.data, check)
    if check != placed.check:
        raise CutShortError(f"column {placed.name} was changed")
    return column


def _filled(length: int, holes: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """What lies between the holes, in octets."""
    start = 0
    for first, last in holes:
        if first * PIECE > start:
            yield start, first * PIECE
        start = last * PIECE
    if start < length:
        yield start, length


def _taken(placed: _Placed) -> int:
    count = int(np.prod(placed.shape, dtype=np.int64))
    left_out = sum(last - first for first, last in placed.holes) * PIECE
    return max(count * np.dtype(placed.dtype).itemsize - left_out, 0)


def _is_zero(piece: NDArray[np.uint8]) -> bool:
    whole = len(piece) // 8 * 8
    return not piece[:whole].view(np.uint64).any() and not piece[whole:].any()


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Ascending places as runs, from and up to."""
    if not places:
        return []
    every = np.array(places)
    begins = np.flatnonzero(np.diff(every, prepend=every[0] - 2) > 1)
    ends = np.append(begins[1:], len(every)) - 1
    return [(int(every[a]), int(every[b]) + 1) for a, b in zip(begins, ends, strict=True)]


def _write_all(handle: int, octets: NDArray[np.uint8], offset: int) -> None:
    done = 0
    while done < len(octets):
        done += os.pwrite(handle, octets[done:].data, offset + done)


def _read_all(handle: int, octets: NDArray[np.uint8], offset: int) -> None:
    done = 0
    while done < len(octets):
        count = os.preadv(handle, [octets[done:].data], offset + done)
        if not count:
            raise CutShortError("it ends too early")
        done += count
