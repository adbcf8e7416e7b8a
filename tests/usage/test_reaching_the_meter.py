"""A payment and a pack reach a running meter at once, in the order in which they were committed."""

import threading
import time
from contextlib import contextmanager

import numpy as np
import pytest
from django.db import connection, transaction

from tests.usage.operators import (
    MB,
    KeepingSink,
    drop,
    fees,
    figures,
    funds,
    group,
    meter,
    pack,
    row,
    settle,
    tell,
    two_customers,
)
from wanhao.usage.actions import record_facts
from wanhao.usage.folders import Folders
from wanhao.usage.local import LocalMeter
from wanhao.usage.models import Fact

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 30.0
"""Seconds: a slow machine may take its time now and then; what it took is measured and printed."""


@contextmanager
def running(folder):
    """A meter that runs in a thread of its own, as it does in its process."""
    stop = threading.Event()
    made = LocalMeter(folders=Folders(folder), sink=KeepingSink(), shards=2)

    def work():
        try:
            made.run(stop)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        until(lambda: hasattr(made, "intake"))
        yield made
    finally:
        stop.set()
        thread.join()


def until(holds):
    """Wait until something holds; returns how many seconds it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < PATIENCE
        time.sleep(0.005)
    return time.monotonic() - began


def spendable(made):
    """What Zhao's account can spend, as the meter knows it; None before it knows the account."""
    places = made.state.place_of_account
    return int(made.state.spendable[places[1]]) if len(places) > 1 else None


def free_data(made):
    """Up to which total Zhao's data costs nothing."""
    state = made.state
    place = state.places_of(np.array([1]))
    cells = state.cells(state.current(), place, np.array([2])) if place[0] >= 0 else None
    return int(cells.free[0]) if cells is not None else None


def test_a_payment_and_a_pack_reach_a_running_meter(tmp_path, capsys):
    two_customers(fen=2000)
    took = []
    with running(tmp_path) as made:
        until(lambda: spendable(made) == 2000 and free_data(made) == 500 * MB)
        for step in range(1, 4):
            tell(funds(1, 2000 + step))
            took.append(until(lambda fen=2000 + step: spendable(made) == fen))
            tell(group(1, packs=(pack(70, quantity=step * MB),)))
            took.append(until(lambda mb=500 + step: free_data(made) == mb * MB))
    assert (spendable(made), free_data(made)) == (2003, 503 * MB)
    with capsys.disabled():
        print(f" [facts reached the meter in at most {max(took):.2f} s]", end="")


class Teller(threading.Thread):
    """Writes facts down in a transaction of its own that ends when it may."""

    def __init__(self, *facts, may_commit=None):
        super().__init__()
        self.facts, self.may_commit, self.written = facts, may_commit, threading.Event()

    def run(self):
        try:
            with transaction.atomic():
                record_facts(self.facts)
                self.written.set()
                if self.may_commit is not None:
                    self.may_commit.wait(PATIENCE)
        finally:
            connection.close()


def test_a_slow_change_of_terms_is_taken_before_the_payment_that_waited_for_it(tmp_path):
    """The slow one began first and ends last: nothing the fast one wrote is seen before it."""
    two_customers(fen=2000)
    made = meter(tmp_path)
    settle(made)
    before, may_commit = made.state.last_fact, threading.Event()
    slow = Teller(group(1, voice_allowance=10), fees(1, 30), may_commit=may_commit)
    slow.start()
    slow.written.wait(PATIENCE)
    fast = Teller(funds(1, 9000), group(1, voice_allowance=10, packs=(pack(70),)))
    fast.start()
    fast.join(0.3)
    settle(made)
    assert made.state.last_fact == before
    may_commit.set()
    slow.join()
    fast.join()
    settle(made)
    told = Fact.objects.filter(number__gt=before).order_by("number")
    assert [fact.kind for fact in told] == ["group", "fees", "funds", "group"]
    assert (spendable(made), free_data(made)) == (9000, 600 * MB)


def test_packs_fees_and_payments_are_replayed_in_their_place(tmp_path):
    two_customers(fen=2000)
    made = meter(tmp_path)
    for step in range(1, 5):
        drop(tmp_path, f"{step}.csv", [row(step, service="data", quantity=200 * MB)])
        settle(made)
        packs = (pack(70, quantity=step * 90 * MB),)
        tell(group(1, packs=packs), fees(1, 30), funds(1, 2000 * step))
        settle(made)
    drop(tmp_path, "last.csv", [row(9, service="data", quantity=200 * MB)])
    settle(made)
    assert figures(meter(tmp_path)) == figures(made)
