"""`make bench-restoring`: from a payment to the network's word that the line is served again.

`BENCH_LINES` lines (a million) are in a meter in a process of its own. Some accounts owe, are
stopped, and pay one after the other, in time, whatever the rest does; a worker tells a gateway over
HTTP, both in processes of their own. First nothing else happens; then the meter counts
`BENCH_STEADY` records a second (120,000) meanwhile.
"""

import os

os.environ.setdefault("BENCH_LINES", "1000000")

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import numpy as np
from django.db import connection, transaction

from bench.figures import SERVER, figure, require, say, show
from bench.province import setting_up as ready
from bench.province.latency import FILES_A_SECOND, Feeder, waited_since
from bench.province.meter import metering, progress
from bench.province.records import Traffic
from bench.province.scale import CACHE, LINES, STEADY_PER_SECOND
from bench.scratch import SCRATCH
from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge
from wanhao.billing.stop_contracts import NewStop
from wanhao.billing.stops import begin_stops, debts_due
from wanhao.network.peer.serving import TOKEN_VARIABLE
from wanhao.project.clock import DemoClock
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.tell_network import tell_network_of

SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
PAYMENTS_A_SECOND = int(os.environ.get("BENCH_PAYMENTS", "20"))
PAYERS = SECONDS * PAYMENTS_A_SECOND
OWED = 5_900
TOKEN = "only-for-the-benchmark"
OPTIONS = {**SERVER, "track_commit_timestamp": "on"}
PLACE = 11 * 10**10
LOOK_SECONDS = 0.005
PATIENCE_SECONDS = 120.0
NOW = DemoClock(SCRATCH)
"""What the meter and the worker have for the time."""
POSTPAID = """
UPDATE wanhao_parties_billingaccount SET pay_type = 'postpaid' WHERE id = ANY(%s::bigint[]);
"""
EMPTY = """
INSERT INTO wanhao_billing_accountbalance (account_id, balance_fen, changed_at)
SELECT unnest(%s::bigint[]), 0, now() ON CONFLICT DO NOTHING
"""
WAITING = "SELECT count(*) FROM wanhao_network_lineprofile WHERE confirmed_version < version"
SERVED = """
SELECT line_id FROM wanhao_network_lineprofile
WHERE line_id = ANY(%s::bigint[]) AND barring = 'none' AND confirmed_version = version
"""


def main() -> None:
    """Stop them, let them pay in quiet and beside the meter, print and keep the figures."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with EmbeddedPostgres(SCRATCH, OPTIONS):
        ready.make_database()
        ready.prepare_meter(LINES)
        payers = np.linspace(1, LINES, 2 * PAYERS, dtype=np.int64).tolist()
        with _gateway() as url, _worker(url):
            _stop(payers)
            quiet = _served(payers[::2])
            say(f"  nothing else: {_told(quiet)}")
            busy, counted = _beside_a_meter(payers[1::2])
    say(f"  beside {counted:,.0f} records/s: {_told(busy)}")
    figures = [
        figure(f"restoring.p{share:g}", _percentile(busy, share), "s", _percentile(quiet, share))
        for share in (50, 99, 100)
    ]
    show("restoring", [*figures, figure("restoring.counted", counted, "records/s", 0)])


def _stop(account_ids: Sequence[int]) -> None:
    """They owe a bill, are stopped one way, and the network has been told."""
    now = NOW()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(POSTPAID, [list(account_ids)])
        cursor.execute(EMPTY, [list(account_ids)])
    charges = [
        AccountCharge(account_id=one, by_book={Book.RENT.value: OWED}) for one in account_ids
    ]
    charge_accounts(charges, cycle=202609, reference="bench-restoring", now=now)
    stops = [NewStop(account_id=one, cycle=202609, owed_fen=OWED) for one in account_ids]
    with transaction.atomic():
        require(len(begin_stops(stops, now)) == len(account_ids), "not everybody was stopped")
        tell_network_of(account_ids, now)
    require(len(debts_due(account_ids, date(2026, 12, 1))) == len(account_ids), "nobody owes")
    until = time.monotonic() + PATIENCE_SECONDS
    while _number(WAITING):
        require(time.monotonic() < until, "the network was not told of the stops")
        time.sleep(LOOK_SECONDS)


def _beside_a_meter(account_ids: Sequence[int]) -> tuple[np.ndarray, float]:
    """The same while records come in; how many a second were counted meanwhile, too."""
    seconds = SECONDS + 10
    traffic = Traffic(
        lines=LINES,
        records=STEADY_PER_SECOND * seconds,
        first=PLACE,
        file_rows=STEADY_PER_SECOND // FILES_A_SECOND,
    )
    feeder = Feeder(traffic.files(CACHE))
    with metering() as meter:
        before = progress()
        feeder.start()
        meter.wait_for(before[1] + 2 * STEADY_PER_SECOND)
        first, began = progress()[1], time.time()
        took = _served(account_ids)
        counted = (progress()[1] - first) / (time.time() - began)
        meter.wait_for(before[1] + traffic.records)
        say(f"  batches waited {_told(waited_since(before[0]).batches)}")
    feeder.join()
    require(feeder.late < 1.0, f"files came up to {feeder.late:.1f} s late")
    return took, counted


def _served(account_ids: Sequence[int]) -> np.ndarray:
    """Let each pay in its turn; seconds from the moment it was due to pay until it was served."""
    paid: dict[int, float] = {}
    took: list[float] = []
    paying = threading.Thread(target=_pay, args=(account_ids, paid))
    paying.start()
    until = time.monotonic() + SECONDS + PATIENCE_SECONDS
    while len(took) < len(account_ids):
        asked = list(paid)
        with connection.cursor() as cursor:
            cursor.execute(SERVED, [asked])
            served = [line for (line,) in cursor.fetchall()]
        now = time.monotonic()
        took += [now - paid.pop(line) for line in served]
        require(now < until, f"{len(account_ids) - len(took)} who paid were not served again")
        time.sleep(LOOK_SECONDS)
    paying.join()
    return np.array(took)


def _pay(account_ids: Sequence[int], paid: dict[int, float]) -> None:
    """Accounts and their lines have the same ids here."""
    began = time.monotonic()
    for place, account_id in enumerate(account_ids):
        due = began + place / PAYMENTS_A_SECOND
        time.sleep(max(0.0, due - time.monotonic()))
        paid[account_id] = due
        take_payment(account_id, OWED, f"bench-{account_id}", NOW())
    connection.close()


@contextmanager
def _gateway() -> Iterator[str]:
    command = [sys.executable, "-m", "wanhao.network.peer", "--journal", str(SCRATCH / "network")]
    env = {**os.environ, TOKEN_VARIABLE: TOKEN}
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[1].rstrip(",")
        finally:
            process.terminate()


@contextmanager
def _worker(url: str) -> Iterator[None]:
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    env |= {"WANHAO_NETWORK_URL": url, "WANHAO_NETWORK_TOKEN": TOKEN}
    log = SCRATCH / "log" / "worker.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        command = [sys.executable, "-m", "bench.quick_worker"]
        with subprocess.Popen(command, env=env, stdout=file, stderr=file) as process:
            try:
                yield
            finally:
                process.terminate()


def _number(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return int(cursor.fetchone()[0])


def _percentile(seconds: np.ndarray, share: float) -> float:
    return float(np.percentile(seconds, share))


def _told(seconds: np.ndarray) -> str:
    half, nearly_all, all_of_them = (_percentile(seconds, share) for share in (50, 99, 100))
    return f"half in {half:.3f} s, 99 of 100 in {nearly_all:.3f} s, all in {all_of_them:.3f} s"
