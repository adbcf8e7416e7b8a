"""`make bench-quick`: from CSV files to committed effects in about a minute, beside PostgreSQL,
DuckDB and a plain loop over the same files, who must find as many reminders.

BENCH_LINES and BENCH_RECORDS make it smaller or larger.
"""

import os
import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psycopg
import pyarrow.parquet as pq
from django.core.management import call_command
from django.db.models import Sum

from bench import peer_postgresql
from bench.figures import SERVER, figure, say, show, timed
from bench.parties import write_parties
from bench.province import peers
from bench.province.counting import reminders_since
from bench.province.facts import Lines, table_of
from bench.scratch import SCRATCH
from bench.world import MID_MONTH, World, load, make_world, write_records
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.models import Batch
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

LINES = int(os.environ.get("BENCH_LINES", "1000000"))
RECORDS = int(os.environ.get("BENCH_RECORDS", "1000000"))
FILES = 4


def main() -> None:
    """Set up both sides from one world, count the same files, print and keep the figures."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        figures = measure()
    show("quick", figures)


def measure() -> list[dict[str, object]]:
    """Ours and the peer's seconds for the same files."""
    rng = np.random.default_rng(10_000)
    world = make_world(LINES, rng)
    files = write_records(SCRATCH / "records", world, RECORDS, FILES, rng)
    call_command("migrate", verbosity=0)
    timed(f"{LINES:,} customers in the database", lambda: write_parties(LINES))
    meter = LocalMeter(
        folders=Folders(SCRATCH / "usage"),
        sink=TellCustomers(),
        clock=_mid_month,
        snapshot_every=99,
    )
    meter.start()
    timed(f"{LINES:,} lines in the meter", lambda: load(meter.state, world))
    ours = timed("counted by the meter", lambda: _count(meter, files))
    counted = Batch.objects.aggregate(
        records=Sum("records_in"), duplicate=Sum("duplicate"), effects=Sum("crossings")
    )
    say("  {records:,} records in, {duplicate:,} duplicates, {effects:,} effects".format(**counted))
    others, found = _others(world, files)
    peers.require_equal({"ours": reminders_since(0), **found})
    return [
        figure(f"records_per_second_beside_{name}", RECORDS / ours, "records/s", peer)
        for name, peer in others.items()
    ]


def _others(world: World, files: list[Path]) -> tuple[dict[str, float], dict[str, int]]:
    """Records a second, and reminders, of each of the others. PostgreSQL is given all files in one
    transaction, its fastest way."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        timed("set up PostgreSQL", lambda: peer_postgresql.set_up(connection, [world]))
        began = time.perf_counter()
        found = {"postgresql": peer_postgresql.count(connection, files)}
        seconds = {"postgresql": time.perf_counter() - began}
    say(f"  postgresql: {seconds['postgresql']:.1f} s, {found['postgresql']:,} reminders")
    facts, place = _write_facts(world), str(SCRATCH / "peer.duckdb")
    for name in ("duckdb", "plain"):
        _, seconds[name], found[name] = peers.run(getattr(peers, name), place, facts, files)
    return {name: RECORDS / one for name, one in seconds.items()}, found


def _write_facts(world: World) -> Path:
    """The world as a facts file, for those who work in a process of their own."""
    path = SCRATCH / "facts.parquet"
    same = {name: getattr(world, name) for name in ("ids", "number", "allowance", "used")}
    nobody_asks = {"plan": 0 * world.ids, "prepaid": world.prepaid.astype(np.int64)}
    pq.write_table(table_of(Lines(**same, **nobody_asks)), path)
    return path


def _count(meter: LocalMeter, files: list[Path]) -> None:
    """Drop the files and count until nothing is left."""
    watch_thresholds(_mid_month())
    for path in files:
        shutil.copy(path, meter.folders.inbox / f".{path.name}")
        (meter.folders.inbox / f".{path.name}").rename(meter.folders.inbox / path.name)
    while meter.step():
        pass


def _mid_month() -> datetime:
    return datetime.fromtimestamp(MID_MONTH, UTC)
