"""The local network in a process of its own, and a clock the tests can move."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.network.examples import NOON
from wanhao.network.contracts import Barring
from wanhao.network.gateway.client import GatewayConfig, HttpProvisioning
from wanhao.network.peer.serving import TOKEN_VARIABLE
from wanhao.network.ports import HeldProfile, SentProfile
from wanhao.network.reachable import read_reachable
from wanhao.network.sending import Sender

TOKEN = "a-token-of-the-tests"
PATIENCE = 30.0
LISTS = read_reachable()


class Clock:
    """Shows the time it was set to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, time_passed: timedelta) -> None:
        self.now += time_passed


class RunningPeer:
    """The network's process; it may be killed and started again at the same port."""

    def __init__(self, folder: Path) -> None:
        self.journal = folder / "journal.jsonl"
        self._said = folder / "said"
        self.port = 0
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "wanhao.network.peer"]
        options = ["--port", str(self.port), "--journal", str(self.journal)]
        environment = os.environ | {
            TOKEN_VARIABLE: TOKEN,
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        with self._said.open("w") as said:
            self.process = subprocess.Popen([*command, *options], env=environment, stdout=said)
        self.port = int(self._address().rpartition(":")[2])

    def _address(self) -> str:
        deadline = time.monotonic() + PATIENCE
        while "held" not in (said := self._said.read_text()):
            assert self.process.poll() is None, "the peer did not start"
            assert time.monotonic() < deadline, "the peer did not answer"
            time.sleep(0.02)
        return said.split()[1].rstrip(",")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def config(self) -> GatewayConfig:
        return GatewayConfig(url=self.url, token=TOKEN, seconds=2, overall=4)

    def told(self, **order: Any) -> dict[str, Any]:
        """Tell it to misbehave, or nothing; what it says of itself."""
        answer = httpx.post(f"{self.url}/control", json=order, trust_env=False)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)

    def taken(self) -> list[tuple[int, int]]:
        """Every (line, version) it ever took, in order."""
        written = [json.loads(text) for text in self.journal.read_text().splitlines()]
        return [(one["line"], one["version"]) for one in written]


@contextmanager
def running_peer(folder: Path) -> Iterator[RunningPeer]:
    peer = RunningPeer(folder)
    try:
        yield peer
    finally:
        peer.stop()


def held_by(peer: RunningPeer) -> dict[int, HeldProfile]:
    """What the network holds, by line."""
    asking = HttpProvisioning(peer.config)
    held: dict[int, HeldProfile] = {}
    more = True
    while more:
        page = asking.held(max(held, default=0), None)
        held |= {one.line_id: one for one in page.profiles}
        more = page.more
    asking.close()
    return held


def barrings_held(peer: RunningPeer) -> dict[int, Barring]:
    return {line: profile.barring for line, profile in held_by(peer).items()}


def a_sender(peer: RunningPeer, clock: Clock) -> Sender:
    return Sender(HttpProvisioning(peer.config), LISTS, clock)


def sent(line: int, version: int = 1, barring: Barring = Barring.NONE, **other: Any) -> SentProfile:
    """A profile as it is sent, past all tables."""
    given = {"number": 16_907_910_000 + line, "data": barring is Barring.NONE, "roaming": False}
    stays = LISTS.on(NOON.date())[barring]
    return SentProfile(
        **(
            {"line_id": line, "version": version, "barring": barring, "reachable": stays}
            | given
            | other
        )
    )
