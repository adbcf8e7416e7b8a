"""Large files are written past the kernel's cache, wherever they lie and however long they are."""

import os
from pathlib import Path

import numpy as np
import pytest

from wanhao.usage.past_cache import BLOCK, PIECE, PastCache

MEMORY = Path("/dev/shm")
LENGTHS = (0, 1, BLOCK - 1, BLOCK, BLOCK + 1, PIECE - 1, PIECE, 2 * PIECE + 77)


def some(length: int) -> bytes:
    """Octets that do not repeat."""
    return np.random.default_rng(length).integers(0, 256, length, np.uint8).tobytes()


def written(path: Path, parts: list[bytes]) -> bytes:
    """What stands in a file that was written in these parts and then behind them."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT)
    past = PastCache(handle)
    for part in parts:
        past.write(part)
    past.end()
    os.pwrite(handle, b"the end", sum(map(len, parts)))
    os.close(handle)
    return path.read_bytes()


@pytest.mark.parametrize("length", LENGTHS)
def test_what_was_written_is_read(length, tmp_path):
    octets = some(length)
    in_parts = [octets[first : first + 9_973] for first in range(0, length, 9_973)]
    assert written(tmp_path / "at once", [octets]) == octets + b"the end"
    assert written(tmp_path / "in parts", in_parts) == octets + b"the end"


def test_memory_is_written_like_a_disk():
    """Where there is no way past the cache, the same is written in the ordinary way."""
    path = MEMORY / f"wanhao-tests-{os.getpid()}"
    try:
        assert written(path, [some(PIECE + 5)]) == some(PIECE + 5) + b"the end"
    finally:
        path.unlink()


def test_a_full_disk_is_told_of():
    """When a piece is written, and at the latest in the end."""
    past = PastCache(os.open("/dev/full", os.O_RDWR))
    with pytest.raises(OSError, match="No space left"):
        past.write(some(PIECE))
    with pytest.raises(OSError, match="No space left"):
        past.end()
