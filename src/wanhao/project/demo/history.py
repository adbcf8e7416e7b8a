"""The month so far: what the cast and everybody else used before the demo world was opened.

Both are ordinary usage files, dropped into the inbox once per billing cycle and counted like any
other.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from wanhao.project.demo.cast import CastMember, PlannedUse, cast
from wanhao.project.demo.habits import Habits
from wanhao.project.demo.notebook import history_note, note_history_dropped
from wanhao.project.demo.usage_files import FileFormat, UsageRecord, drop, encode, table_of
from wanhao.values.cycle import Cycle

CAST_SOURCE = "demo-cast"
MONTH_SOURCE = "demo-month"
MINUTE = 60
KILO = 1024
RECENT_SECONDS = 6 * 3600
"""The last part of the history lies within these hours: what it leads to is news, not history."""
EARLY_SHARE = 0.6
DAY, MORNING, EVENING = 24 * 3600, 9 * 3600, 21 * 3600
SERVICES = ("voice", "message", "data")


def drop_month(inbox: Path, now: datetime, habits: Habits) -> bool:
    """Drop the history of the current cycle; false when this cycle's was dropped before.

    A drop that was interrupted is repeated with the same names and the same content.
    """
    cycle = Cycle.of(now)
    note = history_note(inbox, cycle.number, now)
    if note.dropped:
        return False
    for name, table in (
        ("month-so-far", month_so_far(habits, cycle, note.until)),
        ("cast-history", table_of(cast_history(cycle, note.until))),
    ):
        kind = FileFormat.PARQUET if name == "month-so-far" else FileFormat.CSV
        drop(inbox, f"{name}-{cycle.number}.{kind}", encode(table, kind), now)
    note_history_dropped(inbox, cycle.number, note.until)
    return True


def cast_history(cycle: Cycle, until: datetime) -> list[UsageRecord]:
    """Every record of the cast in this cycle, none of it later than `until`."""
    records: list[UsageRecord] = []
    for member in cast():
        records.extend(_records_of(member, cycle, until))
    return sorted(records, key=lambda record: record.start)


def cast_month(cycle: Cycle) -> list[UsageRecord]:
    """Every record of the cast in a cycle that passes ahead of the clock from its beginning."""
    records: list[UsageRecord] = []
    for member in cast():
        of_days = _records_of_days(member, cycle)
        records.extend(of_days or _records_of(member, cycle, cycle.end))
    return sorted(records, key=lambda record: record.start)


def spread(use: PlannedUse) -> list[int]:
    """The quantity of each record: seconds, messages or octets, together worth `use.units`.

    A call lasts some seconds less than its billed minutes, as calls do.
    """
    share, rest = divmod(use.units, use.records)
    units = [share + (1 if place < rest else 0) for place in range(use.records)]
    if use.service == "voice":
        return [MINUTE * minutes - place * 17 % MINUTE for place, minutes in enumerate(units)]
    if use.service == "data":
        return [kilobytes * KILO for kilobytes in units]
    return units


def month_so_far(habits: Habits, cycle: Cycle, until: datetime) -> pa.Table:
    """One record per line and service that stands for all its use since the cycle began."""
    begin, end = int(cycle.start.timestamp()), int(until.timestamp())
    random = np.random.default_rng([cycle.number, 1])
    number = np.concatenate([habits.number] * len(SERVICES))
    quantity = np.concatenate([habits.used_seconds, habits.used_messages, habits.used_octets])
    service = np.repeat(np.arange(len(SERVICES)), len(habits.number))
    kept = quantity > 0
    number, quantity, service = number[kept], quantity[kept], service[kept]
    return pa.table(
        {
            "record_id": number * 10 + service,
            "source": pa.repeat(MONTH_SOURCE, len(number)),
            "number": number,
            "service": np.array(SERVICES)[service],
            "zone": pa.repeat("domestic", len(number)),
            "start": random.integers(begin, max(end, begin + 1), len(number)),
            "quantity": quantity,
            "sign": np.ones(len(number), np.int64),
        }
    )


def _records_of(member: CastMember, cycle: Cycle, until: datetime) -> list[UsageRecord]:
    records: list[UsageRecord] = []
    for use in member.use:
        starts = _starts(use.records, cycle, until)
        records.extend(_named(member, f"{cycle.number}-{member.number}-", use, starts))
    return records


def _records_of_days(member: CastMember, cycle: Cycle) -> list[UsageRecord]:
    """What `member.month` says, on each of its days evenly from morning to evening."""
    records: list[UsageRecord] = []
    for each in member.month:
        first = int(cycle.start.timestamp()) + (each.day - 1) * DAY + MORNING
        step = (EVENING - MORNING) // each.use.records
        starts = [first + step * place for place in range(each.use.records)]
        names = f"{cycle.number}-{member.number}-{each.day}"
        records.extend(_named(member, names, each.use, starts))
    return records


def _named(
    member: CastMember, names: str, use: PlannedUse, starts: Sequence[int]
) -> Iterator[UsageRecord]:
    """The records of one use; their names begin alike."""
    for place, (start, quantity) in enumerate(zip(starts, spread(use), strict=True), start=1):
        yield UsageRecord(
            record_id=f"{names}{use.service[0]}{use.zone[0]}{place}",
            source=CAST_SOURCE,
            number=member.number,
            service=use.service,
            zone=use.zone,
            start=start,
            quantity=quantity,
        )


def _starts(count: int, cycle: Cycle, until: datetime) -> Sequence[int]:
    """Increasing times within the cycle, the last of them in the recent hours before `until`."""
    begin, end = int(cycle.start.timestamp()), int(until.timestamp())
    recent = min(RECENT_SECONDS, (end - begin) * 2 // 5)
    early = round(count * EARLY_SHARE)
    before = [begin + (end - recent - begin) * place // max(early, 1) for place in range(early)]
    late = count - early
    return before + [end - recent + recent * place // max(late, 1) for place in range(late)]
