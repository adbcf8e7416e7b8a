"""A tiny operator for the meter's tests: two lines, a sink that keeps what it was told."""

import csv
import gzip
import io
import json
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection, transaction

from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import (
    DataSchedule,
    FeesFact,
    FundsFact,
    GroupFact,
    LineFact,
    LowUseCrossing,
    MoneyCrossing,
    PackFact,
    ScheduleMode,
    Service,
    TariffFact,
    ThresholdsFact,
    UpgradeCrossing,
)
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.schema import COLUMNS, TYPES

NOW = datetime(2026, 11, 15, 4, 0, tzinfo=UTC)
START = int(NOW.timestamp()) - 3600
ZHAO, QIAN = 16_907_910_001, 16_907_910_002
MB = 1 << 20
WATCHED = ThresholdsFact(usage=dict.fromkeys(Service, (80, 100)), money=(1500, 500))
CYCLE = 202611
PLAIN = TariffFact(
    number=1,
    voice_unit=60,
    prices={
        "domestic": (15, 10, 30),
        "hk-macau-taiwan": (99, 50, 300),
        "roaming": (299, 80, 1000),
    },
    schedule=None,
)
STEPS = TariffFact(
    number=2,
    voice_unit=60,
    prices=PLAIN.prices,
    schedule=DataSchedule(
        mode=ScheduleMode.STEP,
        price_fen_per_mb=30,
        tiers=((1000, 100), (2000, 200)),
        cap_fen=60_000,
        stop_mb=1024,
        announces=True,
    ),
)


@dataclass
class KeepingSink:
    """Keeps every crossing in the batch's own transaction, so that a rollback forgets it too."""

    seen: list = field(default_factory=list)

    def accept(self, batch, crossings, now):
        """Write each crossing as a row of a table that only tests have."""
        rows = [(_key(crossing), batch, type(crossing).__name__) for crossing in crossings]
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE IF NOT EXISTS kept (key text PRIMARY KEY, batch bigint, kind text)"
            )
            cursor.executemany("INSERT INTO kept VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", rows)
        self.seen += crossings


def _key(crossing):
    if isinstance(crossing, MoneyCrossing):
        return f"{crossing.account_id} left {crossing.threshold} #{crossing.episode}"
    if isinstance(crossing, UpgradeCrossing):
        return f"{crossing.group_id} {crossing.kind} {crossing.tier} #{crossing.episode}"
    if isinstance(crossing, LowUseCrossing):
        return f"{crossing.group_id} below {crossing.percent} in {crossing.cycle}"
    return f"{crossing.group_id} {crossing.service} {crossing.threshold} #{crossing.episode}"


def kept():
    """What the sink kept, as committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('kept')")
        if cursor.fetchone()[0] is None:
            return set()
        cursor.execute("SELECT key FROM kept")
        return {key for (key,) in cursor.fetchall()}


def group(number, account=None, **other):
    """A plan of 100 minutes, 30 messages and 500 MB that roll over, at the usual prices."""
    usual = {
        "cycle": CYCLE,
        "plan": 1,
        "tariff": PLAIN.number,
        "voice_allowance": 100,
        "message_allowance": 30,
        "data_allowance": 500 * MB,
        "rolls": True,
        "packs": (),
    }
    return GroupFact(group_id=number, account_id=account or number, **{**usual, **other})


def pack(number, service=Service.DATA, quantity=100 * MB, **other):
    """A pack of 100 MB for this month, used before the plan."""
    usual = {"rank": 1, "rolls": False, "renews": False}
    return PackFact(pack_id=number, service=service, quantity=quantity, **{**usual, **other})


def funds(account, fen, billed_through=0):
    """What an account can spend."""
    return FundsFact(account_id=account, spendable_fen=fen, billed_through=billed_through)


def fees(account, fee, rent=0, cycle=CYCLE):
    """A fee of one month, and rent from December on."""
    rents = {"rent_fen": rent, "rent_from": 202612}
    return FeesFact(account_id=account, cycle=cycle, fee_fen=fee, **rents)


def tell(*facts):
    """Write facts down, in a transaction of their own."""
    with transaction.atomic():
        record_facts(facts)


def two_customers(fen=2000):
    """Zhao (group 1) is prepaid, Qian (group 2) is not watched."""
    tell(
        WATCHED,
        PLAIN,
        STEPS,
        group(1),
        group(2),
        LineFact(number=ZHAO, group_id=1, since=0),
        LineFact(number=QIAN, group_id=2, since=0),
        funds(1, fen),
        funds(2, None),
    )


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
    names = list(COLUMNS) if all("charge_fen" not in row for row in rows) else list(TYPES)
    writer = csv.DictWriter(out, names, lineterminator="\n")
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
        pq.write_table(pa.Table.from_pylist(_alike(content)), unfinished)
    else:
        unfinished.write_bytes(_packed(name, csv_text(content).encode()))
    unfinished.rename(target)
    return target


def _alike(rows) -> list:
    """Rows whose ids are all text if one is, and which all have a charge if one has."""
    texts = any(isinstance(row["record_id"], str) for row in rows)
    alike = str if texts else int
    return [{**row, "record_id": alike(row["record_id"])} for row in rows]


def _packed(name: str, data: bytes) -> bytes:
    if name.endswith(".gz"):
        return gzip.compress(data)
    if name.endswith(".zst"):
        return pa.compress(data, codec="zstd", asbytes=True)
    return data


def _month(state, slot, place) -> list:
    """All that one month says of the group at a place."""
    here, services = np.full(3, place), np.arange(3)
    free = state.cells(slot, here, services).free
    totals = [column[place] for column in slot.totals.columns]
    alarms = [column[place] for column in slot.alarm.columns]
    bases = {f.name: getattr(slot.baselines, f.name) for f in fields(slot.baselines)}
    packs = slot.packs.at(np.array([place]))
    held = [getattr(packs, f.name).tolist() for f in fields(packs) if f.name != "place"]
    return [
        slot.cycle,
        [int(figure) for figure in (*totals, *free, *alarms)],
        [int(column[place]) for column in (slot.rolled, slot.rolls_in)],
        state.terms.row[slot.terms[place]].tolist(),
        {name: column[slot.baseline[place]].tolist() for name, column in bases.items()},
        held,
    ]


def figures(made: LocalMeter) -> str:
    """Everything that counts in the meter's state, by group and account, as text to compare."""
    state = made.state
    groups = {}
    for index, identity in enumerate(state.group_id[:].tolist()):
        if identity:
            key = f"{identity}/{state.zone[index]}"
            months = [_month(state, slot, index) for slot in state.slots]
            groups[key] = sorted(months, key=lambda month: month[0])
    money = ("spendable", "credit", "watched", "settled", "billed", "rent", "rent_from", "rented")
    accounts = {
        identity: [
            int(state.left(np.array([index]))[0]),
            state.money_episode[index].tolist(),
            *(int(getattr(state, name)[index]) for name in money),
            *sorted((slot.cycle, int(slot.charge[index])) for slot in state.slots),
        ]
        for index, identity in enumerate(state.account_id[:].tolist())
        if identity
    }
    rest = [state.last_fact, state.closed_through, sorted(state.usage_episode.values())]
    return json.dumps([sorted(groups.items()), sorted(accounts.items()), rest])
