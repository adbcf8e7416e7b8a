"""Whether the archive holds every record that was metered, each once."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wanhao.usage.archive.keys import open_parquet
from wanhao.usage.archive.layout import archive_path
from wanhao.usage.archive.manifest import Manifest, Part, load_manifest
from wanhao.usage.archive.parts import shards_of
from wanhao.usage.archive.rows import BATCH
from wanhao.usage.models import Batch
from wanhao.values.errors import WanhaoError


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Records that were metered, and where they are: in parts, in files of batches, or dropped past
    their time. `wrong` says what does not agree."""

    metered: int
    compacted: int
    waiting: int
    dropped: int
    wrong: tuple[str, ...]


def check_archive(archive: Path, *, whole: bool = False) -> Checked:
    """Count the archive's records and compare them with what the database says was metered; `whole`
    reads every record, and compares batch by batch."""
    seen = None
    while True:
        manifest = load_manifest(archive)
        try:
            return _checked(archive, manifest, whole=whole)
        except FileNotFoundError as error:
            if manifest == seen:
                raise WanhaoError(
                    f"A file of the archive is missing: {error.filename}.",
                    "Restore the archive folder from its backup.",
                ) from error
            seen = manifest


def _checked(archive: Path, manifest: Manifest, *, whole: bool) -> Checked:
    newest = Batch.objects.order_by("-number").first()
    later = Batch.objects.filter(number__gt=manifest.through, metered__gt=0)
    later = later.filter(number__lte=newest.number if newest else 0)
    waiting, wrong = 0, []
    for batch in later.order_by("number"):
        rows = _rows(archive_path(archive, batch.number, batch.token))
        waiting += rows
        if rows != batch.metered:
            wrong.append(f"batch {batch.number}: {rows:,} of {batch.metered:,} records")
    compacted = 0
    for part in manifest.parts:
        rows = sum(_rows(shard.path) for shard in shards_of(part.folder(archive)))
        compacted += rows
        if rows != part.rows:
            wrong.append(f"{part.day}, {part.name}: {rows:,} of {part.rows:,} records")
    metered = newest.total_metered if newest else 0
    if compacted + waiting + manifest.dropped != metered:
        found = compacted + waiting + manifest.dropped
        wrong.append(f"in all: {found:,} of {metered:,} records")
    if whole:
        wrong += _by_batch(archive, manifest)
    return Checked(
        metered=metered,
        compacted=compacted,
        waiting=waiting,
        dropped=manifest.dropped,
        wrong=tuple(wrong),
    )


def _rows(path: Path) -> int:
    with open_parquet(path) as file:
        return int(file.metadata.num_rows)


def _by_batch(archive: Path, manifest: Manifest) -> Iterator[str]:
    """Batches of which another number of records was compacted than was metered; once some were
    dropped, only those that have too many."""
    found: Counter[int] = Counter()
    for part in manifest.parts:
        found += _counted(archive, part)
    batches = Batch.objects.filter(number__lte=manifest.through, metered__gt=0).order_by("number")
    for number, metered in batches.values_list("number", "metered").iterator():
        rows = found.pop(number, 0)
        if rows > metered or (rows < metered and not manifest.dropped):
            yield f"batch {number}: {rows:,} of {metered:,} records"
    yield from (
        f"batch {number} was never metered: {rows:,} records" for number, rows in found.items()
    )


def _counted(archive: Path, part: Part) -> Counter[int]:
    """How many records a part has of each batch; every column is read."""
    found: Counter[int] = Counter()
    for shard in shards_of(part.folder(archive)):
        with open_parquet(shard.path) as file:
            for group in range(file.num_row_groups):
                batches = file.read_row_group(group)[BATCH].to_numpy()
                numbers, counts = np.unique(batches, return_counts=True)
                found.update(dict(zip(numbers.tolist(), counts.tolist(), strict=True)))
    return found
