"""Two customers, their handsets, the network that serves them, and an operator behind 10001."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

from django.conf import settings

from tests.channels.sms.conftest import PATIENT
from tests.channels.sms.fakes import sms_config, until
from tests.network.peers import RunningPeer, barrings_held, running_peer
from tests.parties.examples import a_line, an_account
from tests.stories.family import SOURCES, UNITS, moment
from wanhao.channels.sms.contracts import HallConfig
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.process import run_sms
from wanhao.communications.actions import release_due
from wanhao.communications.contracts import MessageState
from wanhao.communications.queries import messages_by_state
from wanhao.network.contracts import Barring
from wanhao.network.gateway.client import HttpProvisioning
from wanhao.network.reachable import read_reachable
from wanhao.network.sending import Sender
from wanhao.parties.queries import lines_by_number
from wanhao.project.demo.usage_files import FileFormat, UsageRecord, drop, encode, table_of
from wanhao.project.keepers import QUICK, SLOW
from wanhao.project.network import NetworkSender
from wanhao.project.patience import work_until
from wanhao.promises.actions import keep_due
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

HALL = HallConfig(key=settings.SECRET_KEY.encode())
SETTLED = {
    MessageState.DELIVERED,
    MessageState.FAILED,
    MessageState.WITHDRAWN,
    MessageState.MERGED,
    MessageState.PLANNED,
}
"""A planned message waits for its hour."""


class Operator:
    """Everything that runs behind the customers, by a clock that is told."""

    def __init__(self, folder: Path, smsc: SmscPeer, network: RunningPeer, since: str) -> None:
        self.now = moment(since)
        self._smsc, self._network = smsc, network
        self._folders = Folders(folder / "usage")
        self.meter = LocalMeter(
            folders=self._folders, sink=TellCustomers(), clock=lambda: self.now, shards=2
        )
        self._ids = count(1)
        watch_thresholds(self.now)

    def opens(self, number: int, plan: str, balance_fen: int) -> int:
        """A prepaid customer with a plan and some money; gives the account."""
        order = AccountOrder(
            account=an_account(f"A{number}", (a_line(number),)),
            offering_codes=(plan,),
            opening_balance_fen=balance_fen,
            payment_reference=f"opening-{number}",
        )
        return open_accounts([order], self.now)[0].account_id

    def at(self, told: str) -> None:
        """The clock moves on, and everything due by then is done, told and answered."""
        self.now = moment(told)
        self.settle()

    def settle(self) -> None:
        """The meter counts what is there, the worker does what is due, messages arrive."""
        while self.meter.step():
            pass
        while keep_due({**QUICK, **SLOW}, self.now) or release_due(self.now):
            pass
        until(lambda: not [s for s, n in messages_by_state().items() if n and s not in SETTLED])
        while keep_due({**QUICK, **SLOW}, self.now):
            pass

    def uses_data(self, number: int, amount: str) -> None:
        """A session that ends now; it is counted, and what it causes is told."""
        identity = next(self._ids)
        quantity, unit = amount.split()
        record = UsageRecord(
            record_id=str(identity),
            source=SOURCES["data"],
            number=number,
            service="data",
            zone="domestic",
            start=int(self.now.timestamp()),
            quantity=int(quantity) * UNITS[unit],
        )
        name = f"{identity:04d}.csv"
        drop(self._folders.inbox, name, encode(table_of([record]), FileFormat.CSV))
        self.settle()

    def writes(self, number: int, text: str) -> str:
        """A customer writes to 10001; gives what comes back."""
        before = len(self.handset(number))
        said = {"from": str(number), "to": "10001", "text": text, "style": "plain"}
        self._smsc.post("/deliver", **said)
        until(lambda: len(self.handset(number)) > before)
        self.settle()
        return "\n".join(self.handset(number)[before:])

    def handset(self, number: int) -> list[str]:
        """What the handset shows, oldest first."""
        return [message["text"] for message in self._smsc.get(f"/messages/{number}")["messages"]]

    def barring(self, number: int) -> Barring | None:
        """What the network bars a line from; None while it knows nothing of it."""
        return barrings_held(self._network).get(lines_by_number({number})[number].line_id)


@contextmanager
def operator(folder: Path, smsc: SmscPeer, since: str) -> Iterator[Operator]:
    """The SMS process and the thread that tells the network, beside an operator."""
    stop = threading.Event()
    bind = replace(PATIENT, port=smsc.address.port)
    with running_peer(folder) as network:
        one = Operator(folder, smsc, network, since)
        client = HttpProvisioning(network.config)
        sender = Sender(client, read_reachable(), lambda: one.now)
        threads = [
            threading.Thread(
                target=run_sms,
                args=(stop, sms_config(bind, hall=HALL)),
                kwargs={"report": lambda line: None, "clock": lambda: one.now},
            ),
            threading.Thread(
                target=work_until, args=(stop, NetworkSender(stop, lambda: one.now, sender))
            ),
        ]
        one.meter.start()
        for thread in threads:
            thread.start()
        try:
            yield one
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            one.meter.stop()
