"""Writing large files past the kernel's cache of pages.

What is written once and hardly read again would only drive out what is needed there, and the
kernel's copying and writing back cost more than the writing itself. A disk that knows no such way
(memory, some network drives) is written in the ordinary one, and so is what is small, since each
write past the cache waits for the disk.
"""

import fcntl
import io
import mmap
import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

BLOCK = 4096
"""Memory, offsets and lengths are multiples of so many octets."""
PIECE = 1 << 20
Octets = NDArray[np.uint8]


class PastCache:
    """An open file of which whole pieces are read and written past the cache."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._is_direct = False
        self.piece: Octets = np.frombuffer(mmap.mmap(-1, PIECE), np.uint8)

    def write(self, octets: Octets, offset: int) -> None:
        """Write from a multiple of a block on; the last block is filled with zeros."""
        for first in range(0, len(octets), PIECE):
            part = octets[first : first + PIECE]
            self.piece[: len(part)] = part
            self.write_piece(len(part), offset + first)

    def write_piece(self, length: int, offset: int) -> None:
        """Write so much of what was put into `piece`."""
        self._go(direct=length == PIECE)
        whole = _whole(length)
        self.piece[length:whole] = 0
        done = 0
        while done < whole:
            done += os.pwrite(self._handle, self.piece[done:whole].data, offset + done)

    def read(self, length: int, offset: int) -> Octets:
        """At most a piece of what was written, until the next call; shorter where the file ends."""
        self._go(direct=length == PIECE)
        whole, done = _whole(length), 0
        while done < length:
            count = os.preadv(self._handle, [self.piece[done:whole].data], offset + done)
            if not count:
                break
            done += count
        return self.piece[: min(done, length)]

    def end(self) -> None:
        """From here on any offset and length will do."""
        self._go(direct=False)

    def _go(self, *, direct: bool) -> None:
        """Past the cache or not; where the disk refuses, the ordinary way stays."""
        if direct == self._is_direct:
            return
        flags = fcntl.fcntl(self._handle, fcntl.F_GETFL)
        flags = flags | os.O_DIRECT if direct else flags & ~os.O_DIRECT
        with suppress(OSError):
            fcntl.fcntl(self._handle, fcntl.F_SETFL, flags)
        self._is_direct = direct


class NewFile(io.RawIOBase):
    """A new file, written from its beginning to its end; durable when it is closed."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
        self._past = PastCache(self._handle)
        self._written, self._filled = 0, 0

    def writable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """How many octets were written."""
        return self._written + self._filled

    def write(self, octets: object) -> int:
        """Take in any buffer, all of it. OSError as the disk refuses."""
        given: Octets = np.frombuffer(octets, np.uint8)  # type: ignore[call-overload]
        done = 0
        while done < len(given):
            some = given[done : done + PIECE - self._filled]
            self._past.piece[self._filled : self._filled + len(some)] = some
            self._filled += len(some)
            done += len(some)
            if self._filled == PIECE:
                self._write_out()
        return len(given)

    def close(self) -> None:
        """Write the rest and force all of it to disk, once. OSError as the disk refuses."""
        if self.closed:
            return
        super().close()
        try:
            length = self.tell()
            self._write_out()
            os.ftruncate(self._handle, length)
            os.fsync(self._handle)
        finally:
            os.close(self._handle)

    def _write_out(self) -> None:
        if self._filled:
            self._past.write_piece(self._filled, self._written)
            self._written += self._filled
            self._filled = 0


def _whole(length: int) -> int:
    return -(-length // BLOCK) * BLOCK
