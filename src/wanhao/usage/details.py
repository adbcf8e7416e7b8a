"""Reading the detail archive: which records of a few numbers stand behind what was decided.

Only files of batches that can hold the asked month are opened, and of each only the parts whose
smallest and largest number let them hold one of the numbers. These are personal data: whoever asks
notes the reading down (`access.actions.record_read`).
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.dataset as ds

from wanhao.usage.archive import archive_path, batch_number
from wanhao.usage.cycles import CLOSES_AFTER
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.duplicates import WINDOW_DAYS
from wanhao.usage.home import home
from wanhao.usage.judging import FUTURE_TOLERANCE
from wanhao.usage.models import Batch
from wanhao.usage.schema import COLUMNS, WORD
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

AT_ONCE = 500
"""Files that are looked into together."""
LATEST = CLOSES_AFTER + timedelta(days=WINDOW_DAYS)
_FILE = "__filename"
_SCHEMA = pa.schema(
    [
        *((name, pa.utf8() if kind == WORD else kind) for name, kind in COLUMNS.items()),
        ("text_id", pa.binary()),
    ]
)


def records_of(numbers: Collection[int], cycle: int) -> tuple[UsageDetail, ...]:
    """What the numbers used in a month, in order of time, those that came late with them.

    WanhaoError where no meter has counted here, or where its archive is out of reach.
    """
    month = Cycle(cycle)
    first, last = int(month.start.timestamp()), int(month.end.timestamp())
    batches = Batch.objects.filter(
        metered__gt=0,
        taken_at__gte=month.start - timedelta(seconds=FUTURE_TOLERANCE),
        taken_at__lt=month.end + LATEST,
    )
    within = (ds.field("start") >= first) & (ds.field("start") < last)
    return _found(list(batches.order_by("number")), numbers, within)


def records_in_batch(batch: int, numbers: Collection[int]) -> tuple[UsageDetail, ...]:
    """What of the numbers was counted with one batch, in order of time; () for an unknown one."""
    return _found(list(Batch.objects.filter(number=batch, metered__gt=0)), numbers, None)


def _found(
    batches: Sequence[Batch], numbers: Collection[int], within: ds.Expression | None
) -> tuple[UsageDetail, ...]:
    if not batches or not numbers:
        return ()
    folder, wanted = home().archive, _any_of(sorted(set(numbers)))
    wanted = wanted if within is None else wanted & within
    found: list[UsageDetail] = []
    for first in range(0, len(batches), AT_ONCE):
        some = {batch.number: batch for batch in batches[first : first + AT_ONCE]}
        paths = [archive_path(folder, batch.number, batch.token) for batch in some.values()]
        found += _read(_refuse_missing(paths), wanted, some)
    return tuple(sorted(found, key=_by_time))


def _any_of(numbers: Sequence[int]) -> ds.Expression:
    """One of the numbers, said so that what lies outside all of them is never read."""
    number = ds.field("number")
    between = (number >= numbers[0]) & (number <= numbers[-1])
    return between & number.isin(numbers)


def _refuse_missing(paths: Sequence[Path]) -> Sequence[Path]:
    for path in paths:
        if not path.exists():
            raise WanhaoError(
                f"The archive of batch {batch_number(path)} is missing: {path.name}.",
                "Restore the archive folder from its backup.",
            )
    return paths


def _read(
    paths: Sequence[Path], wanted: ds.Expression, batches: dict[int, Batch]
) -> Iterator[UsageDetail]:
    dataset = ds.dataset([str(path) for path in paths], schema=_SCHEMA, format="parquet")
    table = dataset.to_table(columns=[*_SCHEMA.names, _FILE], filter=wanted)
    for row in table.to_pylist():
        batch = batches[batch_number(Path(row.pop(_FILE)))]
        text, number = row.pop("text_id"), row.pop("record_id")
        yield UsageDetail(
            batch=batch.number,
            files=tuple(str(file["name"]) for file in batch.files),
            counted_at=batch.committed_at,
            record_id=text.decode() if text else str(number),
            **row,
        )


def _by_time(detail: UsageDetail) -> tuple[int, int, str]:
    return detail.start, detail.batch, detail.record_id
