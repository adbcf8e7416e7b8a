"""What is done with the archive once a day: compaction, and dropping what is past its time."""

import re
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from wanhao.usage.archive.compaction import ArchivedBatch, Checkpoint, Compaction, compacting
from wanhao.usage.archive.holds import Hold, holds
from wanhao.usage.archive.keys import keyring
from wanhao.usage.archive.layout import ahead
from wanhao.usage.archive.lookup import Wanted, look_up, places_in
from wanhao.usage.archive.manifest import Manifest, Part, load_manifest
from wanhao.usage.archive.merging import Run
from wanhao.usage.folders import Folders
from wanhao.usage.models import Batch
from wanhao.usage.snapshots import by_age
from wanhao.values.cycle import SHANGHAI, Cycle

QUIET_HOUR = 2
"""When the day before has been delivered and few people are awake, in Asia/Shanghai."""


def is_due(folders: Folders, now: datetime) -> bool:
    """Whether the day before has not been compacted yet, and it is time for it."""
    local = now.astimezone(SHANGHAI)
    if local.hour < QUIET_HOUR:
        return False
    return load_manifest(folders.archive).until < local.date().isoformat()


def keep_archive(
    folders: Folders,
    now: datetime,
    months: int,
    *,
    rewrite: bool = False,
    checkpoint: Checkpoint = lambda name: None,
) -> Manifest:
    """Compact the days before today and drop what began more than `months` whole months before this
    one, but for what is held. `rewrite` writes anew what is not under the key of now.

    The newest batches stay as they are: those after the oldest snapshot that is kept, from which
    the meter comes back. WanhaoError while another process does this.
    """
    today = now.astimezone(SHANGHAI).date()
    with compacting(folders.archive):
        work = Compaction(folders.archive, checkpoint)
        through = _last_batch_before(folders, today, work.manifest.through)
        work.take_in(_batches(work.manifest.through, through), through)
        work.gather()
        kept_from = _first_kept(now, months)
        work.keep_from(kept_from)
        _drop_before(work, kept_from, holds())
        if rewrite:
            _rewrite_all(work)
        work.finish(today.isoformat())
        return work.manifest


def _last_batch_before(folders: Folders, today: date, through: int) -> int:
    """The last batch that was taken before a day, and is in every snapshot that is kept."""
    newest = Batch.objects.order_by("-number").values_list("number", flat=True).first() or 0
    if newest < through:
        raise ahead(through, newest)
    midnight = datetime.combine(today, time(), SHANGHAI)
    later = Batch.objects.filter(number__gt=through, taken_at__gte=midnight).order_by("number")
    first = later.values_list("number", flat=True).first()
    before = newest if first is None else first - 1
    return max(through, min(before, _oldest_snapshot(folders.snapshots)))


def _oldest_snapshot(folder: Path) -> int:
    """The batch of the oldest snapshot that is kept; 0 where there is none."""
    numbers = (re.search(r"\d+", path.name) for path in by_age(folder))
    return min((int(number[0]) for number in numbers if number), default=0)


def _batches(after: int, through: int) -> list[ArchivedBatch]:
    rows = Batch.objects.filter(number__gt=after, number__lte=through, metered__gt=0)
    columns = rows.order_by("number").values_list("number", "token", "metered")
    return [ArchivedBatch(number=n, token=token, metered=m) for n, token, m in columns]


def _first_kept(now: datetime, months: int) -> str:
    """The first day of the month so many before this one."""
    cycle = Cycle.of(now)
    for _ in range(months):
        cycle = cycle.previous
    return cycle.start.astimezone(SHANGHAI).date().isoformat()


def _drop_before(work: Compaction, day: str, held: Collection[Hold]) -> None:
    """Drop the parts of earlier days, or what of them nobody holds."""
    for part in [part for part in work.manifest.parts if part.day < day]:
        covering = [one for one in held if one.covers(part.day)]
        ids = tuple(one.hold_id for one in covering)
        if not ids or ids != part.holds:
            kept = _held_of(work, part, [one.number for one in covering])
            work.exchange([part], [replace(one, holds=ids) for one in kept])


def _held_of(work: Compaction, part: Part, numbers: Collection[int]) -> list[Part]:
    """A part with the records of these numbers alone, or none."""
    wanted = Wanted.of(numbers)
    found = look_up(places_in(part.folder(work.archive), wanted), wanted)
    if not found.num_rows:
        return []
    span = part.first_batch, part.last_batch
    return work.written([Run.of_table(found)], found.num_rows, span)


def _rewrite_all(work: Compaction) -> None:
    current = keyring().current or ""
    for part in [part for part in work.manifest.parts if part.key != current]:
        work.rewrite([part])
