"""Getting whole batches back, as they were counted, whether they were compacted since or not."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from wanhao.usage.archive.batch_files import read_archive
from wanhao.usage.archive.keys import open_parquet
from wanhao.usage.archive.layout import archive_path, missing
from wanhao.usage.archive.manifest import Manifest, load_manifest
from wanhao.usage.archive.parts import shards_of
from wanhao.usage.archive.rows import BATCH, SCHEMA, as_compacted, block_from
from wanhao.usage.blocks import Block, Int64
from wanhao.usage.models import Batch
from wanhao.values.errors import WanhaoError

ROWS_AT_ONCE = 4_000_000
"""So many compacted records are in memory at most, unless a single batch has more."""
EVERY_DAY, NO_DAY = "", "9999-12-31"
"""From which day on records are needed: all there ever were, or none that were past their time."""


class ArchivedBatches:
    """Reads batches one after the other; those that were compacted together are read together."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        self._ready: dict[int, pa.Table] = {}

    def read(self, batch: Batch, needed_from: str = EVERY_DAY) -> Block:
        """The records of a batch that has some; WanhaoError when they are gone. Those that were
        past their time may be, if all that was dropped began before the day `needed_from`."""
        if batch.number not in self._ready:
            path = archive_path(self._archive, batch.number, batch.token)
            try:
                return read_archive(path)
            except FileNotFoundError:
                pass
            self._ready = self._compacted(batch, path)
        table = self._ready.pop(batch.number)
        if table.num_rows != batch.metered:
            self._refuse_missing(batch, table.num_rows, needed_from)
        return block_from(table)

    def _refuse_missing(self, batch: Batch, rows: int, needed_from: str) -> None:
        manifest = load_manifest(self._archive)
        forgiven = manifest.dropped and manifest.kept_from <= needed_from
        if rows > batch.metered or not forgiven:
            raise _incomplete(batch.number, manifest)

    def _compacted(self, batch: Batch, path: Path) -> dict[int, pa.Table]:
        """What was compacted of a batch and those behind it; begun anew while parts are being
        replaced."""
        seen = None
        while True:
            manifest = load_manifest(self._archive)
            if batch.number > manifest.through or manifest == seen:
                raise missing(path) from None
            try:
                batches = _from(batch.number, manifest.through)
                return _compacted(self._archive, manifest, batches)
            except FileNotFoundError:
                seen = manifest


def _from(number: int, through: int) -> list[int]:
    """Batches with records from a number on, as many as are read at once."""
    following = Batch.objects.filter(number__gte=number, number__lte=through, metered__gt=0)
    found: list[int] = []
    rows = 0
    for each, metered in following.order_by("number").values_list("number", "metered").iterator():
        rows += metered
        if found and rows > ROWS_AT_ONCE:
            break
        found.append(each)
    return found


def _compacted(archive: Path, manifest: Manifest, batches: Sequence[int]) -> dict[int, pa.Table]:
    """The records of each batch, in the order in which its file had them."""
    first, last = batches[0], batches[-1]
    tables = [SCHEMA.empty_table()]
    for part in manifest.of_batches(first, last):
        for shard in shards_of(part.folder(archive)):
            tables += _within(shard.path, first, last)
    table = pa.concat_tables(tables).unify_dictionaries().combine_chunks()
    order = np.lexsort([table[name].to_numpy() for name in ("start", "number", BATCH)])
    table = table.take(pa.array(order))
    ends: Int64 = np.searchsorted(table[BATCH].to_numpy(), batches, "right")
    spans = zip(batches, pairwise([0, *ends]), strict=True)
    return {number: table.slice(begin, end - begin) for number, (begin, end) in spans}


def _within(path: Path, first: int, last: int) -> list[pa.Table]:
    """The records of a shard that are of these batches."""
    found = []
    with open_parquet(path) as file:
        for group in range(file.num_row_groups):
            number = file.read_row_group(group, columns=[BATCH])[BATCH].to_numpy()
            wanted = (number >= first) & (number <= last)
            if wanted.any():
                rows = file.read_row_group(group).filter(pa.array(wanted))
                found.append(as_compacted(rows, None))
    return found


def _incomplete(number: int, manifest: Manifest) -> WanhaoError:
    if manifest.dropped:
        return WanhaoError(
            f"Not all records of batch {number} are kept any more: those from before"
            f" {manifest.kept_from} were past their time.",
            "Begin with a later month; for the meter, restore usage/snapshots/ from its backup.",
        )
    return WanhaoError(
        f"Records of batch {number} are missing in the archive.",
        "Restore the archive folder from its backup.",
    )
