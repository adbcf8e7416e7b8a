"""What the meter and its readers agree on: the header of the view, and the file that names it.

The header is a column of 64-bit integers: once what holds for all, then a block for each shard. A
shard's sequence is odd while it changes; a reader that finds the same even number before and after
has read a whole row. `view.json` says which process holds which array.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = "view.json"
UNREADABLE = (OSError, ValueError, KeyError, TypeError)
TOKEN, GENERATION, CAPACITY, CYCLES, LENGTHS = 0, 1, 2, 3, 8
"""Places in the header; two cycles, and the rows of each copied table."""
FIRST_SHARD = 32
SEQUENCE, AS_OF, BATCH = 0, 1, 2
"""Places in a shard's block: its sequence, microseconds since 1970, the last batch in it."""
BLOCK = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where one array lies: the open file of the meter, its type and its shape."""

    handle: int
    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """Who holds the view and where its arrays lie; the header bears the same token and number."""

    process: int
    token: int
    generation: int
    shards: int
    header: int
    arrays: Mapping[str, Placed]


def header_length(shards: int) -> int:
    """How many integers the header has."""
    return FIRST_SHARD + shards * BLOCK


def shard_at(shard: int) -> int:
    """Where a shard's block begins."""
    return FIRST_SHARD + shard * BLOCK


def write_directory(folder: Path, directory: Directory) -> None:
    """Put the file in the place of the one before, in one step."""
    arrays = {
        name: [each.handle, each.dtype, list(each.shape)] for name, each in directory.arrays.items()
    }
    body = {
        "process": directory.process,
        "token": directory.token,
        "generation": directory.generation,
        "shards": directory.shards,
        "header": directory.header,
        "arrays": arrays,
    }
    unfinished = folder / f".{FILE}.{os.getpid()}.tmp"
    unfinished.write_text(json.dumps(body))
    unfinished.rename(folder / FILE)


def read_directory(folder: Path) -> Directory:
    """The file as it is now; one of UNREADABLE where there is none, or another."""
    body = json.loads((folder / FILE).read_text())
    arrays = {
        name: Placed(handle=handle, dtype=dtype, shape=tuple(shape))
        for name, (handle, dtype, shape) in body.pop("arrays").items()
    }
    return Directory(**body, arrays=arrays)
