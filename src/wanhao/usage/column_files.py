"""A file of named columns: written in one go, checked when it is read, as fast as the disk.

Columns lie behind one another as they are in memory; pieces that are all zero are left out and take
no room, neither on disk nor, when they are read again, in memory. At the end stand what the columns
are, a check of each, and a check of that. A file that was cut short or changed does not read.
"""

import errno
import json
import math
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wanhao.usage.past_cache import BLOCK, PIECE, PastCache

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
        self._past = PastCache(handle)
        self._placed: list[_Placed] = []
        self._unchecked: list[int] = []
        self._end = 0

    def add(self, name: str, column: Array) -> None:
        """Write a column behind the others."""
        octets = np.ascontiguousarray(column).reshape(-1).view(np.uint8)
        firsts = range(0, len(octets), PIECE)
        pieces = ((first, octets[first : first + PIECE]) for first in firsts)
        check, empty = 0, []
        for first, piece in pieces:
            if _is_zero(piece):
                empty.append(first // PIECE)
            else:
                check = zlib.crc32(piece.data, check)
                self._past.write(piece, self._end + first)
        self._place(name, column, empty, check)

    def add_shared(self, name: str, column: Array, source: int) -> None:
        """The same for a column that lies in an open file of memory, quickly: what nobody wrote is
        not looked at, which would take memory, and the check is made when the file is finished."""
        empty = set(range(-(-column.nbytes // PIECE)))
        for first in _written(source, column.nbytes):
            piece = self._past.piece[: min(PIECE, column.nbytes - first)]
            _read_all(source, piece, first)
            if not _is_zero(piece):
                self._past.write_piece(len(piece), self._end + first)
                empty.discard(first // PIECE)
        self._unchecked.append(len(self._placed))
        self._place(name, column, sorted(empty), 0)

    def _place(self, name: str, column: Array, empty: Sequence[int], check: int) -> None:
        placed = _Placed(
            name=name,
            dtype=column.dtype.str,
            shape=column.shape,
            offset=self._end,
            holes=_runs(empty),
            check=check,
        )
        self._placed.append(placed)
        self._end += -(-column.nbytes // BLOCK) * BLOCK

    def finish(self, told: Told) -> None:
        """Write what the columns are, and `told` beside it; then force all of it to disk."""
        for place in self._unchecked:
            placed = self._placed[place]
            self._placed[place] = replace(placed, check=_checked(self._past, placed))
        self._past.end()
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
    for first, last in _pieces(len(octets), placed.holes):
        piece = octets[first:last]
        _read_all(handle, piece, placed.offset + first)
        check = zlib.crc32(piece.data, check)
    if check != placed.check:
        raise CutShortError(f"column {placed.name} was changed")
    return column


def _checked(past: PastCache, placed: _Placed) -> int:
    """The check of a column as it stands in the file."""
    check = 0
    for first, last in _pieces(_octets(placed), placed.holes):
        check = zlib.crc32(past.read(last - first, placed.offset + first).data, check)
    return check


def _written(source: int, length: int) -> Iterator[int]:
    """Where the pieces of a file of memory begin in which something was ever written."""
    at = 0
    while at < length:
        try:
            data = os.lseek(source, at, os.SEEK_DATA)
        except OSError as error:
            if error.errno == errno.ENXIO:
                return
            raise
        end = min(os.lseek(source, data, os.SEEK_HOLE), length)
        first = max(data // PIECE * PIECE, at)
        yield from range(first, end, PIECE)
        at = -(-end // PIECE) * PIECE


def _pieces(length: int, holes: Sequence[Sequence[int]]) -> Iterator[tuple[int, int]]:
    """The pieces that lie between the holes, from and up to, in octets."""
    start = 0
    for first, last in [*holes, (-(-length // PIECE), 0)]:
        for begin in range(start, min(first * PIECE, length), PIECE):
            yield begin, min(begin + PIECE, length)
        start = last * PIECE


def _octets(placed: _Placed) -> int:
    return math.prod(placed.shape) * np.dtype(placed.dtype).itemsize


def _taken(placed: _Placed) -> int:
    left_out = sum(last - first for first, last in placed.holes) * PIECE
    return max(_octets(placed) - left_out, 0)


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
