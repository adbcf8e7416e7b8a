"""Killing a follower anywhere, and starting it again, changes nothing in the end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.billing.foreign.peers import balance, terms
from tests.workflows.foreign_accounts import NOW, NUMBERS, opened
from tests.workflows.told_facts import told_facts
from wanhao.billing.foreign.queries import foreign_status
from wanhao.products.actions import load_catalogue
from wanhao.project.demo.billing_peer import PeerServer
from wanhao.usage.contracts import FundsFact, GroupFact
from wanhao.workflows.take_payment import take_payment

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("billed_elsewhere"),
]
SCRIPT = Path(__file__).with_name("killed_follower.py")
PLACES = (
    "changes:after",
    "_keep:after",
    "move_feed:after",
    "record_facts:after",
    "claim_payment:after",
    "pay:before",
    "pay:after",
    "mark_accepted:after",
)


def run(peer: PeerServer, place: str, passes: int) -> int:
    database = connection.settings_dict
    url = f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, str(SCRIPT), peer.url, place, str(passes)]
    return subprocess.run(command, env=env, check=False, timeout=120).returncode


@pytest.mark.parametrize("place", PLACES)
def test_sigkill_anywhere_changes_nothing(peer: PeerServer, place: str) -> None:
    load_catalogue()
    accounts = opened("A1", "A2")
    before = len(told_facts())
    peer.books.page = 2
    for n in range(1, 9):
        peer.books.changes.append(balance(2 * n, "A1", fen=100 * n))
        peer.books.changes.append(terms(2 * n + 1, NUMBERS["A2"], plan=f"PLAN-{n}"))
    for n in range(3):
        take_payment(accounts[n % 2].account_id, 1000 + n, f"P{n}", NOW)
    connection.close()

    ends = [run(peer, place, passes) for passes in (1, 99)]

    assert ends == [-signal.SIGKILL, 0]
    facts = told_facts()[before:]
    money = [fact.spendable_fen for fact in facts if isinstance(fact, FundsFact)]
    assert money == [100 * n for n in range(1, 9)]
    assert len([fact for fact in facts if isinstance(fact, GroupFact)]) == 8
    booked = [(one["reference"], one["amount_fen"]) for one in peer.books.payments.values()]
    assert sorted(booked) == [("P0", 1000), ("P1", 1001), ("P2", 1002)]
    assert booked.index(("P0", 1000)) < booked.index(("P2", 1002))
    assert foreign_status().waiting == 0
