"""`make bench-import`: a million lines from CSV to open accounts, beside a script of row by row.

Ours checks every row and writes parties, plans, balances, payments, the journal and the meter's
facts. The peer writes a sample of like lines with psycopg, row by row, a thousand in a transaction;
only customers, accounts, groups and lines, and it checks nothing.
"""

import csv
import json
import os
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import psycopg
from django.core.management import call_command
from rich.console import Console
from rich.table import Table

from bench.scratch import SCRATCH
from wanhao.parties.queries import line_count
from wanhao.products.actions import load_catalogue
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.workflows.import_parties import ImportOutcome, Wish, import_parties

LINES = 1_000_000
SAMPLE = 20_000
FIRST = 16_900_000_000
PEER_FIRST = 16_500_000_000
OUT = Path(__file__).parent / "out"
SERVER = {"shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}
HEADER = ("account", "customer", "kind", "city", "pay_type", "group", "number", "role", "since")
COLUMNS = (*HEADER, "plan", "balance_yuan")
CUSTOMER = """
INSERT INTO wanhao_parties_customer (name, kind, city) VALUES (%s, %s, %s) RETURNING id
"""
ACCOUNT = """
INSERT INTO wanhao_parties_billingaccount (reference, customer_id, pay_type)
VALUES (%s, %s, %s) RETURNING id
"""
GROUP = "INSERT INTO wanhao_parties_linegroup (account_id) VALUES (%s) RETURNING id"
LINE = """
INSERT INTO wanhao_parties_line (number, group_id, account_id, role, language, city, since)
VALUES (%s, %s, %s, %s, 'zh', %s, %s) RETURNING id
"""
FAMILY = 3
say = Console().print


def main() -> None:
    """Import on a server of our own, print and keep the figures."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        figures = measure()
    show(figures)


def measure() -> list[dict[str, object]]:
    """Ours for all lines, the peer for a sample, lines a second each."""
    call_command("migrate", verbosity=0)
    load_catalogue()
    path = write_file(SCRATCH / "customers.csv", LINES, FIRST)
    sample = write_file(SCRATCH / "sample.csv", SAMPLE, PEER_FIRST)
    peer = timed(f"{SAMPLE:,} lines row by row", lambda: peer_import(sample))
    before = line_count()
    marks: dict[str, float] = {}
    begun = time.perf_counter()
    outcome = _import(path, marks)
    ours = time.perf_counter() - begun
    say(f"  {LINES:,} lines imported: {ours:.1f} s {_steps(marks, begun)}")
    assert line_count() - before == outcome.rows_opened == LINES, outcome
    again = timed("the same file again", lambda: _import(path, {}))
    return [
        figure("import.lines_per_second", LINES / ours, "lines/s", SAMPLE / peer),
        figure("import.again_lines_per_second", LINES / again, "lines/s", SAMPLE / peer),
        figure("import.peak_memory", peak_mb(), "MB", marks["early"]),
    ]


def _import(path: Path, marks: dict[str, float]) -> ImportOutcome:
    """Import the file; the memory after a tenth of it, and when each step was last heard of."""

    def watch(step: str, done: int, total: int) -> None:
        marks[step] = time.perf_counter()
        if step == "opening" and ("early" not in marks or done * 10 <= total):
            marks["early"] = peak_mb()

    return import_parties(
        path,
        Wish(),
        tell=lambda name, faults: say(*islice(faults, 5)),
        watch=watch,
        clock=lambda: datetime.now(UTC),
    )


def _steps(marks: dict[str, float], begun: float) -> str:
    return f"(read and staged after {marks['reading'] - begun:.1f} s)"


def timed(what: str, work: Callable[[], object]) -> float:
    """Do the work, say how long it took, return seconds."""
    begun = time.perf_counter()
    work()
    seconds = time.perf_counter() - begun
    say(f"  {what}: {seconds:.1f} s")
    return seconds


def peak_mb() -> float:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def write_file(path: Path, lines: int, first: int) -> Path:
    """A CSV file of so many lines: three in four people, the others families of three."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(islice(_rows(first), lines))
    return path


def _rows(number: int) -> Iterator[tuple[object, ...]]:
    place = 0
    while True:
        place += 1
        size = FAMILY if place % 4 == 0 else 1
        prepaid = place % 3 == 0
        head = (f"{number}", "王小明", "person", f"36{place % 11 + 1:02d}")
        rest = ("custom-prepaid-19" if prepaid else "lexiang-4g-99", f"{place % 200}.50")
        for card in range(size):
            role = "secondary" if card else "main"
            since = f"{2010 + place % 16}-{place % 12 + 1:02d}-{place % 28 + 1:02d}"
            since = min(since, "2026-11-01")
            pay_type = "prepaid" if prepaid else "postpaid"
            yield (*head, pay_type, "home" if size > 1 else "", number + card, role, since, *rest)
        number += size


def peer_import(path: Path) -> None:
    """The sample row by row: an account's first row brings its customer, account and group."""
    with path.open() as file, psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        account = group = 0
        reference = ""
        for place, row in enumerate(csv.DictReader(file), start=1):
            if row["account"] != reference:
                reference = row["account"]
                customer = _insert(connection, CUSTOMER, row["customer"], row["kind"], row["city"])
                account = _insert(connection, ACCOUNT, reference, customer, row["pay_type"])
                group = _insert(connection, GROUP, account)
            line = (row["number"], group, account, row["role"], row["city"], row["since"])
            _insert(connection, LINE, *line)
            if place % 1_000 == 0:
                connection.commit()


def _insert(connection: psycopg.Connection, query: str, *values: object) -> int:
    (found,) = connection.execute(query, values).fetchall()
    return int(found[0])


def figure(name: str, value: float, unit: str, peer: float) -> dict[str, object]:
    """One row of the table."""
    figures = {"name": name, "value": round(value, 1), "unit": unit, "peer": round(peer, 1)}
    return {**figures, "ratio": round(value / peer, 2)}


def show(figures: list[dict[str, object]]) -> None:
    """Print the table and write one JSON list."""
    table = Table(title="wanhao bench-import")
    for column in ("name", "value", "unit", "peer", "ratio"):
        table.add_column(column, justify="left" if column in ("name", "unit") else "right")
    for row in figures:
        table.add_row(
            *(f"{cell:,}" if isinstance(cell, float) else str(cell) for cell in row.values())
        )
    say(table)
    say("The peer of peak_memory is the peak after a tenth of the lines.")
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / "imports.json").write_text(json.dumps(figures, indent=2) + "\n")
