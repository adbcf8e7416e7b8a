"""What waits is sent until the network holds it, whatever goes wrong on the way."""

from datetime import timedelta

import pytest
from django.db import connection

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
from wanhao.network import sending
from wanhao.network.actions import request_profiles, send_again
from wanhao.network.claiming import CLAIM, IN_HAND, claim
from wanhao.network.contracts import Barring
from wanhao.network.gateway.client import HttpProvisioning
from wanhao.network.queries import NEXT_DUE, failing, next_due, profiles_of_lines, waiting
from wanhao.network.sending import LONGEST_AWAY, Sender, Sent, pause_after

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(peer: RunningPeer, clock: Clock) -> Sender:
    return a_sender(peer, clock)


@pytest.fixture
def line() -> int:
    (line,) = some_lines(1)
    request_profiles([a_profile(line, Barring.OUTGOING)], NOON)
    return line


def test_what_is_asked_is_sent_once_and_confirmed(
    peer: RunningPeer, sender: Sender, line: int
) -> None:
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert sender.send() == Sent()
    view = profile_of(line)
    assert (view.sent_version, view.confirmed_version, view.confirmed_at) == (1, 1, NOON)
    assert (view.waits, view.attempts, view.error) == (False, 0, "")
    assert barrings_held(peer) == {line: Barring.OUTGOING}
    assert next_due() is None


@pytest.mark.parametrize("barring", Barring)
def test_every_profile_carries_the_emergency_numbers(
    barring: Barring, peer: RunningPeer, sender: Sender
) -> None:
    (line,) = some_lines(1)
    request_profiles([a_profile(line, barring)], NOON)
    sender.send()
    held = held_by(peer)[line]
    assert held.calls >= {"110", "119", "120", "122"}
    assert (held.calls, held.messages, held.incoming) == (
        LISTS.on(NOON.date())[barring].calls,
        LISTS.on(NOON.date())[barring].messages,
        barring in {Barring.NONE, Barring.OUTGOING},
    )


def test_thousands_go_in_batches_of_five_hundred(
    peer: RunningPeer, sender: Sender, clock: Clock
) -> None:
    lines = some_lines(2_300)
    request_profiles(several(lines, Barring.ALL), NOON)
    took = []
    while (step := sender.send()).taken:
        took.append(step.taken)
    assert took == [500, 500, 500, 500, 300]
    assert barrings_held(peer) == dict.fromkeys(lines, Barring.ALL)


def test_who_is_let_again_does_not_wait_behind_those_who_are_barred(
    peer: RunningPeer, sender: Sender
) -> None:
    lines = some_lines(1_200)
    request_profiles(several(lines[:-1], Barring.OUTGOING), NOON - SECOND)
    request_profiles([a_profile(lines[-1], Barring.NONE, FIRST_NUMBER + 1_199)], NOON)
    sender.send()
    assert not profile_of(lines[-1]).waits
    assert waiting().profiles == 700


def test_a_refused_one_is_sent_again_later_each_time_and_holds_up_nobody(
    peer: RunningPeer, sender: Sender, clock: Clock
) -> None:
    lines = some_lines(2)
    peer.told(refuse=FIRST_NUMBER, reason="no such subscriber")
    request_profiles(several(lines, Barring.ALL), NOON)
    assert sender.send() == Sent(taken=2, confirmed=1, refused=1)
    waited = []
    for _ in range(4):
        view = profile_of(lines[0])
        assert (view.error, view.waits) == ("no such subscriber", True)
        waited.append(view.next_at - clock())
        assert sender.send() == Sent()
        clock.now = view.next_at
        sender.send()
    assert waited == [SECOND, 2 * SECOND, 4 * SECOND, 8 * SECOND]
    assert [one.line_id for one in failing(5)] == [lines[0]]

    peer.told(accept=FIRST_NUMBER)
    clock.now = profile_of(lines[0]).next_at
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert (profile_of(lines[0]).error, profile_of(lines[0]).attempts) == ("", 0)


