"""`make bench-quick`: from CSV files to committed effects, beside PostgreSQL, in under a minute."""

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

SCRATCH = Path(tempfile.mkdtemp(prefix="wanhao-bench-"))
SCRATCH.chmod(0o755)
os.environ["WANHAO_DATA"] = str(SCRATCH)
os.environ["DJANGO_SETTINGS_MODULE"] = "wanhao.project.settings"

from wanhao.project.postgres import EmbeddedPostgres, embedded_url  # noqa: E402 - after WANHAO_DATA

os.environ["DATABASE_URL"] = embedded_url(SCRATCH)

import django  # noqa: E402 - after the settings' environment
import numpy as np  # noqa: E402
import psycopg  # noqa: E402
from rich.console import Console  # noqa: E402
from rich.table import Table  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402 - after django.setup()
from django.db.models import Sum  # noqa: E402

from bench import peer_postgresql  # noqa: E402
from bench.parties import write_parties  # noqa: E402
from bench.world import MID_MONTH, load, make_world, write_records  # noqa: E402
from wanhao.usage.folders import Folders  # noqa: E402
from wanhao.usage.local import LocalMeter  # noqa: E402
from wanhao.usage.models import Batch  # noqa: E402
from wanhao.workflows.tell_customers import TellCustomers  # noqa: E402
from wanhao.workflows.watch_thresholds import watch_thresholds  # noqa: E402

LINES = 1_000_000
RECORDS = 1_000_000
FILES = 4
OUT = Path(__file__).parent / "out"
SERVER = {
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "max_wal_size": "4GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}
say = Console().print


def timed(what: str, work: Callable[[], object]) -> float:
    """Do the work, say how long it took, return seconds."""
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    say(f"  {what}: {seconds:.2f} s")
    return seconds


def main() -> None:
    """Set up both sides from one world, count the same files, print and keep the figures."""
    try:
        with EmbeddedPostgres(SCRATCH, SERVER):
            figures = measure()
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    show(figures)


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
        timed("set up PostgreSQL", lambda: peer_postgresql.set_up(connection, world))
        peer = timed("counted by PostgreSQL", lambda: peer_postgresql.count(connection, files))
    say("  {records:,} records in, {duplicate:,} duplicates, {effects:,} effects".format(**counted))
    return [
        _figure("metering.records_per_second", RECORDS / ours, "records/s", RECORDS / peer),
        _figure("metering.ratio_to_postgresql", peer / ours, "times", 1.0),
    ]


def _count(meter: LocalMeter, files: list[Path]) -> None:
    """Drop the files and count until nothing is left."""
    watch_thresholds()
    for path in files:
        shutil.copy(path, meter.folders.inbox / f".{path.name}")
        (meter.folders.inbox / f".{path.name}").rename(meter.folders.inbox / path.name)
    while meter.step():
        pass


def _mid_month() -> datetime:
    return datetime.fromtimestamp(MID_MONTH, UTC)


def _figure(name: str, value: float, unit: str, peer: float) -> dict[str, object]:
    figures = {"name": name, "value": round(value, 2), "unit": unit, "peer": round(peer, 2)}
    return {**figures, "ratio": round(value / peer, 2)}


def show(figures: list[dict[str, object]]) -> None:
    """Print the table and write one JSON list."""
    table = Table(title="wanhao bench-quick")
    for column in ("name", "value", "unit", "peer", "ratio"):
        table.add_column(column, justify="left" if column in ("name", "unit") else "right")
    for figure in figures:
        table.add_row(
            *(f"{cell:,}" if isinstance(cell, float) else str(cell) for cell in figure.values())
        )
    say(table)
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "quick.json").write_text(json.dumps(figures, indent=2) + "\n")
