"""A foreign billing tells money and allowances, records arrive priced, and customers are told.

The steps and figures are those of docs/rules/foreign-billing.md.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.billing.foreign.peers import balance, billed_elsewhere, client, peer, terms
from tests.metering.pages import listed, rows_of
from tests.usage.operators import KeepingSink, drop, meter, row, settle
from tests.workflows.foreign_accounts import NOW, NUMBERS, opened
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.communications.queries import messages_to
from wanhao.metering.meters import VOICE
from wanhao.products.actions import load_catalogue
from wanhao.project.demo.billing_peer import PeerServer
from wanhao.usage.local import LocalMeter
from wanhao.workflows.follow_foreign_billing import follow_foreign_billing
from wanhao.workflows.tell_customers import TellCustomers
from wanhao.workflows.watch_thresholds import watch_thresholds

__all__ = ["billed_elsewhere", "client", "peer"]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("billed_elsewhere"),
]
PAGE = "foreign-billing.md"
START = int(NOW.timestamp()) - 3600
NUMBER = NUMBERS["A1"]


class Month:
    """One customer, followed over HTTP, whose records are dropped one file after the other."""

    def __init__(self, folder: Path, client: ForeignBillingClient, peer: PeerServer) -> None:
        load_catalogue()
        watch_thresholds(NOW)
        (account,) = opened("A1")
        self.account_id, self.group_id = account.account_id, account.groups[0].group_id
        self.folder, self.client, self.peer = folder, client, peer
        self.sink = KeepingSink()
        self.meter: LocalMeter = meter(folder, self.sink, clock=lambda: NOW)
        self.steps = 0

    def told(self, change: dict[str, object]) -> list[int]:
        """They tell something; returns the thresholds that it crosses."""
        self.peer.books.changes.append(change)
        follow_foreign_billing(self.client, NOW)
        return self._crossed()

    def record(self, **other: object) -> list[int]:
        """A record is dropped; returns the thresholds that it crosses."""
        self.steps += 1
        one = row(self.steps, NUMBER, start=START + self.steps, **other)
        drop(self.folder, f"{self.steps}.csv", [one])
        return self._crossed()

    def left(self) -> int:
        """What the meter believes the account can still spend."""
        (place,) = np.flatnonzero(self.meter.state.account_id[:] == self.account_id)
        return int(self.meter.state.left(np.array([place]))[0])

    def minutes(self) -> int:
        """What the meter has counted of voice."""
        (place,) = np.flatnonzero(self.meter.state.group_id[:] == self.group_id)[:1]
        return int(self.meter.state.current().totals[place, VOICE])

    def _crossed(self) -> list[int]:
        before = len(self.sink.seen)
        settle(self.meter)
        return [crossing.threshold for crossing in self.sink.seen[before:]]


@pytest.fixture
def month(tmp_path: Path, client: ForeignBillingClient, peer: PeerServer) -> Month:
    return Month(tmp_path, client, peer)


def test_money_falls_to_the_fen_as_the_page_says(month: Month) -> None:
    month.told(terms(1))
    for version, (event, amount, left, falls) in enumerate(rows_of(PAGE, "what happens"), start=2):
        fen = int(amount)
        if event == "balance told":
            crossed = month.told(balance(version, fen=fen))
        else:
            sign = -1 if event == "record taken back" else 1
            crossed = month.record(service="message", quantity=1, charge_fen=fen, sign=sign)
        assert (event, month.left()) == (event, int(left))
        assert sorted(crossed, reverse=True) == [int(one) for one in listed(falls)], event


def test_allowances_they_tell_are_reached_as_the_page_says(month: Month) -> None:
    month.told(balance(1, fen=None))
    total = 0
    for version, (event, minutes, used, reaches) in enumerate(rows_of(PAGE, "event"), start=2):
        if event == "total told":
            total = int(minutes)
            change = terms(version)
            change["allowances"]["voice"] = {"total": int(minutes)}
            crossed = month.told(change)
        else:
            crossed = month.record(quantity=int(minutes) * 60, charge_fen=0)
        assert f"{month.minutes()} of {total}" == used
        assert sorted(crossed) == [int(one) for one in listed(reaches)], (event, minutes)


def test_nothing_of_ours_is_added_to_their_charges(month: Month) -> None:
    month.told(terms(1))
    month.told(balance(2, fen=5000))
    month.record(quantity=500 * 60, charge_fen=120)
    month.record(service="data", quantity=3 * 1024**3, charge_fen=80)
    month.record(zone="roaming", quantity=60)
    assert month.left() == 4800


def test_a_bill_that_is_out_of_the_balance_lowers_it_once(month: Month) -> None:
    month.told(terms(1))
    month.told(balance(2, fen=5000))
    month.record(service="message", quantity=1, charge_fen=700)
    assert month.left() == 4300
    month.told(balance(3, fen=4300, billed_through=202611))
    assert month.left() == 4300


def test_a_meter_that_comes_up_again_knows_what_was_told(month: Month) -> None:
    month.told(terms(1))
    month.told(balance(2, fen=5000))
    month.record(service="message", quantity=1, charge_fen=700)
    again = meter(month.folder, clock=lambda: NOW)
    month.meter = again
    assert month.left() == 4300


def test_the_customer_reads_what_is_left(month: Month) -> None:
    month.meter.sink = TellCustomers()
    month.told(balance(1, fen=2000))
    month.record(service="message", quantity=1, charge_fen=501)
    (message,) = messages_to([NUMBER], 5)[NUMBER]
    assert "¥14.99" in message.text
