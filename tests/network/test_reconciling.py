"""What the network holds is compared with what is wanted; what differs is asked for again."""

import pytest

from tests.network.examples import (
    FIRST_NUMBER,
    NOON,
    SECOND,
    a_profile,
    profile_of,
    several,
    some_lines,
)
from tests.network.peers import LISTS, Clock, RunningPeer, a_sender, barrings_held, held_by, sent
from wanhao.network import comparing
from wanhao.network.actions import request_profiles
from wanhao.network.comparing import Comparison, reconcile
from wanhao.network.contracts import Barring, Difference, DifferenceKind
from wanhao.network.gateway.client import HttpProvisioning
from wanhao.network.ports import NetworkAwayError
from wanhao.network.reachable import FILE, read_reachable
from wanhao.network.sending import Sender

pytestmark = pytest.mark.django_db
Kind = DifferenceKind


@pytest.fixture
def sender(peer: RunningPeer, clock: Clock) -> Sender:
    return a_sender(peer, clock)


@pytest.fixture
def lines(sender: Sender) -> list[int]:
    """Five lines whose profiles the network holds."""
    lines = some_lines(5)
    request_profiles(several(lines, Barring.OUTGOING), NOON)
    sender.send()
    return lines


def compared(peer: RunningPeer, clock: Clock, *, mend: bool = True, lists=LISTS) -> Comparison:
    network = HttpProvisioning(peer.config)
    try:
        return reconcile(network, lists, clock, mend=mend)
    finally:
        network.close()


def figures(found: Comparison) -> dict[str, int]:
    told = {kind.value: number for kind, number in found.found.items() if number}
    return {"compared": found.compared, "asked": found.asked, **told}


def test_nothing_differs_and_nothing_is_asked(
    peer: RunningPeer, clock: Clock, lines: list[int]
) -> None:
    assert figures(compared(peer, clock)) == {"compared": 5, "asked": 0}


@pytest.mark.parametrize(
    "changed",
    [
        {"barring": "none", "data": True},
        {"data": True},
        {"roaming": True},
        {"number": FIRST_NUMBER + 7_000},
        {"reachable": {"calls": ["10000"], "messages": ["10001"], "incoming": True}},
    ],
    ids=["barring", "data", "roaming", "number", "reachable"],
)
def test_what_was_changed_behind_our_back_is_put_right(
    changed: dict, peer: RunningPeer, clock: Clock, sender: Sender, lines: list[int]
) -> None:
    before = held_by(peer)
    peer.told(change=lines[2], **changed)
    found = compared(peer, clock)
    assert figures(found) == {"compared": 5, "asked": 1, "changed": 1}
    assert [(one.line_id, one.kind) for one in found.examples] == [(lines[2], Kind.CHANGED)]
    assert sender.send().confirmed == 1
    after = held_by(peer)
    assert {line: after[line] for line in lines if line != lines[2]} == {
        line: before[line] for line in lines if line != lines[2]
    }
    assert figures(compared(peer, clock)) == {"compared": 5, "asked": 0}


def test_a_network_put_back_to_an_older_state_is_told_again(
    peer: RunningPeer, clock: Clock, sender: Sender, lines: list[int]
) -> None:
    request_profiles([a_profile(lines[2], Barring.ALL, FIRST_NUMBER + 2)], NOON)
    sender.send()
    peer.told(change=lines[2], version=1, barring="outgoing")
    assert figures(compared(peer, clock)) == {"compared": 5, "asked": 1, "changed": 1}
    sender.send()
    assert barrings_held(peer)[lines[2]] is Barring.ALL


def test_what_the_network_lost_is_told_again(
    peer: RunningPeer, clock: Clock, sender: Sender, lines: list[int]
) -> None:
    peer.told(forget=lines[0])
    peer.told(forget=lines[4])
    assert figures(compared(peer, clock)) == {"compared": 5, "asked": 2, "missing": 2}
    sender.send()
    assert barrings_held(peer) == dict.fromkeys(lines, Barring.OUTGOING)


