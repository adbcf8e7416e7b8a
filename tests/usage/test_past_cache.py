"""Large files are written past the kernel's cache, wherever they lie and however long they are."""

import os
from pathlib import Path

import numpy as np
import pytest

from wanhao.usage.past_cache import BLOCK, PIECE, NewFile, PastCache

MEMORY = Path("/dev/shm")
LENGTHS = (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, PIECE - 1, PIECE, 2 * PIECE + 77)


def some(length: int) -> np.ndarray:
    """Octets that do not repeat."""
    return np.random.default_rng(length).integers(0, 256, length, np.uint8)


@pytest.mark.parametrize("length", LENGTHS)
def test_what_was_written_is_read(length, tmp_path):
    """At once, and in parts of any size."""
    octets = some(length)
    at_once, in_parts = tmp_path / "at-once", tmp_path / "in-parts"
    with NewFile(at_once) as file:
        file.write(octets.data)
    with NewFile(in_parts) as file:
        for first in range(0, length, 9_973):
            file.write(octets[first : first + 9_973].tobytes())
        assert file.tell() == length
    assert at_once.read_bytes() == octets.tobytes() == in_parts.read_bytes()


def test_memory_is_written_like_a_disk():
    """Where there is no way past the cache, the same is written in the ordinary way."""
    path = MEMORY / f"wanhao-tests-{os.getpid()}"
    try:
        with NewFile(path) as file:
            file.write(some(PIECE + 5).data)
        assert path.read_bytes() == some(PIECE + 5).tobytes()
    finally:
        path.unlink()


def test_a_full_disk_is_told_of():
    """When a piece is written, and at the latest when the file is closed."""
    file = NewFile(Path("/dev/full"))
    with pytest.raises(OSError, match="No space left"):
        file.write(some(PIECE).data)
    with pytest.raises(OSError, match="No space left"):
        file.close()


def test_parts_stand_where_they_were_put(tmp_path):
    """With holes between them; afterwards the file is written at any place."""
    handle = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    past = PastCache(handle)
    past.write(some(PIECE + 100), 0)
    past.write(some(50), 4 * PIECE)
    assert past.read(50, 4 * PIECE).tobytes() == some(50).tobytes()
    assert not past.read(BLOCK, 3 * PIECE).any()
    past.end()
    os.pwrite(handle, b"end", 4 * PIECE + 51)
    assert os.pread(handle, 54, 4 * PIECE) == some(50).tobytes() + b"\0end"
    os.close(handle)
