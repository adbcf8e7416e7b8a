"""`make bench-hall`: questions by SMS, from the SMSC's socket and back to it.

`BENCH_LINES` lines (100,000) hold plans and have used some of them; an SMSC in a process of its own
writes for them what customers write, by a timetable that waits for nobody, and takes the answers
and acknowledges them. The peer is the same process with a transaction for each message.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.core.management import call_command
from django.db import connection

from bench.figures import SERVER, figure, require, say, show, timed
from bench.parties import write_parties
from bench.scratch import SCRATCH
from bench.world import FIRST, load, make_world
from wanhao.channels.sms.peer import install
from wanhao.channels.sms.peer.launcher import NODE
from wanhao.metering.state import MeterState
from wanhao.products.actions import hold_offering, load_catalogue
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.usage.view.writer import MeterView

LINES = int(os.environ.get("BENCH_LINES", "100000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "30"))
FULL, FULL_SINGLY = 500 * SECONDS, 50 * SECONDS
AT_ONCE = 1_000
RATES = (100, 300, 500)
MIX = {
    "101": 25,
    "102": 22,
    "108": 14,
    "103": 6,
    "0": 7,
    "104": 6,
    "105": 5,
    "0000": 4,
    "KTDCX5": 3,
    "Y": 3,
    "QXXFTX": 1,
    "你好": 2,
    "KTDCX6": 2,
}
"""What is written, in per cent; a Y goes to what was proposed before."""
KINDS = {"KTDCX5": "propose", "Y": "yes"}
OURS = [sys.executable, "-m", "wanhao.project.command", "sms"]
PEER = [sys.executable, "-m", "bench.hall_singly"]


def main() -> None:
    """Full speed, then the timetables; each for ours and for the peer."""
    with EmbeddedPostgres(SCRATCH, SERVER), smsc() as network:
        call_command("migrate", verbosity=0)
        view = timed_world()
        full = {name: at_full_speed(network, name) for name in ("ours", "singly")}
        rows = [figure("hall.full_speed", full["ours"], "answers/s", full["singly"])]
        for rate in RATES:
            # What is beyond the peer's full speed only grows and says nothing.
            names = ("ours", "singly") if rate < full["singly"] else ("ours",)
            found = {name: paced(network, name, rate) for name in names}
            for share in ("p50", "p99"):
                ours, singly = (found.get(name, {}).get(share, 0.0) for name in full)
                rows.append(figure(f"hall.{rate}_a_second.{share}", ours, "ms", singly))
        del view
    show("hall", rows)


def timed_world() -> MeterView:
    """Lines, plans, and a meter that knows where each stands."""
    timed(f"{LINES:,} lines with plans", set_up)
    state = MeterState.empty(8)
    load(state, make_world(LINES, np.random.default_rng(10_001)))
    folder = SCRATCH / "usage"
    folder.mkdir(exist_ok=True)
    view = MeterView(folder=folder, state=state, clock=lambda: datetime.now(UTC))
    view.announce()
    return view


def set_up() -> None:
    """Everybody holds a plan."""
    write_parties(LINES)
    load_catalogue()
    since = datetime(2026, 1, 1, tzinfo=UTC)
    for start in range(1, LINES + 1, 10_000):
        groups = range(start, min(start + 10_000, LINES + 1))
        hold_offering(groups, "lexiang-3g-49", since)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


class Network:
    """The SMSC process; numbers are used once before any is used again."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self.port, self._begin = process, port, 0

    def run(self, messages: int, **how: Any) -> dict[str, Any]:
        """Let so many messages be written; what came of it."""
        mix = [
            {"text": text, "kind": KINDS.get(text, "ask")}
            for text, share in MIX.items()
            for _ in range(share)
        ]
        np.random.default_rng(3).shuffle(mix)
        job = {"messages": messages, "mix": mix, "first": FIRST, "lines": LINES, **how}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({**job, "begin": self._begin}) + "\n")
        self._process.stdin.flush()
        self._begin += messages
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        require(found["unanswered"] == 0, f"{found['unanswered']} were never answered")
        return found


@contextmanager
def smsc() -> Iterator[Network]:
    """npm's smpp with a timetable."""
    command = [str(NODE), "bench/hall_smsc.js"]
    process = subprocess.Popen(
        command,
        env=os.environ | {"NODE_PATH": str(install())},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield Network(process, json.loads(process.stdout.readline())["port"])
    finally:
        process.kill()
        process.wait()


@contextmanager
def door(network: Network, name: str) -> Iterator[None]:
    """The SMS process, or its peer."""
    settings = {
        "WANHAO_SMSC_PORT": str(network.port),
        "WANHAO_SMSC_WINDOW": "100",
        "WANHAO_SMSC_PER_SECOND": "100000",
    }
    command = OURS if name == "ours" else PEER
    process = subprocess.Popen(
        command,
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        network.run(200, rate=50)
        yield
    finally:
        process.terminate()
        process.wait()


def at_full_speed(network: Network, name: str) -> float:
    """Answers a second while many wait."""
    messages = FULL if name == "ours" else FULL_SINGLY
    with door(network, name):
        found = network.run(messages, at_once=AT_ONCE, forget=True)
    rate = found["answered"] / found["seconds"]
    say(f"  {name}, full speed: {rate:,.0f} answers/s")
    return float(rate)


def paced(network: Network, name: str, rate: int) -> dict[str, Any]:
    """How long answers take at a rate."""
    with door(network, name):
        found = network.run(rate * SECONDS, rate=rate, forget=True)
    say(
        f"  {name}, {rate}/s for {SECONDS} s: p50 {found['p50']:,.0f} ms, "
        f"p99 {found['p99']:,.0f} ms, {found['refused']} refused"
    )
    return found
