"""The local network itself: it keeps what it took, and takes a version only over a lower one."""

import httpx
import pytest

from tests.network.peers import RunningPeer, held_by, sent
from wanhao.network.contracts import Barring
from wanhao.network.gateway.client import HttpProvisioning
from wanhao.network.gateway.wire import on_the_wire


@pytest.fixture
def asking(peer: RunningPeer):
    network = HttpProvisioning(peer.config)
    yield network
    network.close()


def test_what_it_took_outlives_it(peer: RunningPeer, asking: HttpProvisioning) -> None:
    asking.put([sent(1), sent(2, 7, Barring.ALL)])
    peer.kill()
    peer.start()
    held = held_by(peer)
    assert {line: (one.version, one.barring) for line, one in held.items()} == {
        1: (1, Barring.NONE),
        2: (7, Barring.ALL),
    }


def test_a_line_of_the_journal_that_was_cut_off_is_as_if_never_taken(
    peer: RunningPeer, asking: HttpProvisioning
) -> None:
    asking.put([sent(1)])
    asking.put([sent(1, 2, Barring.ALL)])
    peer.kill()
    peer.journal.write_bytes(peer.journal.read_bytes()[:-10])
    peer.start()
    assert held_by(peer)[1].version == 1
    asking.put([sent(1, 3, Barring.OUTGOING)])
    peer.kill()
    peer.start()
    assert held_by(peer)[1].version == 3


@pytest.mark.parametrize("version", [1, 4, 5])
def test_a_version_no_higher_changes_nothing(
    version: int, peer: RunningPeer, asking: HttpProvisioning
) -> None:
    asking.put([sent(1, 5, Barring.ALL)])
    answer = asking.put([sent(1, version, Barring.NONE)])[1]
    assert answer.held is not None
    assert (answer.held.version, answer.held.barring, answer.refused) == (5, Barring.ALL, "")
    assert held_by(peer)[1].barring is Barring.ALL


def test_a_number_belongs_to_one_line_that_is_not_removed(asking: HttpProvisioning) -> None:
    number = 16_907_910_001
    asking.put([sent(1, number=number)])
    assert asking.put([sent(2, number=number)])[2].refused == "the number is in use by line 1"
    answers = asking.put([sent(1, 2, Barring.REMOVED, number=number), sent(2, number=number)])
    assert [answer.refused for answer in answers.values()] == ["", ""]
    assert [one.line_id for one in asking.held_for(number)] == [1, 2]


def test_it_takes_nothing_without_the_emergency_numbers(peer: RunningPeer) -> None:
    body = on_the_wire(sent(1))
    body["reachable"]["calls"].remove("119")
    token = {"Authorization": "Bearer a-token-of-the-tests"}
    answer = httpx.put(f"{peer.url}/profiles", json={"profiles": [body]}, headers=token)
    (told,) = answer.json()["answers"]
    assert (told["held"], told["refused"]) == (None, "an emergency number is missing")


def test_pages_come_in_the_order_of_the_lines(asking: HttpProvisioning) -> None:
    asking.put([sent(line) for line in (9, 3, 7, 1)])
    assert [one.line_id for one in asking.held(1, 7).profiles] == [3, 7]
    assert [one.line_id for one in asking.held(0, None).profiles] == [1, 3, 7, 9]
    assert not asking.held(0, None).more
    assert asking.held(0, 0).profiles == ()
