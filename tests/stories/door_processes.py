"""Every process behind the doors: web, worker, meter, SMS link, and the channels one pays at."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from tests.channels.payments.peers import Peer, running_peer
from tests.pages.conftest import database_url, free_port, wait_for
from wanhao.channels.payment_peer import keys
from wanhao.channels.sms.peer import SmscPeer

NAMES = ("web", "meter", "worker", "sms")
PATIENCE = 240.0
CODE = re.compile(r"验证码(?:是)?(\d{6})")


class Doors:
    """The running processes of an operator, and what lies outside: the SMSC and WeChat Pay."""

    def __init__(self, folder: Path, smsc: SmscPeer, peer: Peer) -> None:
        self.data, self.smsc, self.peer = folder, smsc, peer
        self.inbox = folder / "usage" / "inbox"
        self.inbox.mkdir(parents=True)
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self._printed = folder / "printed"
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._read: set[str] = set()

    def open(self) -> None:
        """Start all of them, and wait until the pages answer."""
        environment = os.environ | self._told()
        for name in NAMES:
            command = [sys.executable, "-m", "wanhao.project.command", name]
            with self._printed.open("ab") as out:
                self._running[name] = subprocess.Popen(
                    command, env=environment, stdout=out, stderr=out
                )
        wait_for(self.url, self._running["web"])

    def close(self) -> None:
        """Let all of them end as they like to."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            process.wait(120)

    def code_on(self, number: int) -> str:
        """The newest one-time code on a handset; each is read once, and waited for."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [one for text in self.handset(number) for one in CODE.findall(text)]
            if found and found[-1] not in self._read:
                self._read.add(found[-1])
                return found[-1]
            assert time.monotonic() < deadline, self.printed()
            time.sleep(0.2)

    def handset(self, number: int) -> list[str]:
        """What a handset shows, oldest first."""
        return [one["text"] for one in self.smsc.get(f"/messages/{number}")["messages"]]

    def printed(self) -> str:
        """The last that the processes said."""
        return self._printed.read_text()[-3000:]

    def _told(self) -> dict[str, str]:
        folder = self.peer.folder
        return {
            "DATABASE_URL": database_url(),
            "WANHAO_DATA": str(self.data),
            "WANHAO_DEMO": "0",
            "WANHAO_PORT": str(self._port),
            "WANHAO_METER_SHARDS": "2",
            "WANHAO_SMSC_PORT": str(self.smsc.address.port),
            "WANHAO_PUBLIC_URL": self.url,
            "WANHAO_WECHAT_PAY_URL": self.peer.address,
            "WANHAO_WECHAT_PAY_MERCHANT": keys.MERCHANT,
            "WANHAO_WECHAT_PAY_APP_ID": keys.APP,
            "WANHAO_WECHAT_PAY_SERIAL": keys.SERIAL,
            "WANHAO_WECHAT_PAY_KEY_FILE": str(folder / "wechat-merchant.pem"),
            "WANHAO_WECHAT_PAY_API_KEY_FILE": str(folder / "wechat-api-key"),
            "WANHAO_WECHAT_PAY_PLATFORM_KEY_FILE": str(folder / "wechat-platform.public.pem"),
            "WANHAO_WECHAT_PAY_PLATFORM_KEY_ID": keys.PLATFORM_KEY_ID,
        }


@contextmanager
def open_doors(folder: Path, smsc: SmscPeer) -> Iterator[Doors]:
    """All doors until the day is over; what is in the database is there before they open."""
    with running_peer(folder / "payments") as peer:
        doors = Doors(folder / "data", smsc, peer)
        try:
            doors.open()
            yield doors
        finally:
            doors.close()


def until(holds: Callable[[], object], doors: Doors, page: Page | None = None) -> None:
    """Wait for what another process, or the browser, does."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, doors.printed()
        if page is None:
            time.sleep(0.2)
        else:
            page.wait_for_timeout(200)
