"""What the network is to let a line do is asked once, and again only when it differs."""

import threading

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.network.examples import NOON, SECOND, a_profile, profile_of, several, some_lines
from wanhao.network import waking
from wanhao.network.actions import hold_profiles, request_profiles
from wanhao.network.contracts import Barring
from wanhao.network.queries import profiles_of_lines

in_a_transaction = pytest.mark.django_db
for_real = pytest.mark.django_db(transaction=True)


@in_a_transaction
def test_a_line_asked_for_the_first_time_waits_in_version_1() -> None:
    (line,) = some_lines(1)
    assert request_profiles([a_profile(line, Barring.OUTGOING)], NOON) == 1
    asked = profile_of(line)
    assert (asked.barring, asked.data, asked.version) == (Barring.OUTGOING, False, 1)
    assert (asked.sent_version, asked.confirmed_version, asked.waits) == (0, 0, True)
    assert (asked.requested_at, asked.next_at) == (NOON, NOON)


@in_a_transaction
def test_what_is_wanted_already_is_not_asked_again() -> None:
    (line,) = some_lines(1)
    request_profiles([a_profile(line)], NOON)
    assert request_profiles([a_profile(line)], NOON + SECOND) == 0
    assert (profile_of(line).version, profile_of(line).requested_at) == (1, NOON)


@pytest.mark.parametrize(
    "other",
    [
        {"barring": Barring.ALL, "data": True},
        {"barring": Barring.NONE, "data": False},
        {"barring": Barring.NONE, "data": True, "roaming": True},
        {"barring": Barring.NONE, "data": True, "number": 16_907_919_999},
    ],
    ids=["barring", "data", "roaming", "number"],
)
@in_a_transaction
def test_each_difference_is_a_new_version(other: dict) -> None:
    (line,) = some_lines(1)
    request_profiles([a_profile(line)], NOON)
    assert request_profiles([a_profile(line, **other)], NOON + SECOND) == 1
    asked = profile_of(line)
    assert (asked.version, asked.requested_at) == (2, NOON + SECOND)
    assert {key: getattr(asked, key) for key in other} == other


@in_a_transaction
def test_of_several_for_one_line_the_last_counts() -> None:
    (line,) = some_lines(1)
    wanted = [a_profile(line, Barring.ALL), a_profile(line, Barring.OUTGOING)]
    assert request_profiles(wanted, NOON) == 1
    assert profile_of(line).barring is Barring.OUTGOING


@in_a_transaction
def test_nothing_asked_is_nothing_done() -> None:
    assert request_profiles([], NOON) == 0


@in_a_transaction
def test_only_what_was_asked_for_before_can_be_held() -> None:
    lines = some_lines(3)
    request_profiles(several(lines[:2], Barring.NONE), NOON)
    assert hold_profiles(lines) == set(lines[:2])
    assert hold_profiles([]) == set()


@in_a_transaction
def test_thousands_are_asked_for_in_one_statement() -> None:
    lines = some_lines(3_000)
    request_profiles(several(lines[:1_000], Barring.ALL), NOON)
    with CaptureQueriesContext(connection) as asked:
        assert request_profiles(several(lines, Barring.ALL), NOON) == 2_000
    written = [query["sql"] for query in asked if "lineprofile" in query["sql"]]
    assert len(written) == 1
    assert {view.version for view in profiles_of_lines(lines).values()} == {1}


@for_real
def test_senders_are_woken_when_it_is_committed_and_not_before() -> None:
    (line,) = some_lines(1)
    waking.listen()
    heard: list[bool] = []

    def ask() -> None:
        with transaction.atomic():
            request_profiles([a_profile(line)], NOON)
            written.set()
            commit.wait(10)
        connection.close()

    written, commit = threading.Event(), threading.Event()
    asking = threading.Thread(target=ask)
    asking.start()
    assert written.wait(10)
    heard.append(waking.wait(0.1))
    commit.set()
    heard.append(waking.wait(10))
    asking.join()
    assert heard == [False, True]


@for_real
def test_two_who_ask_for_the_same_lines_at_once_both_come_through() -> None:
    lines = some_lines(400)
    new: list[int] = []

    def ask(barring: Barring) -> None:
        wanted = several(lines, barring)
        for turn in range(10):
            with transaction.atomic():
                new.append(request_profiles(wanted if turn % 2 else wanted[::-1], NOON))
        connection.close()

    asking = [threading.Thread(target=ask, args=(one,)) for one in (Barring.ALL, Barring.NONE)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert len(new) == 20
    assert sum(view.version for view in profiles_of_lines(lines).values()) == sum(new)
