"""`make bench-credit`: the steps of a stop for everybody on one day, and what a payment takes.

Everybody owes 59.00 and nobody pays, until some do. All announcements are taken to be accepted at
once. The peer is a plain loop over the same tables: the same looks and writes, but for one account
at a time, each in a transaction of its own.
"""

import os
import statistics
from datetime import datetime, timedelta
from time import perf_counter

from django.core.management import call_command
from django.db import connection, transaction

from bench.figures import SERVER, figure, require, say, show, timed
from bench.parties import write_parties
from bench.scratch import SCRATCH
from wanhao.billing.models import ServiceStop
from wanhao.network.models import LineProfile
from wanhao.parties.models import Line
from wanhao.products.actions import load_catalogue
from wanhao.project.keepers import QUICK, SLOW
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.promises.actions import keep_due, make
from wanhao.promises.models import Promise
from wanhao.promises.queries import next_due
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows import announce_stops
from wanhao.workflows.promise_stops import BEFORE_STOP, StopRound
from wanhao.workflows.stop_steps import ANNOUNCE_STEP, NEXT_STEP, STOP_SERVICE
from wanhao.workflows.take_payment import take_payment

ACCOUNTS = int(os.environ.get("BENCH_ACCOUNTS", "1000000"))
PEERS_SHARE = max(ACCOUNTS // 1_000, 100)
PAYMENTS = min(2_000, ACCOUNTS // 10)
AT_ONCE = 2_000
OWED = 5_900
CYCLE = 202610
STOPS = datetime(2026, 11, 26, 9, tzinfo=SHANGHAI)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ENDS = datetime(2027, 1, 26, 9, tzinfo=SHANGHAI)
KEEPERS = {
    kind: {**QUICK, **SLOW}[kind] for kind in (BEFORE_STOP, STOP_SERVICE, ANNOUNCE_STEP, NEXT_STEP)
}
OWING = """
UPDATE wanhao_parties_billingaccount SET pay_type = 'postpaid';
INSERT INTO wanhao_billing_accountbalance (account_id, balance_fen, changed_at)
    SELECT id, -{owed}, '2026-11-04' FROM wanhao_parties_billingaccount;
INSERT INTO wanhao_products_product (group_id, offering_id, slot, since, charged_from)
    SELECT line.group_id, offering.id, 'plan', line.since, 202601
    FROM wanhao_parties_line AS line, wanhao_products_productoffering AS offering
    WHERE offering.code = 'lexiang-4g-59';
"""
ACCEPTED = """
UPDATE wanhao_promises_promise SET state = 'open', next_at = due_at WHERE state = 'held'
"""


def main() -> None:
    """Announce, stop one way, take payments, stop both ways, and end contracts."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        call_command("migrate", verbosity=0)
        timed(f"{ACCOUNTS:,} accounts that owe", set_up)
        show("credit", measure())


def set_up() -> None:
    """Accounts with a line and a plan each, all of them 59.00 below nothing."""
    load_catalogue()
    write_parties(ACCOUNTS)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(OWING.format(owed=OWED))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def measure() -> list[dict[str, object]]:
    """Each step, the peer with some accounts first and ours with all that are left."""
    last = StopRound(cycle=CYCLE, begins=STOPS, tier=3, tiers=3)
    make([last.promised(STOPS - HOUR)], STOPS - HOUR)
    told = step("announcements", STOPS - HOUR)
    accept()
    one_way = step("one_way_stops", STOPS)
    require(ServiceStop.objects.count() == ACCOUNTS, "not everybody was stopped")
    payments = pay(STOPS + HOUR)
    told_further = step("announcements_of_two_way", STOPS + DAY)
    accept()
    two_way = step("two_way_stops", STOPS + 2 * DAY)
    for ahead in (7 * DAY, DAY):
        keep_all(ENDS - ahead)
    accept()
    ended = step("terminations", ENDS)
    require(Line.objects.filter(until=None).count() == PAYMENTS, "not everybody's line has ended")
    return [told, one_way, *payments, told_further, two_way, ended]


def step(name: str, now: datetime) -> dict[str, object]:
    """What a second brings of one step."""
    everybody = promised(now)
    begun = perf_counter()
    one_at_a_time(now)
    of_peer = PEERS_SHARE / (perf_counter() - begun)
    begun = perf_counter()
    keep_all(now)
    of_ours = (everybody - PEERS_SHARE) / (perf_counter() - begun)
    say(f"  {name}: {of_ours:,.0f}/s, the peer {of_peer:,.0f}/s")
    return figure(name, of_ours, "accounts/s", of_peer)


def promised(now: datetime) -> int:
    """For how many accounts something is due; bills are announced a chunk of them at a time."""
    due = Promise.objects.filter(state="open", next_at__lte=now)
    return ACCOUNTS if due.filter(kind=BEFORE_STOP).exists() else due.count()


def one_at_a_time(now: datetime) -> None:
    """The plain loop: the next account that is due, and then the next."""
    usual, announce_stops.ACCOUNTS_AT_ONCE = announce_stops.ACCOUNTS_AT_ONCE, 1
    for _ in range(PEERS_SHARE):
        keep_due(KEEPERS, now, limit=1)
    announce_stops.ACCOUNTS_AT_ONCE = usual


def keep_all(now: datetime) -> None:
    """Keep everything that is due, as one worker would."""
    while (due := next_due(KEEPERS)) is not None and due <= now:
        keep_due(KEEPERS, now, limit=AT_ONCE)


def accept() -> None:
    """Every announcement was accepted: nothing is held back any more."""
    with connection.cursor() as cursor:
        cursor.execute(ACCEPTED)
        cursor.execute("ANALYZE")


def pay(now: datetime) -> list[dict[str, object]]:
    """From a payment to the committed request that brings service back, one after the other."""
    taken = []
    for account in range(1, PAYMENTS + 1):
        begun = perf_counter()
        take_payment(account, OWED, f"bench-{account}", now)
        taken.append((perf_counter() - begun) * 1000)
    restored = LineProfile.objects.filter(barring="none").count()
    require(restored == PAYMENTS, f"{restored} of {PAYMENTS} were restored")
    cuts = statistics.quantiles(taken, n=100)
    return [
        figure("payment_to_restored_p50", statistics.median(taken), "ms", 0),
        figure("payment_to_restored_p99", cuts[98], "ms", 0),
    ]
