"""How large the province is, and where what was made beforehand lies."""

import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.figures import OUT

LINES = int(os.environ.get("BENCH_LINES", "14000000"))
RECORDS = int(os.environ.get("BENCH_RECORDS", "100000000"))
STRESS_RECORDS = int(os.environ.get("BENCH_STRESS_RECORDS", str(RECORDS // 10)))
STEADY_PER_SECOND = int(os.environ.get("BENCH_STEADY", "120000"))
STEADY_SECONDS = int(os.environ.get("BENCH_STEADY_SECONDS", "120"))
FLAT_RECORDS = int(os.environ.get("BENCH_FLAT_RECORDS", str(min(RECORDS, 5_000_000))))
FLAT_LINES = tuple(LINES * part // 14 for part in (1, 2, 4, 7, 14))
PEER_RECORDS = int(os.environ.get("BENCH_PEER_RECORDS", str(min(RECORDS, 2_000_000))))
CACHE = Path(os.environ.get("BENCH_SCRATCH", OUT / "province"))
"""Facts and records are made once and kept here: about 10 GB at full size, of which 6 GB
are the month's records."""
FILE_ROWS = min(1_000_000, max(RECORDS // 4, 1))
Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]
_GOLDEN, _FIRST, _SECOND = (
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
_SHIFTS = tuple(np.uint64(bits) for bits in (30, 27, 31))
_MANTISSA = np.uint64(11)
_ALL = (1 << 64) - 1


def mixed(index: Int64, salt: int) -> NDArray[np.uint64]:
    """64 well-spread bits for each index: what is made of it is the same in every run, whatever
    part of it is made, and in whatever order."""
    apart = np.uint64(salt * int(_SECOND) & _ALL)
    bits = (index.astype(np.uint64) + apart) * _GOLDEN
    for shift, factor in zip(_SHIFTS, (_FIRST, _SECOND, np.uint64(1)), strict=True):
        bits ^= bits >> shift
        bits *= factor
    return bits


def uniform(index: Int64, salt: int) -> Float64:
    """A number from 0 to below 1 for each index."""
    return np.asarray((mixed(index, salt) >> _MANTISSA) * 2.0**-53, np.float64)


def among(index: Int64, salt: int, count: int) -> Int64:
    """A whole number from 0 to below `count` for each index."""
    return (mixed(index, salt) % np.uint64(count)).astype(np.int64)


def lognormal(index: Int64, salt: int, mean: float, sigma: float) -> Float64:
    """A lognormally distributed amount for each index (by Box and Muller)."""
    radius = np.sqrt(-2.0 * np.log1p(-uniform(index, salt)))
    angle = 2.0 * np.pi * uniform(index, salt + 1)
    return np.exp(mean + sigma * radius * np.cos(angle))
