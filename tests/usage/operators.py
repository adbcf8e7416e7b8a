"""A tiny operator for the meter's tests: two lines, a sink that keeps what it was told."""

import csv
import gzip
import io
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import (
    FundsFact,
    GroupFact,
    LineFact,
    MoneyCrossing,
    Service,
    ThresholdsFact,
)
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.schema import COLUMNS

NOW = datetime(2026, 11, 15, 4, 0, tzinfo=UTC)
START = int(NOW.timestamp()) - 3600
ZHAO, QIAN = 16_907_910_001, 16_907_910_002
MB = 1 << 20
WATCHED = ThresholdsFact(usage=dict.fromkeys(Service, (80, 100)), money=(1500, 500))


@dataclass
class KeepingSink:
    """Keeps every crossing in the batch's own transaction, so that a rollback forgets it too."""

    seen: list = field(default_factory=list)

    def accept(self, batch, crossings, now):
        """Write each crossing as a row of a table that only tests have."""
        rows = [
            (_key(crossing), batch, "money" if isinstance(crossing, MoneyCrossing) else "usage")
            for crossing in crossings
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS kept (key text PRIMARY KEY, batch bigint, kind text)"
            )
            cursor.executemany("INSERT INTO kept VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", rows)
        self.seen += crossings


def _key(crossing):
    if isinstance(crossing, MoneyCrossing):
        return f"{crossing.account_id} left {crossing.threshold} #{crossing.episode}"
    return f"{crossing.group_id} {crossing.service} {crossing.threshold} #{crossing.episode}"


def kept():
    """What the sink kept, as committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('kept')")
        if cursor.fetchone()[0] is None:
            return set()
        cursor.execute("SELECT key FROM kept")
        return {key for (key,) in cursor.fetchall()}


def group(number, voice=100, messages=30, data=500 * MB, account=None):
    """A plan of 100 minutes, 30 messages and 500 MB at the usual prices."""
    return GroupFact(
        group_id=number,
        account_id=account or number,
        voice_unit=60,
        voice_allowance=voice,
        message_allowance=messages,
        data_allowance=data,
        voice_price=15,
        message_price=10,
        data_price=30,
    )


def two_customers(fen=2000):
    """Zhao (group 1) is prepaid, Qian (group 2) is not watched."""
    facts = [
        WATCHED,
        group(1),
        group(2),
        LineFact(number=ZHAO, group_id=1, since=0),
        LineFact(number=QIAN, group_id=2, since=0),
        FundsFact(account_id=1, spendable_fen=fen),
        FundsFact(account_id=2, spendable_fen=None),
    ]
    with transaction.atomic():
        record_facts(facts)


def meter(folder: Path, sink=None, **options) -> LocalMeter:
    """A meter that has come up and knows its facts."""
    options = {"clock": lambda: NOW, "shards": 2, **options}
    made = LocalMeter(folders=Folders(folder), sink=sink or KeepingSink(), **options)
    made.start()
    return made


def settle(made: LocalMeter) -> None:
    """Let the meter work until nothing is left to do."""
    while made.step():
        pass


def row(identity, number=ZHAO, service="voice", quantity=60, **other):
    """One record."""
    usual = {"source": "msc-1", "zone": "domestic", "start": START, "sign": 1}
    named = {"record_id": identity, "number": number, "service": service, "quantity": quantity}
    return {**usual, **named, **other}


def csv_text(rows) -> str:
    """Records as a CSV file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def drop(folder: Path, name: str, content) -> Path:
    """Drop a file of records (or of given bytes) by atomic rename."""
    inbox = Folders(folder).inbox
    inbox.mkdir(parents=True, exist_ok=True)
    target = inbox / name
    unfinished = inbox / f".{name}.tmp"
    if isinstance(content, bytes):
        unfinished.write_bytes(content)
    elif name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(list(content)), unfinished)
    else:
        unfinished.write_bytes(_packed(name, csv_text(content).encode()))
    unfinished.rename(target)
    return target


def _packed(name: str, data: bytes) -> bytes:
    if name.endswith(".gz"):
        return gzip.compress(data)
    if name.endswith(".zst"):
        return pa.compress(data, codec="zstd", asbytes=True)
    return data


def _month(slot, place) -> list:
    """All that one month says of the group at a place."""
    columns = (slot.totals, slot.allowance, slot.free, slot.frozen, slot.alarm)
    return [slot.cycle, *(column[place].tolist() for column in columns), int(slot.tariff[place])]


def figures(made: LocalMeter) -> str:
    """Everything that counts in the meter's state, by group and account, as text to compare."""
    state = made.state
    groups = {}
    for index, identity in enumerate(state.group_id.tolist()):
        if identity:
            groups[identity] = sorted(_month(slot, index) for slot in state.slots)
    accounts = {
        identity: (int(state.left([index])[0]), state.money_episode[index].tolist())
        for index, identity in enumerate(state.account_id.tolist())
        if identity
    }
    return json.dumps([sorted(groups.items()), sorted(accounts.items()), state.last_fact])
