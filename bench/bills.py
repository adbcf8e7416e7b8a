"""`make bench-bills`: a month's bills for a million accounts, beside a loop over accounts."""

import os
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
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

django.setup()

from django.core.management import call_command  # noqa: E402 - after django.setup()
from django.db import connection  # noqa: E402

from bench import peer_loop  # noqa: E402
from bench.figures import SERVER, figure, say, show, timed  # noqa: E402
from bench.parties import write_parties  # noqa: E402
from bench.world import CYCLE, MB  # noqa: E402
from wanhao.billing.bills.checking import check_bills  # noqa: E402
from wanhao.billing.bills.contracts import RunView  # noqa: E402
from wanhao.products.actions import hold_offering, load_catalogue  # noqa: E402
from wanhao.usage.contracts import AllowanceKind, AllowanceUse, Service, UsageLine  # noqa: E402
from wanhao.workflows import issue_bills  # noqa: E402
from wanhao.workflows.issue_bills import Pace, issue_cycle  # noqa: E402

ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "1000000"))
SAMPLE = 2_000
CLOSED = datetime(2026, 12, 4, 0, 0, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PLANS = ("lexiang-4g-59", "lexiang-4g-99", "lexiang-4g-169")
ALLOWED = np.array([[100, 0, 500 * MB], [300, 0, 1024 * MB], [700, 0, 2048 * MB]])
HELD_AT_ONCE = 100_000
BALANCES = """
INSERT INTO wanhao_billing_accountbalance (account_id, balance_fen, changed_at)
SELECT id, 0, %s FROM wanhao_parties_billingaccount
"""


def main() -> None:
    """Set up the operator, issue its bills, then the same for a sample one by one."""
    try:
        with EmbeddedPostgres(SCRATCH, SERVER):
            figures = measure()
    finally:
        shutil.rmtree(SCRATCH, ignore_errors=True)
    show("bills", figures)


def measure() -> list[dict[str, object]]:
    """Accounts per second, ours beside the loop's, and how much memory it took."""
    call_command("migrate", verbosity=0)
    timed(f"{ACCOUNTS:,} accounts with a plan", set_up)
    issue_bills.closed_cycles = lambda: (CYCLE,)
    issue_bills.closed_usage = closed_usage
    chunks = Chunks()
    ours = timed("bills issued and charged", lambda: issue_cycle(CYCLE, clock, chunks.pace))
    held = timed("bills held against the ledger", lambda: say(f"  {check_bills(CYCLE)}"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('wanhao_billing_bill')")
        size = int(cursor.fetchone()[0])
    loop = timed(f"{SAMPLE:,} accounts one by one", lambda: peer_loop.bill(SAMPLE, closed_usage))
    rate, peer = ACCOUNTS / ours, SAMPLE / loop
    say(f"  memory {chunks.first} MB after the first chunk, {chunks.last} MB after the last")
    return [
        figure("bills.accounts_per_second", rate, "accounts/s", peer),
        figure("bills.seconds_for_all", ours, "s", ACCOUNTS / peer),
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


def clock() -> datetime:
    """The day after the month was closed."""
    return CLOSED


def closed_usage(cycle: int, first: int, last: int) -> Iterator[UsageLine]:
    """What each account used of three services: most within the plan, a fifth beyond it."""
    rng = np.random.default_rng(first)
    count = last - first + 1
    busy = np.where(rng.random((count, 1)) < 0.2, 2, 0.9)
    shares = rng.random((count, 3)) * busy
    for account, share in enumerate(shares, start=first):
        allowed = ALLOWED[(account - 1) % len(PLANS)]
        for place, service in enumerate(Service):
            yield usage_line(account, service, int(allowed[place]), float(share[place]))


def usage_line(account: int, service: Service, allowed: int, share: float) -> UsageLine:
    """One line of a closed month; messages are all beyond, there are none in the plan."""
    total = int(allowed * share) if allowed else int(share * 20)
    beyond = max(total - allowed, 0)
    price = {Service.VOICE: 15, Service.MESSAGE: 10, Service.DATA: 30}[service]
    charge = -(-beyond * price // MB) if service is Service.DATA else beyond * price
    return UsageLine(
        account_id=account,
        group_id=account,
        zone="domestic",
        service=service,
        total=total,
        beyond=beyond,
        charge_fen=charge,
        tier=0,
        tariff=1,
        voice_unit=60,
        price_fen=price,
        allowances=(
            AllowanceUse(kind=AllowanceKind.PLAN, pack_id=0, quantity=allowed, used=total - beyond),
        )
        if allowed
        else (),
    )
