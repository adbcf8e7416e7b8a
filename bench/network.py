"""`make bench-network`: how soon who paid is let again, while very many others are barred.

A network that takes 50 ms for each question, two sender processes, a table of very many profiles
that the network holds already. For a minute some customers pay every second; soon after the
beginning a wave of others is barred at once. Measured from the request to what the sender wrote
down as confirmed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from django.core.management import call_command
from django.db import connection, transaction

from bench.figures import SERVER, figure, require, say, show, timed
from bench.network_worker import TOKEN
from bench.scratch import SCRATCH
from wanhao.network.actions import request_profiles
from wanhao.network.contracts import Barring, NewProfile
from wanhao.network.peer.serving import TOKEN_VARIABLE
from wanhao.network.queries import waiting
from wanhao.project.postgres import EmbeddedPostgres

LINES = int(os.environ.get("BENCH_LINES", "1000000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "60"))
WAVE = int(os.environ.get("BENCH_WAVE", "100000"))
PAYMENTS_A_SECOND = 20
WAVE_AFTER = 5.0
CHUNK = 5_000
SENDERS = 2
NETWORK_SECONDS = 0.05
PATIENCE = 300.0
FIRST_NUMBER = 16_900_000_000
PAYING = SECONDS * PAYMENTS_A_SECOND
OWNER = """
INSERT INTO wanhao_parties_customer (id, name, kind, city) VALUES (1, 'bench', 'company', '3601');
INSERT INTO wanhao_parties_billingaccount (id, reference, pay_type, customer_id)
VALUES (1, 'bench', 'postpaid', 1);
INSERT INTO wanhao_parties_linegroup (id, account_id) VALUES (1, 1);
CREATE TABLE bench_ready (sender int NOT NULL)
"""
HELD = f"""
INSERT INTO wanhao_parties_line (id, number, group_id, account_id, role, language, city, since)
SELECT n, {FIRST_NUMBER} + n, 1, 1, 'secondary', 'zh', '3601', now()
FROM generate_series(1, {LINES}) AS n;
INSERT INTO wanhao_network_lineprofile
    (line_id, number, barring, data, version, requested_at, sent_version, confirmed_version,
     confirmed_at, attempts, next_at, error)
SELECT n, {FIRST_NUMBER} + n, 'none', true, 1, now(), 1, 1, now(), 0, now(), ''
FROM generate_series(1, {LINES}) AS n
"""
RESTORED = """
SELECT extract(epoch FROM confirmed_at - requested_at)::float8 FROM wanhao_network_lineprofile
WHERE line_id BETWEEN %s AND %s AND barring = 'none'
"""
LAST_OF_THE_WAVE = """
SELECT max(confirmed_at) FROM wanhao_network_lineprofile WHERE line_id BETWEEN %s AND %s
"""


def main() -> None:
    """Fill the table, then let a minute pass with each kind of sender."""
    with EmbeddedPostgres(SCRATCH, SERVER):
        show("network", measure())


def measure() -> list[dict[str, object]]:
    """How long payers waited, and how fast the wave went through, ours beside the peer's."""
    require(2 * (PAYING + WAVE) <= LINES, "there are too few lines for two waves")
    call_command("migrate", verbosity=0)
    execute(OWNER)
    timed(f"{LINES:,} profiles the network holds", lambda: execute(HELD))
    execute("VACUUM ANALYZE")
    ours, peer = minute("ours", 1), minute("peer", 1 + PAYING + WAVE)
    return [
        figure(f"network.restored_{name}", percentile(ours[0], share), "s", peer_late)
        for name, share in (("p50", 50), ("p99", 99), ("worst", 100))
        for peer_late in [percentile(peer[0], share)]
    ] + [figure("network.wave_per_second", ours[1], "profiles/s", peer[1])]


def minute(side: str, first: int) -> tuple[list[float], float]:
    """Lines from `first` on pay or are barred; how long who paid waited, and the wave's pace."""
    payers, wave = first, first + PAYING
    with a_network(side) as url, senders(side, url):
        ask(range(payers, wave), Barring.OUTGOING)
        until_nothing_waits()
        begun = time.monotonic()
        wave_at: datetime | None = None
        for n in range(PAYING):
            time.sleep(max(0.0, begun + n / PAYMENTS_A_SECOND - time.monotonic()))
            if wave_at is None and time.monotonic() - begun > WAVE_AFTER:
                wave_at = datetime.now(UTC)
                ask(range(wave, wave + WAVE), Barring.OUTGOING)
            ask(range(payers + n, payers + n + 1), Barring.NONE)
        until_nothing_waits()
    late = [seconds for (seconds,) in rows(RESTORED, payers, wave - 1)]
    require(len(late) == PAYING, "not everybody who paid was let again")
    ((ended,),) = rows(LAST_OF_THE_WAVE, wave, wave + WAVE - 1)
    assert wave_at is not None, "the minute was too short for the wave"
    took = (ended - wave_at) / timedelta(seconds=1)
    say(f"  {side}: {PAYING:,} let again, {WAVE:,} barred in {took:.1f} s")
    return late, WAVE / took


def ask(lines: range, barring: Barring) -> None:
    """Ask for the same of many lines, some thousands in a transaction."""
    for start in range(lines.start, lines.stop, CHUNK):
        some = range(start, min(start + CHUNK, lines.stop))
        wanted = [
            NewProfile(
                line_id=line,
                number=FIRST_NUMBER + line,
                barring=barring,
                data=barring is Barring.NONE,
                roaming=False,
            )
            for line in some
        ]
        with transaction.atomic():
            request_profiles(wanted, datetime.now(UTC))


def until_nothing_waits() -> None:
    end = time.monotonic() + PATIENCE
    while left := waiting().profiles:
        require(time.monotonic() < end, f"{left:,} profiles still wait")
        time.sleep(0.1)


@contextmanager
def a_network(side: str) -> Iterator[str]:
    """The local network in a process of its own, slow for every question."""
    journal, said = SCRATCH / f"network-{side}.jsonl", SCRATCH / f"network-{side}.said"
    command = [sys.executable, "-u", "-m", "wanhao.network.peer", "--journal", str(journal)]
    with said.open("w") as out:
        running = subprocess.Popen(command, stdout=out, env=os.environ | {TOKEN_VARIABLE: TOKEN})
    while "held" not in (told := said.read_text()):
        time.sleep(0.05)
    url = told.split()[1].rstrip(",")
    slow = {"fault": "delay", "seconds": NETWORK_SECONDS, "times": 1_000_000}
    httpx.post(f"{url}/control", json=slow, timeout=60).raise_for_status()
    try:
        yield url
    finally:
        stop(running)


@contextmanager
def senders(side: str, url: str) -> Iterator[None]:
    """Sender processes of one side, once they are ready."""
    execute("TRUNCATE bench_ready")
    script = str(Path(__file__).with_name("network_worker.py"))
    running = [subprocess.Popen([sys.executable, script, side, url]) for _ in range(SENDERS)]
    try:
        while rows("SELECT count(*) FROM bench_ready") != [(SENDERS,)]:
            require(all(one.poll() is None for one in running), "a sender ended by itself")
            time.sleep(0.1)
        yield
    finally:
        for one in running:
            stop(one)


def stop(running: subprocess.Popen[bytes]) -> None:
    running.send_signal(signal.SIGTERM)
    running.wait(30)


def percentile(late: list[float], share: int) -> float:
    return float(np.percentile(np.array(late), share))


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def rows(statement: str, *given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given or None)
        return list(cursor.fetchall())
