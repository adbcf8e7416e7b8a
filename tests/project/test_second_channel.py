"""What a worker does beside for required messages SMS did not carry."""

import socket
import threading
from datetime import timedelta

import pytest

from tests.communications.conftest import Town, build_town
from tests.communications.crossings import NOW, data_crossing, in_hand, state_of
from wanhao.channels.email.contracts import SmtpConfig, smtp_config
from wanhao.communications.actions import mark_failed, release_due
from wanhao.communications.inbox import inbox
from wanhao.parties.actions import set_medium_of_customer
from wanhao.parties.contracts import ContactMedium, MediumKind
from wanhao.project.second_channel import LONGEST_PAUSE, SecondChannel

LATER = NOW + timedelta(seconds=5)


class Stop(threading.Event):
    """Notes how long it would have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return False


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


def refused(town: Town, medium: ContactMedium) -> tuple[int, int]:
    """The line and the message of a customer whom SMS does not reach."""
    line = town.family.groups[0].lines[0].line_id
    set_medium_of_customer(line, medium, NOW)
    (message,) = in_hand(data_crossing(town.family))
    mark_failed(message.message_id, "refused", NOW)
    return line, message.message_id


def turns(smtp: SmtpConfig | None, stop: Stop) -> SecondChannel:
    return SecondChannel(stop, lambda: LATER, smtp, "【万号】", pause=5.0)


def test_the_inbox_has_it_after_one_turn_and_then_there_is_nothing_to_do(town: Town) -> None:
    line, message = refused(town, ContactMedium(kind=MediumKind.APP, value="li"))
    turn = turns(None, stop := Stop())
    turn()
    assert (state_of(message), len(inbox([line])), stop.waits) == ("accepted", 1, [])
    turn()
    assert stop.waits == [5.0]


def test_while_the_mail_server_is_away_the_pauses_grow(town: Town) -> None:
    _, message = refused(town, ContactMedium(kind=MediumKind.EMAIL, value="li@example.com"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    turn = turns(smtp_config(f"smtp://127.0.0.1:{port}", "a@b.example", ""), stop := Stop())
    turn()
    release_due(LATER)
    for _ in range(8):
        turn()
    assert stop.waits[0] == 10.0
    assert sorted(stop.waits) == stop.waits
    assert stop.waits[-1] == LONGEST_PAUSE
    assert state_of(message) == "released"