def test_a_refused_one_waits_an_hour_at_most() -> None:
    assert pause_after(1) == SECOND
    assert pause_after(13) == pause_after(1_000) == timedelta(hours=1)


def test_something_newer_is_sent_at_once_whatever_was_refused_before(
    peer: RunningPeer, sender: Sender, line: int
) -> None:
    peer.told(refuse=FIRST_NUMBER)
    sender.send()
    peer.told(accept=FIRST_NUMBER)
    request_profiles([a_profile(line)], NOON)
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert barrings_held(peer) == {line: Barring.NONE}


@pytest.mark.parametrize("fault", ["fail", "garbage", "lose-answer"])
def test_without_an_answer_it_is_sent_again_and_taken_once(
    fault: str, peer: RunningPeer, sender: Sender, line: int, clock: Clock
) -> None:
    peer.told(fault=fault)
    step = sender.send()
    assert (step.taken, step.confirmed) == (1, 0)
    assert step.away
    assert profile_of(line).waits
    clock.pass_by(SECOND)
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert peer.taken() == [(line, 1)]


def test_while_nobody_answers_a_single_one_knocks(
    peer: RunningPeer, sender: Sender, clock: Clock
) -> None:
    lines = some_lines(600)
    request_profiles(several(lines, Barring.ALL), NOON)
    peer.told(fault="fail", times=3)
    assert [sender.send().taken for _ in range(3)] == [500, 1, 1]
    assert [sender.send().taken for _ in range(5)] == [1, 8, 64, 500, 25]
    clock.pass_by(LONGEST_AWAY)
    assert sender.send().taken == 2
    assert waiting().profiles == 0


def test_after_a_long_absence_nothing_waits_for_more_than_seconds(
    peer: RunningPeer, sender: Sender, line: int, clock: Clock
) -> None:
    peer.told(fault="fail", times=20)
    for _ in range(20):
        assert sender.send().away
        clock.now = profile_of(line).next_at
    assert profile_of(line).next_at - clock() <= LONGEST_AWAY
    assert sender.send() == Sent(taken=1, confirmed=1)


def test_one_that_spoils_its_batch_is_found_and_the_others_are_taken(
    clock: Clock, peer: RunningPeer
) -> None:
    lines = some_lines(40)
    spoils = lines[17]

    class Choosy(HttpProvisioning):
        """Refuses whatever is sent together with one line."""

        def put(self, profiles):
            if any(one.line_id == spoils for one in profiles):
                peer.told(fault="refuse-batch")
            return super().put(profiles)

    request_profiles(several(lines, Barring.ALL), NOON)
    choosy = Sender(Choosy(peer.config), LISTS, clock)
    assert choosy.send() == Sent(taken=40, confirmed=39, refused=1)
    assert "422" in profile_of(spoils).error
    assert set(barrings_held(peer)) == set(lines) - {spoils}


def test_the_network_restarted_is_told_what_it_missed(
    peer: RunningPeer, sender: Sender, line: int, clock: Clock
) -> None:
    sender.send()
    peer.kill()
    request_profiles([a_profile(line)], NOON)
    assert sender.send().away
    peer.start()
    clock.pass_by(SECOND)
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert barrings_held(peer) == {line: Barring.NONE}


def test_an_older_version_that_comes_late_changes_nothing(
    peer: RunningPeer, sender: Sender, line: int, clock: Clock
) -> None:
    (old,) = claim(1, NOON)  # in the hands of somebody slow
    request_profiles([a_profile(line)], NOON)
    assert sender.send() == Sent(taken=1, confirmed=1)
    slow = HttpProvisioning(peer.config)
    late = sent(line, old.version, old.barring, number=old.number)
    answers = slow.put([late])
    step = sending._settle([old], {line: late}, answers, NOON)
    slow.close()
    assert (step.confirmed, barrings_held(peer)) == (0, {line: Barring.NONE})
    view = profile_of(line)
    assert (view.version, view.confirmed_version, view.waits) == (2, 2, False)


