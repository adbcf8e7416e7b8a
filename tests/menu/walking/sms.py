"""Walks up to door S: writes to 10001 through a real SMSC, and reads what comes to the handset."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.conf import settings

from tests.channels.sms.conftest import PATIENT
from tests.channels.sms.fakes import sms_config, until
from tests.menu.walking.examples import Example
from tests.menu.walking.walkers import Seen
from wanhao.channels.sms.contracts import HallConfig, SmscConfig
from wanhao.channels.sms.peer import PeerSettings, SmscPeer, install
from wanhao.channels.sms.process import run_sms
from wanhao.menu.contracts import Door, IdentityLevel

HALL = HallConfig(key=settings.SECRET_KEY.encode())
QUIET = 0.5
YES = re.compile(r"回复(Y\d*)")


class BySms:
    """Who writes is known by the number; a yes repeats the code of the answer, where it has one."""

    door = Door.SMS
    reaches = IdentityLevel.KNOWN

    def __init__(self, smsc: SmscPeer, bind: SmscConfig) -> None:
        self._smsc = smsc
        self._bind = bind

    def ask(self, number: int, example: Example, given: Mapping[str, Any]) -> Seen:
        assert example.sms, f"nothing is written for {example.item}"
        return self._written(number, example.sms.format(**given))

    def say_yes(self, number: int, example: Example, proposal: Seen) -> Seen:
        yes = YES.search(proposal.text)
        assert yes is not None, f"no yes is asked for: {proposal.text}"
        return self._written(number, yes[1])

    def _written(self, number: int, text: str) -> Seen:
        """Everything that comes back, until nothing more does."""
        before = len(self._received(number))
        with _process(self._bind):
            said = {"from": str(number), "to": "10001", "text": text, "style": "plain"}
            self._smsc.post("/deliver", **said)
            until(lambda: len(self._received(number)) > before)
            seen = 0
            while seen != len(self._received(number)):
                seen = len(self._received(number))
                time.sleep(QUIET)
        return Seen(text="\n".join(self._received(number)[before:]))

    def _received(self, number: int) -> list[str]:
        return [one["text"] for one in self._smsc.messages() if one["to"] == str(number)]


@contextmanager
def by_sms(folder: Path) -> Iterator[BySms]:
    """An SMSC for the whole walk."""
    handsets = PeerSettings(
        port=0,
        http_port=0,
        modules=install(),
        journal=folder / "handsets.jsonl",
        receipt_delay_ms=20,
    )
    with SmscPeer(handsets) as smsc:
        yield BySms(smsc, replace(PATIENT, port=smsc.address.port))


@contextmanager
def _process(bind: SmscConfig) -> Iterator[None]:
    """The SMS process in a thread, for one message: between two tests it has no database."""
    stop, lines = threading.Event(), [""]
    thread = threading.Thread(
        target=run_sms,
        args=(stop, sms_config(bind, hall=HALL)),
        kwargs={"report": lines.append},
    )
    thread.start()
    try:
        until(lambda: "bound" in lines[-1])
        yield
    finally:
        stop.set()
        thread.join(30)
