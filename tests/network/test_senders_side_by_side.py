"""Any number of senders, killed at any moment: no older version goes over a newer one."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.network.examples import FIRST_NUMBER, several, some_lines
from tests.network.peers import LISTS, TOKEN, RunningPeer, barrings_held, held_by
from wanhao.network import claiming
from wanhao.network.actions import request_profiles
from wanhao.network.contracts import Barring, NewProfile
from wanhao.network.gateway.client import HttpProvisioning
from wanhao.network.queries import next_due, profiles_of_lines, waiting
from wanhao.network.sending import Sender

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).with_name("sending_process.py")
PATIENCE = 240


def now() -> datetime:
    return datetime.now(UTC)


def started(peer: RunningPeer, lives: int, place: str) -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    url = f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, str(SCRIPT), peer.url, TOKEN, str(lives), place]
    return subprocess.Popen(command, env=env)


def assert_versions_only_rose(peer: RunningPeer) -> None:
    seen: dict[int, int] = defaultdict(int)
    for line, version in peer.taken():
        assert version > seen[line]
        seen[line] = version


@pytest.mark.slow
def test_thousands_through_killed_senders_all_arrive(peer: RunningPeer) -> None:
    lines = some_lines(6_000)
    request_profiles(several(lines, Barring.OUTGOING), now())
    doomed = [started(peer, 2, "before"), started(peer, 1, "after")]
    assert [sender.wait(PATIENCE) for sender in doomed] == [-signal.SIGKILL] * 2
    assert 0 < waiting().profiles < len(lines)

    survivors = [started(peer, -1, "never") for _ in range(2)]
    assert [sender.wait(PATIENCE) for sender in survivors] == [0, 0]
    assert barrings_held(peer) == dict.fromkeys(lines, Barring.OUTGOING)
    assert_versions_only_rose(peer)
    assert sorted(peer.taken()) == [(line, 1) for line in lines]


def test_what_is_wanted_last_is_held_at_the_end_whatever_is_lost_or_late(
    peer: RunningPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three senders with a short memory, a network that loses, fails and delays, and customers who
    are barred and let again all the time."""
    monkeypatch.setattr(claiming, "IN_HAND", claiming.IN_HAND / 100)
    chance = random.Random(20261122)
    lines = some_lines(60)
    with sending_to(peer, senders=3):
        for turn in range(120):
            some = chance.sample(range(len(lines)), 20)
            wanted = [a_random_profile(chance, lines[n], FIRST_NUMBER + n) for n in some]
            with transaction.atomic():
                request_profiles(wanted, now())
            if turn % 6 == 0:
                peer.told(fault=chance.choice(["lose-answer", "fail", "garbage"]))
                peer.told(fault="delay", seconds=0.25)
    assert_versions_only_rose(peer)
    held, wanted_last = held_by(peer), profiles_of_lines(lines)
    assert not any(view.waits for view in wanted_last.values())
    assert {n: (one.version, one.barring, one.data, one.roaming) for n, one in held.items()} == {
        n: (view.version, view.barring, view.data, view.roaming) for n, view in wanted_last.items()
    }


@contextmanager
def sending_to(peer: RunningPeer, senders: int) -> Iterator[None]:
    """Senders in threads; at the end they send what is left."""
    stop, ends = threading.Event(), []

    def send() -> None:
        network = HttpProvisioning(peer.config)
        sender = Sender(network, LISTS, now)
        while not (stop.is_set() and next_due() is None):
            if not sender.send().taken:
                stop.wait(0.01)
        network.close()
        connection.close()
        ends.append("well")

    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert ends == ["well"] * senders


def a_random_profile(chance: random.Random, line: int, number: int) -> NewProfile:
    barring = chance.choice([Barring.NONE, Barring.OUTGOING, Barring.ALL])
    data, roaming = chance.random() < 0.5, chance.random() < 0.5
    return NewProfile(line_id=line, number=number, barring=barring, data=data, roaming=roaming)


def test_two_senders_never_have_the_same_profile_in_hand() -> None:
    lines = some_lines(40)
    request_profiles(several(lines, Barring.ALL), now())
    taken: list[list[int]] = []

    def take() -> None:
        while claimed := claiming.claim(3, now()):
            taken.append([one.line_id for one in claimed])
        connection.close()

    threads = [threading.Thread(target=take) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(line for some in taken for line in some) == lines


def test_who_asks_does_not_wait_for_the_network(peer: RunningPeer) -> None:
    """A payment must commit while the network thinks: a sender holds no lock while it asks."""
    (line,) = some_lines(1)
    request_profiles(several([line], Barring.OUTGOING), now())
    peer.told(fault="delay", seconds=1.5)
    asked = threading.Event()

    def send() -> None:
        class Telling(HttpProvisioning):
            def put(self, profiles):
                asked.set()
                return super().put(profiles)

        Sender(Telling(peer.config), LISTS, now).send()
        connection.close()

    sending = threading.Thread(target=send)
    sending.start()
    assert asked.wait(PATIENCE)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '500ms'")
        assert request_profiles(several([line], Barring.NONE), now()) == 1
    assert sending.is_alive()
    sending.join()
    Sender(HttpProvisioning(peer.config), LISTS, now).send()
    assert barrings_held(peer) == {line: Barring.NONE}
