"""Every sender has a name of its own; what a dead one had in hand is settled by the living."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from tests.communications.conftest import Town
from tests.communications.crossings import LATER, in_hand, state_of, voice_crossing
from wanhao.communications.workers import WorkerName, settle_dead

OTHERS = """
SELECT count(*) FROM pg_locks
WHERE locktype = 'advisory' AND pid <> pg_backend_pid()
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def another_sender() -> Iterator[str]:
    """A sender with a connection of its own, until the block ends; gives its name."""
    has_name, may_end, names = threading.Event(), threading.Event(), []

    def live() -> None:
        try:
            names.append(WorkerName("sms").current())
            has_name.set()
            may_end.wait(30)
        finally:
            connection.close()

    thread = threading.Thread(target=live)
    thread.start()
    assert has_name.wait(30)
    try:
        yield names[0]
    finally:
        may_end.set()
        thread.join()
        until_ended()


def until_ended() -> None:
    """The server lets go of a name when it notices that its connection is closed."""
    for _ in range(3000):
        with connection.cursor() as cursor:
            cursor.execute(OTHERS)
            if cursor.fetchone() == (0,):
                return
        time.sleep(0.01)
    raise AssertionError("a connection that was closed goes on")


def test_two_senders_have_two_names() -> None:
    with another_sender() as other:
        assert other == "sms-1"
        assert WorkerName("sms").current() == "sms-2"


def test_a_name_is_kept_while_the_connection_lives_and_free_afterwards() -> None:
    name = WorkerName("sms")
    assert name.current() == name.current() == "sms-1"
    connection.close()
    until_ended()
    with another_sender() as other:
        assert other == "sms-1"
        assert name.current() == "sms-2"


def test_what_a_living_sender_has_in_hand_is_left_to_it(shared_town: Town) -> None:
    mine = WorkerName("sms")
    with another_sender() as other:
        (message,) = in_hand(voice_crossing(shared_town.family), worker=other)
        assert settle_dead(mine, LATER) == 0
        assert state_of(message.message_id) == "submitting"
    assert mine.current() == "sms-2"
    assert settle_dead(mine, LATER) == 1
    assert state_of(message.message_id) == "unknown"


def test_what_another_kind_of_sender_has_in_hand_is_not_looked_at(shared_town: Town) -> None:
    (message,) = in_hand(voice_crossing(shared_town.family), worker="mail-1")
    assert settle_dead(WorkerName("sms"), LATER) == 0
    assert state_of(message.message_id) == "submitting"