def test_a_version_from_a_lost_future_is_passed(
    peer: RunningPeer, clock: Clock, sender: Sender, lines: list[int]
) -> None:
    peer.told(change=lines[1], version=70, barring="all")
    assert figures(compared(peer, clock)) == {"compared": 5, "asked": 1, "ahead": 1}
    assert profile_of(lines[1]).version == 71
    sender.send()
    assert barrings_held(peer)[lines[1]] is Barring.OUTGOING


def test_a_line_nobody_asked_for_is_only_reported(
    peer: RunningPeer, clock: Clock, lines: list[int]
) -> None:
    network = HttpProvisioning(peer.config)
    stranger = max(lines) + 4_000
    network.put([sent(stranger, number=16_907_900_001)])
    network.close()
    found = compared(peer, clock)
    assert figures(found) == {"compared": 5, "asked": 0, "unknown": 1}
    assert found.examples == [
        Difference(line_id=stranger, number=16_907_900_001, kind=Kind.UNKNOWN)
    ]
    assert stranger in barrings_held(peer)


def test_a_removed_line_may_be_forgotten(
    peer: RunningPeer, clock: Clock, sender: Sender, lines: list[int]
) -> None:
    request_profiles([a_profile(lines[0], Barring.REMOVED)], NOON)
    sender.send()
    peer.told(forget=lines[0])
    assert figures(compared(peer, clock)) == {"compared": 5, "asked": 0}


def test_what_is_on_its_way_is_not_compared(
    peer: RunningPeer, clock: Clock, lines: list[int]
) -> None:
    request_profiles([a_profile(lines[0])], NOON + SECOND)
    found = compared(peer, clock)
    assert (found.compared, found.on_their_way, found.asked) == (4, 1, 0)


def test_a_dry_run_only_tells(peer: RunningPeer, clock: Clock, lines: list[int]) -> None:
    peer.told(forget=lines[0])
    assert figures(compared(peer, clock, mend=False)) == {"compared": 5, "asked": 0, "missing": 1}
    assert not profile_of(lines[0]).waits


def test_a_new_list_of_reachable_numbers_is_told_to_everybody(
    peer: RunningPeer, clock: Clock, sender: Sender, lines: list[int], tmp_path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(FILE.read_text().replace('"10000"', '"10000", "10015"'))
    lists = read_reachable(own)
    assert figures(compared(peer, clock, lists=lists)) == {"compared": 5, "asked": 5, "changed": 5}
    Sender(HttpProvisioning(peer.config), lists, clock).send()
    assert all("10015" in one.calls for one in held_by(peer).values())


def test_pages_meet_whatever_their_length(
    peer: RunningPeer, clock: Clock, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = some_lines(100)
    request_profiles(several(lines, Barring.ALL), NOON)
    sender.send()
    for line in lines[::7]:
        peer.told(forget=line)
    network = HttpProvisioning(peer.config)
    strangers = range(max(lines) + 1, max(lines) + 6)
    network.put([sent(line, number=16_907_800_000 + line) for line in strangers])
    network.close()
    for length in (1, 3, 10, 100, 101):
        monkeypatch.setattr(comparing, "MOST_READ", length)
        found = compared(peer, clock, mend=False)
        assert figures(found) == {"compared": 100, "asked": 0, "missing": 15, "unknown": 5}


def test_what_changes_while_it_is_read_is_no_difference(
    peer: RunningPeer, clock: Clock, sender: Sender, lines: list[int]
) -> None:
    """Between our look and theirs somebody pays: the network holds a newer version already."""

    class Meanwhile(HttpProvisioning):
        def held(self, after, through):
            request_profiles([a_profile(lines[0]), a_profile(newcomer, number=late)], NOON)
            sender.send()
            return super().held(after, through)

    late = FIRST_NUMBER + 500
    (newcomer,) = some_lines(6)[5:]
    network = Meanwhile(peer.config)
    found = reconcile(network, LISTS, clock, mend=True)
    network.close()
    assert figures(found) == {"compared": 5, "asked": 0}
    assert barrings_held(peer)[newcomer] is Barring.NONE


def test_a_network_that_is_away_is_told(peer: RunningPeer, clock: Clock, lines: list[int]) -> None:
    peer.kill()
    with pytest.raises(NetworkAwayError):
        compared(peer, clock)
