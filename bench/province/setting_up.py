"""Bringing database and meter to where a measurement begins."""

import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from bench.figures import say, timed
from bench.province.database import touch_database, write_database
from bench.province.facts import write_facts
from bench.province.latency import FILES_A_SECOND
from bench.province.meter import set_clock
from bench.province.records import Traffic
from bench.province.scale import (
    CACHE,
    FLAT_RECORDS,
    LINES,
    PEER_RECORDS,
    RECORDS,
    STEADY_PER_SECOND,
    STEADY_SECONDS,
    STRESS_RECORDS,
)
from bench.scratch import SCRATCH
from wanhao.parties.queries import line_count

# The first place of each kind of traffic, so that no record of one is known from another.
PROBES, STEADY, STRESS, FLAT, OTHERS, FLAME, BUSY, READ = (k * 10**10 for k in range(1, 9))
A_PROBE = 1_000
HEAVY = 11.0
FLAME_RECORDS = 10_000_000
READ_SECONDS = 20
FORGOTTEN = (
    "wanhao_usage_",
    "wanhao_communications_reminderdecision",
    "wanhao_communications_communicationmessage",
)
_made = 0


def month() -> Traffic:
    """An ordinary day of the month."""
    return Traffic(lines=LINES, records=RECORDS)


def stress() -> Traffic:
    """A day of records eleven times as heavy: about one in twenty crosses something."""
    return Traffic(lines=LINES, records=STRESS_RECORDS, first=STRESS, weight=HEAVY)


def steady() -> Traffic:
    """A busy hour in small files, as they come from the network."""
    return Traffic(
        lines=LINES,
        records=STEADY_PER_SECOND * STEADY_SECONDS,
        first=STEADY,
        file_rows=STEADY_PER_SECOND // FILES_A_SECOND,
    )


def others() -> Traffic:
    """What the peers count, too."""
    return Traffic(lines=LINES, records=PEER_RECORDS, first=OTHERS)


def flame() -> Traffic:
    """What is counted while somebody looks where the time goes."""
    return Traffic(lines=LINES, records=min(RECORDS, FLAME_RECORDS), first=FLAME)


def read_busy() -> Traffic:
    """What a meter counts as fast as it can while it is read."""
    return Traffic(lines=LINES, records=min(RECORDS, FLAME_RECORDS), first=BUSY)


def read_steadily() -> Traffic:
    """What it counts at a busy hour's rate while it is read."""
    return Traffic(
        lines=LINES,
        records=STEADY_PER_SECOND * READ_SECONDS,
        first=READ,
        file_rows=STEADY_PER_SECOND // FILES_A_SECOND,
    )


def flat(lines: int) -> Traffic:
    """Some records of a smaller operator."""
    return Traffic(lines=lines, records=FLAT_RECORDS, first=FLAT)


def probe(place: int, lines: int = LINES) -> Path:
    """A small file, another for each place; counted as soon as a meter serves."""
    (path,) = Traffic(
        lines=lines, records=A_PROBE, first=PROBES + place * A_PROBE, file_rows=A_PROBE
    ).files(CACHE)
    return path


def facts_of(lines: int) -> Path:
    """Where the facts of so many lines are, made when they are not."""
    return write_facts(CACHE / f"facts-{lines}.parquet", lines)


def make_inputs() -> None:
    """Facts and records, unless they were made before."""
    timed(f"facts of {LINES:,} lines as Parquet", lambda: facts_of(LINES))
    timed(f"{RECORDS:,} records as CSV", lambda: month().files(CACHE))
    for traffic in (stress(), steady()):
        timed(f"{traffic.records:,} records more", partial(traffic.files, CACHE))


def make_database() -> None:
    """Tables and the rows of the rooms that reminders ask."""
    call_command("migrate", verbosity=0)
    if line_count() != LINES:
        timed(f"{LINES:,} lines in the database", lambda: write_database(LINES))
    timed("rows read into the server's memory", touch_database)


def have_meter(lines: int) -> None:
    """The meter of so many lines as the stage before left it, or a new one."""
    if _made != lines:
        prepare_meter(lines)


def prepare_meter(lines: int) -> None:
    """A meter of so many lines that has counted one small file and left its snapshot."""
    global _made
    _made = lines
    _forget()
    set_clock()
    command = [sys.executable, "-m", "bench.province.prepare"]
    subprocess.run([*command, str(facts_of(lines)), str(probe(0, lines))], check=True)
    for snapshot in (SCRATCH / "usage" / "snapshots").rglob("*"):
        if snapshot.is_file():
            say(f"  {snapshot.name}: {snapshot.stat().st_size >> 20:,} MB")


def _forget() -> None:
    """As if no meter had ever counted."""
    shutil.rmtree(SCRATCH / "usage", ignore_errors=True)
    every = connection.introspection.table_names()
    tables = [name for name in every if name.startswith(FORGOTTEN)]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
