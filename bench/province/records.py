"""What the network reports: usage files in the order of their arrival, each a function of the
place of its first record, so any of them can be made alone.

Most sessions end within the hour before they are reported, some are two days late. Of a thousand
records three came before, a few with another content, and one in five thousand names a number
that nobody has.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from bench.province.facts import numbers_of
from bench.province.scale import FILE_ROWS, Int64, among, lognormal, uniform
from bench.world import FIRST, MID_MONTH

DAY = 86_400
REPORTED_OVER = DAY
REPEATED, CHANGED, UNKNOWN, FREE, LATE = 0.003, 0.0002, 0.0002, 0.02, 0.01
REACH = 20_000_000
"""A record is delivered again at most so many records later."""
NOBODYS = FIRST - 100_000_000
SOURCES = pa.array(["pgw-1", "pgw-2", "pgw-3", "msc-1", "msc-2", "smsc-1"])
SERVICES = pa.array(["voice", "message", "data"])
ZONES = pa.array(["domestic", "free"])
_SALTS = range(20, 42, 2)
_SERVICE, _LINE, _AMOUNT, _DELAY, _LATE, _ZONE, _SOURCE, _AGAIN, _REACHED, _OTHER, _NOBODY = _SALTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """`records` of `lines`, those from `first` on; `weight` makes each amount so much larger."""

    lines: int
    records: int
    first: int = 0
    weight: float = 1.0
    file_rows: int = FILE_ROWS

    @property
    def name(self) -> str:
        """Tells what is made of it from all else."""
        return f"{self.lines}-{self.first}-{self.records}-{self.file_rows}-{self.weight:g}"

    def files(self, folder: Path) -> list[Path]:
        """Its usage files, in order; those that are not there yet are written."""
        folder = folder / f"usage-{self.name}"
        folder.mkdir(parents=True, exist_ok=True)
        return [self._file(folder, start) for start in self._starts()]

    def columns(self, first: int, last: int) -> pa.Table:
        """Its records from `first` to before `last`, as a usage file has them."""
        index = np.arange(first, last)
        told = self._told(index)
        changed = (told != index) & (uniform(index, _OTHER) < CHANGED / REPEATED)
        service = np.searchsorted([0.25, 0.35, 1.0], uniform(told, _SERVICE), side="right")
        quantity = np.maximum(_amounts(told, service) * self.weight, 1).astype(np.int64)
        number = numbers_of(1 + among(told, _LINE, self.lines), self.lines)
        nobody = uniform(told, _NOBODY) < UNKNOWN
        return pa.table(
            {
                "record_id": told + 1,
                "source": SOURCES.take(among(told, _SOURCE, len(SOURCES))),
                "number": np.where(nobody, number - FIRST + NOBODYS, number),
                "service": SERVICES.take(service),
                "zone": ZONES.take((uniform(told, _ZONE) < FREE).astype(np.int64)),
                "start": self._start(told),
                "quantity": quantity + changed,
                "sign": np.ones(len(index), np.int64),
            }
        )

    def _starts(self) -> Iterator[int]:
        yield from range(self.first, self.first + self.records, self.file_rows)

    def _file(self, folder: Path, start: int) -> Path:
        path = folder / f"usage-{start:012d}.csv"
        if not path.exists():
            unfinished = path.with_suffix(".tmp")
            last = min(start + self.file_rows, self.first + self.records)
            bare = pcsv.WriteOptions(quoting_style="none")
            pcsv.write_csv(self.columns(start, last), unfinished, bare)
            unfinished.rename(path)
        return path

    def _told(self, index: Int64) -> Int64:
        """Each record itself, or an earlier one that is delivered again."""
        since = index - self.first
        back = 1 + (uniform(index, _REACHED) * np.clip(since, 1, REACH)).astype(np.int64)
        again = (uniform(index, _AGAIN) < REPEATED) & (since > 0)
        return np.where(again, index - back, index)

    def _start(self, index: Int64) -> Int64:
        """When each began: some minutes before it was reported, or up to two days."""
        share = np.minimum((index - self.first) / self.records, 1.0)
        reported = MID_MONTH - REPORTED_OVER + share * REPORTED_OVER
        delay = -600.0 * np.log1p(-uniform(index, _DELAY))
        delay += np.where(uniform(index, _LATE) < LATE, 2 * DAY * uniform(index, _LATE + 1), 0.0)
        started: Int64 = (reported - delay).astype(np.int64)
        return started


def _amounts(index: Int64, service: Int64) -> np.ndarray:
    """Short calls in seconds, single messages, small data sessions in octets; of a thousand
    records two bring about something."""
    voice = lognormal(index, _AMOUNT, 3.8, 1.0)
    data = lognormal(index, _AMOUNT, 11.8, 1.6)
    return np.choose(service, [voice, np.ones(len(index)), data])
