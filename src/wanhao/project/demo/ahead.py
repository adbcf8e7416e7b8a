"""What everybody uses while the demo is sent ahead: a month drawn at once, dropped slice by slice.

The same month is drawn each time it is asked for, so after a restart the slices come again under
the same record ids, and are counted once.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa

from wanhao.project.demo.habits import F64, I64, MINUTE, SERVICES, Habits
from wanhao.project.demo.history import cast_month
from wanhao.project.demo.maker import HOURS
from wanhao.project.demo.usage_files import COLUMNS, FileFormat, drop, encode, table_of
from wanhao.values.cycle import SHANGHAI, Cycle

HOUR = 3600
RECORDS_A_MONTH = (9, 4, 14)
"""Calls, messages and data sessions of one line in a whole month, about."""
SOURCE = "demo-ahead"
IDS_OF_A_CYCLE = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """The records of one cycle from `since` to its end, in order of time."""

    cycle: Cycle
    since: datetime
    table: pa.Table
    starts: I64

    def drop(self, inbox: Path, since: datetime, until: datetime) -> int:
        """Drop what starts from one instant on and before the other; returns the records."""
        first, stop = np.searchsorted(
            self.starts, [int(since.timestamp()), int(until.timestamp())], side="left"
        )
        if first < stop:
            name = f"ahead-{self.cycle.number}-{first}-{stop}.{FileFormat.ZSTD}"
            content = encode(self.table.slice(first, stop - first), FileFormat.ZSTD)
            drop(inbox, name, content, until)
        return int(stop - first)


def month_ahead(habits: Habits, cycle: Cycle, since: datetime) -> Ahead:
    """What is still to come of a cycle at `since`: at its beginning all of it, the cast's with it.

    Later than that the month so far was dropped before, and the cast live by themselves.
    """
    whole = since <= cycle.start
    columns = _columns(_amounts(habits, whole), habits.number, cycle, since)
    tables = [_numbered(columns, cycle)]
    if whole:
        tables.append(table_of(cast_month(cycle)))
    table = pa.concat_tables([one.cast(tables[0].schema) for one in tables])
    table = table.sort_by([("start", "ascending"), ("record_id", "ascending")])
    return Ahead(cycle=cycle, since=since, table=table, starts=table["start"].to_numpy())


def _amounts(habits: Habits, whole: bool) -> F64:
    """Seconds, messages and octets by line."""
    more = [habits.more_minutes * MINUTE, habits.more_messages, habits.more_octets]
    used = [habits.used_seconds, habits.used_messages, habits.used_octets]
    amounts: F64 = np.array([m + u if whole else m for m, u in zip(more, used, strict=True)])
    return amounts


def _columns(amounts: F64, numbers: I64, cycle: Cycle, since: datetime) -> dict[str, I64]:
    """One row per record; each amount is cut at random into that many records."""
    random = np.random.default_rng([cycle.number, int(since.timestamp()), 3])
    span = (cycle.end - since) / (cycle.end - cycle.start)
    count = random.poisson(np.array(RECORDS_A_MONTH)[:, None] * span, amounts.shape)
    count = np.where(amounts >= 1, np.maximum(count, 1), 0).ravel()
    owner = np.repeat(np.arange(len(count)), count)
    weight = random.exponential(1, len(owner))
    total = np.zeros(len(count))
    np.add.at(total, owner, weight)
    quantity = np.floor(amounts.ravel()[owner] * weight / total[owner]).astype(np.int64)
    kept = quantity > 0
    return {
        "number": np.tile(numbers, len(SERVICES))[owner[kept]],
        "service": owner[kept] // len(numbers),
        "start": _starts(random, int(kept.sum()), since, cycle.end),
        "quantity": quantity[kept],
    }


def _starts(random: np.random.Generator, count: int, since: datetime, end: datetime) -> I64:
    """Instants between the two, as busy as each hour of the day is."""
    first, last = int(since.timestamp()), int(end.timestamp())
    hours = np.arange(first, last, HOUR)
    local = since.astimezone(SHANGHAI).hour + np.arange(len(hours))
    share = np.array(HOURS, np.float64)[local % len(HOURS)]
    hour = random.choice(hours, count, p=share / share.sum())
    starts: I64 = np.minimum(hour + random.integers(0, HOUR, count), last - 1)
    return starts


def _numbered(columns: dict[str, I64], cycle: Cycle) -> pa.Table:
    rows = len(columns["number"])
    ids = cycle.number % 10_000 * IDS_OF_A_CYCLE + np.arange(rows)
    table = {
        "record_id": pa.array(ids).cast(pa.utf8()),
        "source": pa.repeat(SOURCE, rows),
        "number": columns["number"],
        "service": np.array(SERVICES)[columns["service"]],
        "zone": pa.repeat("domestic", rows),
        "start": columns["start"],
        "quantity": columns["quantity"],
        "sign": np.ones(rows, np.int64),
    }
    return pa.table({name: table[name] for name in COLUMNS})
