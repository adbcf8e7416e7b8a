"""One Parquet file per batch, sorted by line, written before the commit.

A file belongs to its batch by number and token; one whose batch never committed is removed.
"""

from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq

from wanhao.usage.archive.keys import encryption_for, open_parquet
from wanhao.usage.archive.layout import BATCHES, ahead, batch_number
from wanhao.usage.archive.manifest import load_manifest
from wanhao.usage.archive.rows import SMALL, block_from, sorted_table
from wanhao.usage.blocks import Block
from wanhao.usage.durable import sync_file, sync_folder

ROW_GROUP = 1 << 14
"""So many records are read at least to find those of one number."""
AHEAD = 3
"""So many batches may be archived before they commit: one commits while others are folded."""


def write_archive(path: Path, block: Block) -> None:
    """Write the metered records of a batch, sorted by number and time, durably or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    pq.write_table(
        sorted_table(block),
        unfinished,
        row_group_size=ROW_GROUP,
        encryption_properties=encryption_for(path.name),
        **SMALL,
    )
    sync_file(unfinished)
    unfinished.rename(path)
    sync_folder(path.parent)


def read_archive(path: Path) -> Block:
    """The records of one batch, as they were counted."""
    with open_parquet(path) as file:
        return block_from(file.read())


def doubtful(folder: Path, last: int) -> list[Path]:
    """The files that may belong to no committed batch: unfinished ones, those that share a number,
    and those from the last committed batch on.

    WanhaoError where the folder holds batches far above the last: then the database is not the one
    that counted them.
    """
    found: dict[int, list[Path]] = defaultdict(list)
    for path in folder.glob(BATCHES):
        found[batch_number(path)].append(path)
    compacted = load_manifest(folder).through
    newest = max(compacted, *found, 0)
    if compacted > last or newest > last + AHEAD:
        raise ahead(newest, last)
    shared = [path for n, paths in found.items() if n >= last or len(paths) > 1 for path in paths]
    return [*folder.glob(".batch-*.tmp"), *shared]
