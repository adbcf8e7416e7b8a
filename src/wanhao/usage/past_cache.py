"""Writing large files past the kernel's cache of pages.

What is written once and hardly read again would only drive out what is needed there, and the
kernel's copying and writing back cost more than the writing itself. A disk that knows no such way
(memory, some network drives) is written in the ordinary one, and so is what is small.
"""

import fcntl
import mmap
import os
from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

BLOCK = 4096
"""Memory, offsets and lengths are multiples of so many octets where the cache is passed by."""
PIECE = 1 << 20


class PastCache:
    """Writes an empty open file from its beginning on, until it is `ended`."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._piece: NDArray[np.uint8] = np.frombuffer(mmap.mmap(-1, PIECE), np.uint8)
        self._filled, self._out = 0, 0

    def write(self, octets: bytes) -> None:
        """Take in octets behind those before. OSError as the disk refuses."""
        given, done = np.frombuffer(octets, np.uint8), 0
        while done < len(given):
            some = given[done : done + PIECE - self._filled]
            self._piece[self._filled : self._filled + len(some)] = some
            self._filled += len(some)
            done += len(some)
            if self._filled == PIECE:
                self._write_out()

    def end(self) -> None:
        """Write the rest. From here on the file is like any other."""
        self._go(direct=False)
        self._write_out()

    def _write_out(self) -> None:
        self._go(direct=self._filled == PIECE)
        done = 0
        while done < self._filled:
            left = self._piece[done : self._filled]
            done += os.pwrite(self._handle, left.data, self._out + done)
        self._out, self._filled = self._out + self._filled, 0

    def _go(self, *, direct: bool) -> None:
        """Past the cache or not; where the disk refuses, the ordinary way stays."""
        flags = fcntl.fcntl(self._handle, fcntl.F_GETFL)
        wanted = flags | os.O_DIRECT if direct else flags & ~os.O_DIRECT
        if wanted != flags:
            with suppress(OSError):
                fcntl.fcntl(self._handle, fcntl.F_SETFL, wanted)
