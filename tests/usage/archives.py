"""A meter whose days pass, and the archive that it leaves."""

from datetime import timedelta
from pathlib import Path

import pyarrow.parquet as pq

from tests.usage.operators import NOW, QIAN, ZHAO, drop, meter, row, settle
from wanhao.usage.archive.daily import keep_archive
from wanhao.usage.archive.manifest import load_manifest
from wanhao.usage.details import records_of

CYCLE = 202611
FIVE_MONTHS = 5
SHARDS = "*-0[0-9][0-9][0-9][0-9].parquet"


class Days:
    """A meter and a clock that is put forward by hand; a snapshot follows every batch."""

    def __init__(self, folder: Path, **options):
        self.now = NOW
        self.folder = folder
        self.made = meter(folder, clock=lambda: self.now, snapshot_every=1, **options)
        self.dropped = 0

    @property
    def archive(self) -> Path:
        return self.made.folders.archive

    def pass_by(self, days: int = 1) -> None:
        self.now += timedelta(days=days)

    def live_until(self, moment) -> None:
        """Months open and close; somebody calls twice more."""
        self.now = moment
        settle(self.made)
        self.settle_snapshots()

    def count(self, *rows: dict) -> None:
        """One more file, and so one more batch."""
        self.dropped += 1
        drop(self.folder, f"{self.dropped:03d}.csv", list(rows))
        settle(self.made)

    def settle_snapshots(self) -> None:
        """Two more batches, so that all before are in both snapshots that are kept."""
        for number in (0, 1):
            self.count(row(900_000 + 10 * self.dropped + number, start=at(self.now)))

    def compact(self, months: int = FIVE_MONTHS, **options):
        """What is done with the archive once a day."""
        return keep_archive(self.made.folders, self.now, months, **options)

    def manifest(self):
        return load_manifest(self.archive)

    def waiting(self) -> list[int]:
        """The numbers of the batches that have a file of their own."""
        return sorted(int(path.name.split("-")[1]) for path in self.archive.glob("batch-*"))

    def rows(self) -> list[dict]:
        """All compacted records, day by day as they lie there."""
        found = []
        for part in self.manifest().parts:
            for path in sorted(part.folder(self.archive).glob(SHARDS)):
                found += pq.read_table(path).to_pylist()
        return found


def at(moment) -> int:
    """An hour before a moment, in epoch seconds."""
    return int(moment.timestamp()) - 3600


def a_day_passes(folder: Path, **options) -> Days:
    """Two people's records of a day in three batches, and the night after it."""
    days = Days(folder, **options)
    now = at(days.now)
    days.count(*(row(n, QIAN if n % 3 else ZHAO, start=now + n % 7) for n in range(40)))
    days.count(row("A-7", ZHAO, "data", 3 << 20, start=now - 60), row(200, QIAN, start=now))
    days.count(row(300, ZHAO, start=now - 90, charge_fen=12), row(301, QIAN, start=now - 5))
    days.pass_by()
    days.settle_snapshots()
    return days


def seen(cycle: int = CYCLE) -> list:
    """What both are shown of a month."""
    return [records_of([number], cycle) for number in (ZHAO, QIAN)]
