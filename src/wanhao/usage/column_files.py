"""A file of named columns: written in one go, checked when it is read, as fast as the disk.

Columns lie behind one another, packed piece by piece; pieces that are all zero are left out and
take no room, neither on disk nor, when they are read again, in memory. At the end stand what the
columns are, a check of each, and a check of that. A file that was cut short or changed does not
read.
"""

import errno
import json
import math
import os
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wanhao.usage.past_cache import PIECE, PastCache

MAGIC = b"wanhao\x00\x02"
_END = struct.Struct("<QI8s")
PACKED = pa.Codec("zstd", compression_level=1)
"""Packing to a third is quicker than what a disk takes that others use, too."""
PACKED_QUICKLY = pa.Codec("zstd", compression_level=-7)
"""Packing to half in half the time, where others wait for it; it unpacks in the same way."""
AT_ONCE = 2
"""Columns that are read together."""
Array: TypeAlias = NDArray[Any]
Octets: TypeAlias = NDArray[np.uint8]
Told: TypeAlias = dict[str, Any]


class CutShortError(ValueError):
    """A file of columns that is not whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """Where a column stands, and how many octets each of its pieces takes, packed; none where it is
    all zero."""

    name: str
    dtype: str
    shape: Sequence[int]
    offset: int
    lengths: Sequence[int]
    check: int


class ColumnWriter:
    """Writes columns one after another, then `finish`es the file. OSError as the disk refuses."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._file = PastCache(handle)
        self._placed: list[_Placed] = []
        self._packed = 0
        self._later: list[Future[None]] = []

    def add(self, name: str, column: Array) -> None:
        """Write a column behind the others."""
        self.settle()
        octets = np.ascontiguousarray(column).reshape(-1).view(np.uint8)
        firsts = range(0, len(octets), PIECE)
        self._add(
            name,
            column,
            ((first, _packed(octets[first : first + PIECE])) for first in firsts),
            self._file.write,
        )

    def add_shared(
        self,
        name: str,
        column: Array,
        source: int,
        packers: ThreadPoolExecutor,
        disk: ThreadPoolExecutor,
    ) -> None:
        """The same for a column that lies in an open file of memory, packed by several at once and
        written later, by the one thread of `disk`: afterwards the column may change. What nobody
        wrote is not looked at, which would take memory."""

        def written(octets: bytes) -> None:
            self._later.append(disk.submit(self._file.write, octets))

        def packed(first: int) -> tuple[int, bytes]:
            piece = np.empty(min(PIECE, column.nbytes - first), np.uint8)
            _read_all(source, piece, first)
            return first, _packed(piece, PACKED_QUICKLY)

        self._add(name, column, packers.map(packed, _written(source, column.nbytes)), written)

    def settle(self) -> None:
        """Wait until nothing is left for later. OSError as the disk refused."""
        for one in self._later:
            one.result()
        self._later.clear()

    def _add(
        self,
        name: str,
        column: Array,
        pieces: Iterator[tuple[int, bytes]],
        write: Callable[[bytes], None],
    ) -> None:
        offset, check = self._packed, 0
        lengths = [0] * -(-column.nbytes // PIECE)
        for first, packed in pieces:
            check = zlib.crc32(packed, check)
            lengths[first // PIECE] = len(packed)
            self._packed += len(packed)
            write(packed)
        placed = _Placed(
            name=name,
            dtype=column.dtype.str,
            shape=column.shape,
            offset=offset,
            lengths=lengths,
            check=check,
        )
        self._placed.append(placed)

    def finish(self, told: Told) -> None:
        """Write what the columns are, and `told` beside it; then force all of it to disk."""
        self.settle()
        self._file.end()
        columns = [asdict(one) for one in self._placed]
        _write_end(self._handle, {"columns": columns, "told": told}, self._packed)


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
    at, check = placed.offset, 0
    for place, length in enumerate(placed.lengths):
        if length:
            packed = np.empty(length, np.uint8)
            _read_all(handle, packed, at)
            check = zlib.crc32(packed.data, check)
            piece = octets[place * PIECE : (place + 1) * PIECE]
            piece[:] = _unpacked(packed, len(piece), placed.name)
            at += length
    if check != placed.check:
        raise CutShortError(f"column {placed.name} was changed")
    return column


def _unpacked(packed: Octets, length: int, name: str) -> Octets:
    try:
        return np.frombuffer(PACKED.decompress(packed.data, length), np.uint8)
    except (pa.ArrowException, OSError, ValueError):
        raise CutShortError(f"column {name} was changed") from None


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


def _taken(placed: _Placed) -> int:
    octets = math.prod(placed.shape) * np.dtype(placed.dtype).itemsize
    sizes = [min(PIECE, octets - first) for first in range(0, octets, PIECE)]
    return sum(size for size, length in zip(sizes, placed.lengths, strict=True) if length)


def _packed(piece: Octets, codec: pa.Codec = PACKED) -> bytes:
    """Nothing where all of it is zero."""
    whole = len(piece) // 8 * 8
    if not piece[:whole].view(np.uint64).any() and not piece[whole:].any():
        return b""
    packed: bytes = codec.compress(piece.data, asbytes=True)
    return packed


def _write_all(handle: int, octets: Octets, offset: int) -> None:
    done = 0
    while done < len(octets):
        done += os.pwrite(handle, octets[done:].data, offset + done)


def _read_all(handle: int, octets: Octets, offset: int) -> None:
    done = 0
    while done < len(octets):
        count = os.preadv(handle, [octets[done:].data], offset + done)
        if not count:
            raise CutShortError("it ends too early")
        done += count
