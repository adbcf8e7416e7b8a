"""`make bench-pages`: the hall's home page, signing in, and how soon a phone can be used.

`BENCH_LINES` lines (a million) have what the demo's have, and a meter shows where they stand; 200
customers are signed in. They look at the home page by a timetable, each time counted from when it
was due. The peer is the same page made as one writes it first.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import httpx
import numpy as np
from django.contrib.auth.hashers import make_password
from django.core.management import call_command

from bench.figures import SERVER, figure, require, say, show, timed
from bench.pages_phone import visits
from bench.pages_world import Customer, show_use, sign_in, write_customers
from bench.scratch import SCRATCH
from bench.world import FIRST
from wanhao.project.postgres import EmbeddedPostgres

LINES = int(os.environ.get("BENCH_LINES", "1000000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "20"))
SIGNED_IN, RATE, AT_ONCE, ENTERING_RATE = 200, 100, 16, 5
OURS = [sys.executable, "-m", "wanhao.project.command", "web"]
PEER = [sys.executable, "-m", "bench.pages_plainly"]
SHARES = (50, 95, 99)


def main() -> None:
    """The home page of both; then signing in, then a phone."""
    with EmbeddedPostgres(SCRATCH, SERVER), web_clients() as clients:
        call_command("migrate", verbosity=0)
        timed(
            f"{LINES:,} lines with plans, packs, bills and points", lambda: write_customers(LINES)
        )
        view = show_use(LINES)
        lines = np.random.default_rng(5).choice(LINES, SIGNED_IN, replace=False) + 1
        customers = sign_in([int(line) for line in lines])
        rows = [*home(clients, customers), *entering(clients), *phone(customers[0])]
        del view
    show("pages", rows)


class Clients:
    """The process that asks."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, **job: Any) -> dict[str, Any]:
        """Do a job; every answer must be right."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        found: dict[str, Any] = json.loads(self._process.stdout.readline())
        require(found["wrong"] == 0, f"{found['wrong']} answers were wrong")
        return found


@contextmanager
def web_clients() -> Iterator[Clients]:
    """Browsers in a process of their own."""
    command = [sys.executable, "-m", "bench.pages_worker"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield Clients(process)
    finally:
        process.kill()
        process.wait()


@contextmanager
def serving(command: list[str]) -> Iterator[int]:
    """The web process, or its peer; its port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    process = subprocess.Popen(command, env=os.environ | {"WANHAO_PORT": str(port)})
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        require(process.poll() is None, "the web process did not start")
        try:
            httpx.get(f"http://127.0.0.1:{port}/hall/sign-in/")
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    require(False, "the web process did not answer")


def home(clients: Clients, customers: list[Customer]) -> list[dict[str, object]]:
    """The home page: how long it takes at a rate, and how many a second at most."""
    paced: dict[str, np.ndarray] = {}
    full: dict[str, float] = {}
    for name, command in (("ours", OURS), ("plain", PEER)):
        with serving(command) as port:
            job = {
                "port": port,
                "path": "/hall/",
                "customers": [asdict(one) for one in customers],
                "seconds": SECONDS,
            }
            most = clients.ask(**job, at_once=AT_ONCE)
            full[name] = len(most["took"]) / most["seconds"]
            # What is beyond the peer's full speed only grows and says nothing.
            if name == "ours" or full[name] > RATE:
                paced[name] = _milliseconds(clients.ask(**job, rate=RATE))
        told = ", ".join(f"p{share} {_share(paced, name, share):,.0f} ms" for share in SHARES)
        say(f"  {name}: full speed {full[name]:,.0f} pages/s; {RATE}/s: {told}")
    rows = [figure("pages.home.full_speed", full["ours"], "pages/s", full["plain"])]
    for share in SHARES:
        both = (_share(paced, name, share) for name in full)
        rows.append(figure(f"pages.home.{RATE}_a_second.p{share}", next(both), "ms", next(both)))
    return rows


def entering(clients: Clients) -> list[dict[str, object]]:
    """From the form to the home page by a code, each for the first time; beside it, what checking
    a service password alone costs, which the pages leave to a slow hash on purpose."""
    count = int(ENTERING_RATE * SECONDS)
    numbers = [FIRST + 1 + (one * 7_919) % LINES for one in range(count)]
    with serving(OURS) as port:
        job = {"port": port, "numbers": numbers, "rate": ENTERING_RATE}
        took = _milliseconds(clients.ask(**job, database=os.environ["DATABASE_URL"]))
    begun = time.process_time()
    make_password("738291")
    hashing = (time.process_time() - begun) * 1000
    say(f"  hashing one service password: {hashing:,.0f} ms of a core")
    return [
        figure(
            f"pages.sign_in.{ENTERING_RATE}_a_second.p{share}",
            float(np.percentile(took, share)),
            "ms",
            0.0,
        )
        for share in SHARES
    ]


def phone(customer: Customer) -> list[dict[str, object]]:
    """A cheap phone on a slow network: the first visit, and one with all that is kept."""
    with serving(OURS) as port:
        firsts, agains = visits(port, customer.cookie)
    first, again = (np.median(found, axis=0) for found in (firsts, agains))
    slowest = max(usable for usable, _, _ in firsts)
    return [
        figure("pages.phone.first.usable", float(first[0]), "s", 0.0),
        figure("pages.phone.first.usable.slowest", slowest, "s", 0.0),
        figure("pages.phone.first.seen", float(first[1]), "s", 0.0),
        figure("pages.phone.first.octets", float(first[2]) / 1000, "kB", 0.0),
        figure("pages.phone.again.usable", float(again[0]), "s", float(first[0])),
        figure("pages.phone.again.seen", float(again[1]), "s", float(first[1])),
        figure("pages.phone.again.octets", float(again[2]) / 1000, "kB", float(first[2]) / 1000),
    ]


def _milliseconds(found: dict[str, Any]) -> np.ndarray:
    return np.array(found["took"]) * 1000


def _share(paced: dict[str, np.ndarray], name: str, share: int) -> float:
    return float(np.percentile(paced[name], share)) if name in paced else 0.0