def test_what_a_killed_sender_had_in_hand_is_sent_by_another(
    peer: RunningPeer, sender: Sender, line: int, clock: Clock
) -> None:
    assert len(claim(1, NOON)) == 1
    assert sender.send() == Sent()
    clock.pass_by(IN_HAND)
    assert sender.send() == Sent(taken=1, confirmed=1)


def test_a_database_behind_the_network_catches_up(
    peer: RunningPeer, sender: Sender, line: int, clock: Clock
) -> None:
    """As after it was restored from a copy: the network holds versions of a lost future."""
    ahead = HttpProvisioning(peer.config)
    ahead.put([sent(line, 40, Barring.ALL, number=FIRST_NUMBER)])
    ahead.close()
    assert sender.send() == Sent(taken=1, refused=1)
    assert profile_of(line).version == 41
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert barrings_held(peer) == {line: Barring.OUTGOING}


def test_the_same_version_with_other_content_is_not_taken_for_an_answer(
    peer: RunningPeer, sender: Sender, line: int
) -> None:
    ahead = HttpProvisioning(peer.config)
    ahead.put([sent(line, 1, Barring.ALL, number=FIRST_NUMBER)])
    ahead.close()
    assert sender.send() == Sent(taken=1, refused=1)
    assert profile_of(line).waits
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert held_by(peer)[line].version == 2


def test_a_network_that_never_holds_what_it_is_told_is_asked_more_and_more_seldom(
    peer: RunningPeer, sender: Sender, line: int, clock: Clock
) -> None:
    class Stubborn(HttpProvisioning):
        def put(self, profiles):
            answers = super().put(profiles)
            peer.told(change=line, data=True)
            return {key: type(value)(held=held_by(peer)[key]) for key, value in answers.items()}

    stubborn, waited = Sender(Stubborn(peer.config), LISTS, clock), []
    for _ in range(4):
        stubborn.send()
        waited.append(profile_of(line).next_at - clock())
        clock.now = profile_of(line).next_at
    assert waited == [timedelta(), SECOND, 2 * SECOND, 4 * SECOND]


def test_a_number_passes_from_one_line_to_another_in_one_batch(
    peer: RunningPeer, sender: Sender
) -> None:
    first, second = some_lines(2)
    request_profiles([a_profile(first)], NOON)
    sender.send()
    request_profiles([a_profile(second), a_profile(first, Barring.REMOVED)], NOON)
    assert sender.send() == Sent(taken=2, confirmed=2)
    assert barrings_held(peer) == {first: Barring.REMOVED, second: Barring.NONE}


def test_sent_again_by_hand_is_a_new_version(
    peer: RunningPeer, sender: Sender, line: int, clock: Clock
) -> None:
    sender.send()
    peer.told(forget=line)
    assert send_again([line, 999_999], NOON) == 1
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert held_by(peer)[line].version == 2


def test_what_waits_after_failures_is_sent_again_by_hand_at_once(
    peer: RunningPeer, sender: Sender, line: int
) -> None:
    peer.told(refuse=FIRST_NUMBER)
    sender.send()
    peer.told(accept=FIRST_NUMBER)
    assert sender.send() == Sent()
    send_again([line], NOON)
    assert sender.send() == Sent(taken=1, confirmed=1)
    assert profiles_of_lines([line])[line].version == 1


@pytest.mark.parametrize(
    ("asked", "given"),
    [(CLAIM, [NOON, NOON + SECOND, 500]), (NEXT_DUE, [])],
    ids=["claim", "next due"],
)
def test_what_waits_is_found_without_a_look_at_what_does_not(
    asked: str, given: list, sender: Sender
) -> None:
    lines = some_lines(2_000)
    request_profiles(several(lines, Barring.ALL), NOON)
    while sender.send().taken:
        pass
    request_profiles(several(lines[:3], Barring.NONE), NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE wanhao_network_lineprofile")
        cursor.execute(f"EXPLAIN {asked}", given)
        plan = "\n".join(row for (row,) in cursor.fetchall())
    assert "profile_due" in plan
    assert "Seq Scan on wanhao_network_lineprofile" not in plan
