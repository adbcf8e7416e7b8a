"""`make bench-bills`: a month's bills for a million accounts, beside a loop over accounts."""

import os
import resource
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from django.core.management import call_command
from django.db import connection, transaction

from bench import peer_loop
from bench.figures import SERVER, figure, say, show, timed
from bench.parties import write_parties
from bench.scratch import SCRATCH
from bench.world import CYCLE, MID_MONTH, load, make_world
from wanhao.billing.bills.checking import check_bills
from wanhao.billing.bills.contracts import RunView
from wanhao.billing.bills.running import begin_run, finish_run
from wanhao.products.actions import hold_offering, load_catalogue
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import Service, ThresholdsFact
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.queries import closed_cycles
from wanhao.workflows.issue_bills import Pace, issue_cycle
from wanhao.workflows.tell_customers import TellCustomers

ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "1000000"))
SAMPLE = 2_000
CLOSED = datetime(2026, 12, 4, 0, 0, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PLANS = ("lexiang-4g-59", "lexiang-4g-99", "lexiang-4g-169")
HELD_AT_ONCE = 100_000
FACTS_OF_THE_WORLD = 20
NOBODY_WATCHED = ThresholdsFact(usage=dict.fromkeys(Service, ()), money=())
BALANCES = """
INSERT INTO wanhao_billing_accountbalance (account_id, balance_fen, changed_at)
SELECT id, 0, %s FROM wanhao_parties_billingaccount
"""


def main() -> None:
    """Set up the operator, issue its bills, then the same for a sample one by one."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        figures = measure()
    show("bills", figures)


def measure() -> list[dict[str, object]]:
    """Accounts per second, ours beside the loop's, and how much memory it took."""
    call_command("migrate", verbosity=0)
    timed(f"{ACCOUNTS:,} accounts with a plan", set_up)
    closing = close_month()
    chunks = Chunks()
    for earlier in closed_cycles():
        if earlier < CYCLE:
            begin_run(earlier, CLOSED)
            finish_run(earlier, CLOSED)
    ours = timed("bills issued and charged", lambda: issue_cycle(CYCLE, clock, chunks.pace))
    held = timed("bills held against the ledger", lambda: say(f"  {check_bills(CYCLE)}"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('wanhao_billing_bill')")
        size = int(cursor.fetchone()[0])
    loop = timed(f"{SAMPLE:,} accounts one by one", lambda: peer_loop.bill(SAMPLE))
    rate, peer = ACCOUNTS / ours, SAMPLE / loop
    say(f"  memory {chunks.first} MB after the first chunk, {chunks.last} MB after the last")
    return [
        figure("bills.accounts_per_second", rate, "accounts/s", peer),
        figure("bills.seconds_for_all", ours, "s", ACCOUNTS / peer),
        figure("bills.close_seconds", closing, "s", 0),
        figure("bills.memory_growth", chunks.last - chunks.first, "MB", 0),
        figure("bills.octets_per_bill", size / ACCOUNTS, "octets", 0),
        figure("bills.check_seconds", held, "s", 0),
    ]


class Chunks:
    """Prints how each chunk left the memory of this process."""

    def __init__(self) -> None:
        self.first, self.last, self.begun = 0, 0, time.perf_counter()
        self.pace = Pace(told=self.told)

    def told(self, run: RunView) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self.last = pages * resource.getpagesize() >> 20
        self.first = self.first or self.last
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
        seconds = time.perf_counter() - self.begun
        memory = f"{self.last} MB now, {peak} MB at most"
        say(f"  {run.accounts:>9,} accounts {seconds:6.1f} s  {memory}")


def set_up() -> None:
    """Accounts, balances, and one of three plans for each group."""
    write_parties(ACCOUNTS)
    load_catalogue()
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, [SINCE])
    for place, code in enumerate(PLANS):
        groups = list(range(1 + place, ACCOUNTS + 1, len(PLANS)))
        for first in range(0, len(groups), HELD_AT_ONCE):
            hold_offering(groups[first : first + HELD_AT_ONCE], code, SINCE)


def close_month() -> float:
    """A month of use for everybody, then the meter closes it; returns the seconds of the close."""
    now = [datetime.fromtimestamp(MID_MONTH, UTC)]
    meter = LocalMeter(
        folders=Folders(SCRATCH / "usage"),
        sink=TellCustomers(),
        clock=lambda: now[0],
        snapshot_every=99,
    )
    meter.start()
    world = make_world(ACCOUNTS, np.random.default_rng(10_000))
    timed("a month of use in the meter", lambda: load(meter.state, world))
    # The world was told to the kernel under the first numbers; the log goes on behind them.
    with transaction.atomic():
        record_facts([NOBODY_WATCHED] * FACTS_OF_THE_WORLD)
    now[0] = CLOSED

    def close() -> None:
        while meter.step():
            pass

    seconds = timed("the month closed by the meter", close)
    meter.stop()
    return seconds


def clock() -> datetime:
    """The day after the month was closed."""
    return CLOSED
