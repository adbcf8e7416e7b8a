"""`make bench-quick`: from CSV files to committed effects, beside PostgreSQL, in under a minute."""

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psycopg
from django.core.management import call_command
from django.db.models import Sum

from bench import peer_postgresql
from bench.figures import SERVER, figure, say, show, timed
from bench.parties import write_parties
from bench.scratch import SCRATCH
from bench.world import MID_MONTH, load, make_world, write_records
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.models import Batch
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

LINES = 1_000_000
RECORDS = 1_000_000
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
    timed("a million customers in the database", lambda: write_parties(LINES))
    meter = LocalMeter(
        folders=Folders(SCRATCH / "usage"),
        sink=TellCustomers(),
        clock=_mid_month,
        snapshot_every=99,
    )
    meter.start()
    timed("a million lines in the meter", lambda: load(meter.state, world))
    ours = timed("counted by the meter", lambda: _count(meter, files))
    counted = Batch.objects.aggregate(
        records=Sum("records_in"), duplicate=Sum("duplicate"), effects=Sum("crossings")
    )
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        timed("set up PostgreSQL", lambda: peer_postgresql.set_up(connection, [world]))
        peer = timed("counted by PostgreSQL", lambda: peer_postgresql.count(connection, files))
    say("  {records:,} records in, {duplicate:,} duplicates, {effects:,} effects".format(**counted))
    return [
        figure("metering.records_per_second", RECORDS / ours, "records/s", RECORDS / peer),
        figure("metering.ratio_to_postgresql", peer / ours, "times", 1.0),
    ]


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
