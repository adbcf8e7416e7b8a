"""Reading the detail archive: which records of a few numbers stand behind what was decided.

Only files that can hold the asked month are opened, and of each only the parts whose smallest and
largest number let them hold one of the numbers. These are personal data: whoever asks notes the
reading down (`access.actions.record_read`).
"""

from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from wanhao.usage.archive.layout import archive_path, missing
from wanhao.usage.archive.lookup import Place, Wanted, look_up, places_in
from wanhao.usage.archive.manifest import Manifest, Part, load_manifest
from wanhao.usage.archive.rows import BATCH, TEXT_ID
from wanhao.usage.cycles import CLOSES_AFTER
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.duplicates import LONGEST_DAYS
from wanhao.usage.home import home
from wanhao.usage.judging import FUTURE_TOLERANCE
from wanhao.usage.models import Batch
from wanhao.values.cycle import SHANGHAI, Cycle

LATEST = CLOSES_AFTER + timedelta(days=LONGEST_DAYS)
Where = Callable[[Manifest], tuple[Sequence[Part], Sequence[Batch]]]


def records_of(numbers: Collection[int], cycle: int) -> tuple[UsageDetail, ...]:
    """What the numbers used in a month, in order of time, those that came late with them.

    WanhaoError where no meter has counted here, or where its archive is out of reach.
    """
    month = Cycle(cycle)
    wanted = Wanted.of(numbers, first=int(month.start.timestamp()), end=int(month.end.timestamp()))
    first = month.start.astimezone(SHANGHAI).date()
    last = month.end.astimezone(SHANGHAI).date() - timedelta(days=1)

    def where(manifest: Manifest) -> tuple[Sequence[Part], Sequence[Batch]]:
        batches = Batch.objects.filter(
            number__gt=manifest.through,
            metered__gt=0,
            taken_at__gte=month.start - timedelta(seconds=FUTURE_TOLERANCE),
            taken_at__lt=month.end + LATEST,
        )
        return manifest.of_days(first, last), list(batches)

    return _details(wanted, where)


def kept_only_from(cycle: int) -> str:
    """From which day on records are kept, where those of a month were past their time and only what
    was held may be left; empty for a month that is whole."""
    if not Batch.objects.filter(metered__gt=0).exists():
        return ""
    manifest = load_manifest(home().archive)
    first = Cycle(cycle).start.astimezone(SHANGHAI).date().isoformat()
    return manifest.kept_from if manifest.dropped and first < manifest.kept_from else ""


def records_in_batch(batch: int, numbers: Collection[int]) -> tuple[UsageDetail, ...]:
    """What of the numbers was counted with one batch, in order of time; () for an unknown one."""

    def where(manifest: Manifest) -> tuple[Sequence[Part], Sequence[Batch]]:
        if batch <= manifest.through:
            return manifest.of_batches(batch, batch), []
        return [], list(Batch.objects.filter(number=batch, metered__gt=0))

    return _details(Wanted.of(numbers, batch=batch), where)


def _details(wanted: Wanted, where: Where) -> tuple[UsageDetail, ...]:
    if not len(wanted.numbers) or not Batch.objects.filter(metered__gt=0).exists():
        return ()
    rows = _found(home().archive, wanted, where).to_pylist()
    batches = Batch.objects.in_bulk({row[BATCH] for row in rows})
    return tuple(sorted((_detail(row, batches[row[BATCH]]) for row in rows), key=_by_time))


def _found(archive: Path, wanted: Wanted, where: Where) -> pa.Table:
    """What the files hold that a manifest and the batches after it name. A file that is gone was
    compacted meanwhile, unless the manifest is still the same: then WanhaoError."""
    seen = None
    while True:
        manifest = load_manifest(archive)
        parts, batches = where(manifest)
        places = [
            Place(path=archive_path(archive, one.number, one.token), batch=one.number)
            for one in batches
        ]
        try:
            for part in parts:
                places += places_in(part.folder(archive), wanted)
            return look_up(places, wanted)
        except FileNotFoundError as error:
            if manifest == seen:
                raise missing(Path(error.filename)) from error
            seen = manifest


def _detail(row: dict[str, Any], batch: Batch) -> UsageDetail:
    text, number = row.pop(TEXT_ID), row.pop("record_id")
    del row[BATCH]
    return UsageDetail(
        batch=batch.number,
        files=tuple(str(file["name"]) for file in batch.files),
        counted_at=batch.committed_at,
        record_id=text.decode() if text else str(number),
        **row,
    )


def _by_time(detail: UsageDetail) -> tuple[int, int, str]:
    return detail.start, detail.batch, detail.record_id
