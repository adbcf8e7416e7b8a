"""The small operator of the proof: what its lines do in a month, as files in three deliveries.

Every file is a batch of its own; one is large enough to be read and committed in several parts.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from tests.communications.policies import at_any_hour
from tests.stories.month_world import SOURCES, Household, Month, households, order
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.project.demo.usage_files import (
    COLUMNS,
    FileFormat,
    UsageRecord,
    drop,
    encode,
    table_of,
)
from wanhao.workflows.open_accounts import open_accounts
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.watch_thresholds import watch_thresholds

SEED = 20261123
LINES = 48
FILES = 12
"""In each of the first two deliveries, besides the large one."""
BULK_FIRST_ID = 5_000_000_000
TWICE, STRANGE, CONFLICTS = 4, 2, 1
PAID_FEN = 4_000
SHORTEST_MONTH = timedelta(days=30)
NOBODY = 19_999_999_999


Counted = tuple[tuple[str, bytes], int]
"""A file, by name and content, and how many records it holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Files in the order in which they are dropped, and how many records they hold."""

    files: tuple[tuple[str, bytes], ...]
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everybody, and the month in which they use what they use."""

    month: Month
    everybody: tuple[Household, ...]
    deliveries: tuple[Delivery, ...]

    @property
    def begins(self) -> datetime:
        """When counting begins: the month's use is over, the month is not."""
        return self.month.cycle.end - timedelta(hours=30)

    @property
    def closes(self) -> datetime:
        """When the month has just closed."""
        return self.month.cycle.end + timedelta(hours=73)

    def open(self) -> None:
        """Bring everybody in, days before counting begins; Django's database takes them."""
        now = self.begins - timedelta(days=3)
        load_catalogue()
        at_any_hour(now)
        watch_thresholds(now)
        open_accounts([order(one, self.month) for one in self.everybody], now)

    def pay(self, now: datetime) -> None:
        """Every other one who pays in advance pays once more, between the deliveries."""
        payers = [one for one in self.everybody if one.prepaid][::2]
        lines = lines_by_number([one.main for one in payers])
        for one in payers:
            take_payment(lines[one.main].account_id, PAID_FEN, f"more-{one.place}", now)


def make_world(now: datetime, bulk: int) -> World:
    """The next month that is long enough, with `bulk` rows in the large file; the same whenever it
    is made for the same month."""
    month = Month.after(now)
    while month.cycle.end - month.cycle.start < SHORTEST_MONTH:
        month = Month(month.cycle.next)
    chance = random.Random(SEED)
    everybody = tuple(households(LINES, month, SEED))
    records = [record for one in everybody for record in one.records]
    chance.shuffle(records)
    half = len(records) // 2
    first = _files("first", records[:half], [], chance)
    second = _files("second", records[half:], records[:half], chance)
    large = ("second-large.csv", encode(_bulk(everybody, month, bulk), FileFormat.CSV))
    after = _after_the_close(records, month)
    return World(
        month=month,
        everybody=everybody,
        deliveries=(
            _delivery(first),
            _delivery([*second[:3], (large, bulk), *second[3:]]),
            _delivery(_files("third", after, records, chance, files=2)),
        ),
    )


def _delivery(files: Sequence[Counted]) -> Delivery:
    return Delivery(
        files=tuple(file for file, _ in files), records=sum(count for _, count in files)
    )


def _files(
    name: str,
    records: Sequence[UsageRecord],
    earlier: Sequence[UsageRecord],
    chance: random.Random,
    files: int = FILES,
) -> list[Counted]:
    """The records dealt out, some of them twice, some once more with another content, and some
    that no meter can count."""
    made: list[Counted] = []
    sent = list(earlier)
    for place in range(files):
        some = list(records[place::files])
        again = chance.sample(sent, min(TWICE, len(sent)))
        odd = [replace(one, quantity=one.quantity + 1) for one in again[:CONFLICTS]]
        stray = [
            replace(some[0], number=NOBODY, record_id=f"stray-{name}-{place}-{n}")
            for n in range(STRANGE)
        ]
        kind = list(FileFormat)[place % len(FileFormat)]
        broken = [f"broken {name} {place}"] if kind.is_text else []
        rows = [*some, *again[CONFLICTS:], *odd, *stray]
        chance.shuffle(rows)
        content = encode(table_of(rows), kind, broken)
        made.append(((f"{name}-{place:02d}.{kind}", content), len(rows) + len(broken)))
        sent += some
    return made


def _after_the_close(records: Sequence[UsageRecord], month: Month) -> list[UsageRecord]:
    """What comes when the month is closed: some records of it that are late, and some of use in
    the month that follows."""
    start = int(month.cycle.end.timestamp())
    late = [replace(one, record_id=f"late-{one.record_id}") for one in records[:20]]
    new = [
        replace(one, record_id=f"new-{one.record_id}", start=start + place * 60)
        for place, one in enumerate(records[20:120])
    ]
    return [*late, *new]


def _bulk(everybody: Sequence[Household], month: Month, rows: int) -> pa.Table:
    """Small data sessions of everybody, three in a thousand delivered twice."""
    rng = np.random.default_rng(SEED)
    numbers = np.array([number for one in everybody for number in one.numbers])
    identity = BULK_FIRST_ID + np.arange(rows)
    identity[rng.random(rows) < 0.003] = BULK_FIRST_ID
    which = identity - BULK_FIRST_ID
    columns = {
        "record_id": identity,
        "source": np.full(rows, SOURCES["data"]),
        "number": numbers[which % len(numbers)],
        "service": np.full(rows, "data"),
        "zone": np.full(rows, "domestic"),
        "start": int(month.at(2, 3).timestamp()) + which % (20 * 86_400),
        "quantity": which % 4_001 + 1,
        "sign": np.ones(rows, np.int64),
    }
    return pa.table({name: columns[name] for name in COLUMNS})


def drop_delivery(inbox: Path, delivery: Delivery, at: datetime) -> None:
    """Drop the files in their order, a second of arrival apart."""
    for place, (name, content) in enumerate(delivery.files):
        drop(inbox, name, content, at + timedelta(seconds=place))
