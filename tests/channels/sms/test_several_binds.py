"""Several binds share the work; one that is down keeps nobody waiting."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.channels.sms.fakes import MemoryOutbox, Sms, texts_at, until
from wanhao.channels.sms.claimed import Claimed
from wanhao.channels.sms.contracts import BindKind, SmscConfig, SmsConfig
from wanhao.channels.sms.peer import PeerSettings, SmscPeer
from wanhao.communications.contracts import DeliveryClass, OutgoingMessage
from wanhao.values.errors import WanhaoError

REQUIRED = DeliveryClass.REQUIRED


@contextmanager
def _another(packages: Path) -> Iterator[SmscPeer]:
    settings = PeerSettings(port=0, http_port=0, modules=packages, receipt_delay_ms=20)
    with SmscPeer(settings) as peer:
        yield peer


@pytest.fixture
def second(packages: Path) -> Iterator[SmscPeer]:
    with _another(packages) as peer:
        yield peer


@pytest.fixture
def binds(config: SmscConfig, second: SmscPeer) -> tuple[SmscConfig, SmscConfig]:
    other = replace(config, name="second", port=second.address.port)
    return replace(config, name="first"), other


def _texts(count: int) -> list[str]:
    return [f"第{i}条" for i in range(count)]


def _arrived(*peers: SmscPeer) -> Counter[str]:
    return Counter(text for peer in peers for text in texts_at(peer))


def test_binds_share_the_messages_by_their_free_room(
    smsc: SmscPeer, second: SmscPeer, binds: tuple[SmscConfig, SmscConfig]
) -> None:
    outbox = MemoryOutbox()
    for peer in (smsc, second):
        peer.post("/mode", delay_ms=50)
    with Sms(binds, outbox) as sms:
        until(lambda: "first bound" in sms.line and "second bound" in sms.line)
        outbox.release(_texts(60))
        until(lambda: len(outbox.receipts) == 60)
    assert _arrived(smsc, second) == Counter(_texts(60))
    # Equal windows and equal delays: each had room about as often as the other.
    assert min(len(texts_at(smsc)), len(texts_at(second))) > 10
    assert any(
        "first bound" in line and "second bound" in line and "| sent" in line for line in sms.lines
    )


def test_one_bind_that_is_down_does_not_hold_up_the_other(
    smsc: SmscPeer, second: SmscPeer, binds: tuple[SmscConfig, SmscConfig]
) -> None:
    outbox = MemoryOutbox(_texts(20))
    second.stop()
    with Sms(binds, outbox) as sms:
        until(lambda: outbox.count("accepted") == 20)
        until(lambda: "second waiting" in sms.line)
        second.start()
        until(lambda: "second bound" in sms.line)
        smsc.stop()
        until(lambda: "first waiting" in sms.line)
        outbox.release(["后来"])
        until(lambda: outbox.count("accepted") == 21)
    assert _arrived(second) == Counter(["后来"])


def test_a_throttled_bind_leaves_its_share_to_the_other(
    smsc: SmscPeer, second: SmscPeer, binds: tuple[SmscConfig, SmscConfig]
) -> None:
    smsc.post("/mode", throttle_first=1000)
    outbox = MemoryOutbox(_texts(30))
    with Sms(binds, outbox):
        until(lambda: outbox.count("accepted") == 30)
    assert _arrived(smsc, second) == Counter(_texts(30))
    assert texts_at(smsc) == []


def test_a_spare_bind_carries_only_while_the_first_is_down(
    smsc: SmscPeer, second: SmscPeer, binds: tuple[SmscConfig, SmscConfig]
) -> None:
    first, other = binds
    outbox = MemoryOutbox()
    with Sms((first, replace(other, priority=1)), outbox) as sms:
        until(lambda: "first bound" in sms.line and "second bound" in sms.line)
        outbox.release(_texts(20))
        until(lambda: outbox.count("accepted") == 20)
        assert len(texts_at(smsc)) == 20
        smsc.stop()
        until(lambda: "first waiting" in sms.line)
        outbox.release(["后来"])
        until(lambda: outbox.count("accepted") == 21)
    assert _arrived(second) == Counter(["后来"])


def test_a_transmitter_sends_and_a_receiver_hears_of_it(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox()
    sends = replace(config, name="sends", kind=BindKind.TRANSMITTER)
    hears = replace(config, name="hears", kind=BindKind.RECEIVER)
    with Sms((hears, sends), outbox) as sms:
        until(lambda: "hears bound" in sms.line and "sends bound" in sms.line)
        outbox.release(_texts(5))
        until(lambda: len(outbox.receipts) == 5)
    assert smsc.get("/stats")["submits"] == 5


def test_binds_that_can_only_receive_are_refused(config: SmscConfig) -> None:
    with pytest.raises(WanhaoError, match="No bind can send"):
        SmsConfig(binds=(replace(config, kind=BindKind.RECEIVER),))


def test_a_required_message_overtakes_the_comfort_that_was_claimed_before(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = MemoryOutbox(_texts(200))
    slow = replace(config, window=4, per_second=20.0)
    with Sms(slow, outbox):
        until(lambda: smsc.get("/stats")["submits"] >= 6)
        outbox.release(["必须"], delivery_class=REQUIRED, urgent=True)
        # What was in hand before it, and two hundred others, come behind it.
        until(lambda: "必须" in texts_at(smsc)[:-1])


def _message(number: int, required: bool = False, urgent: bool = False) -> OutgoingMessage:
    return OutgoingMessage(
        message_id=number,
        number=16907910001,
        text="",
        delivery_class=REQUIRED if required else DeliveryClass.COMFORT,
        urgent=urgent,
    )


def test_of_what_is_in_hand_required_goes_first_then_urgent_then_the_oldest() -> None:
    claimed = Claimed()
    claimed.add([_message(1), _message(2, urgent=True), _message(3)])
    claimed.add([_message(4, required=True), _message(5, urgent=True)])
    assert claimed.take().message_id == 4
    assert [message.message_id for message in claimed.take_all()] == [2, 5, 1, 3]
    assert len(claimed) == 0


def test_the_smsc_is_told_until_when_a_message_is_true(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox()
    until_evening = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
    outbox.release(["今晚"], expires_at=until_evening)
    outbox.release(["随时"], urgent=True)
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 2)
    told = {message["text"]: message for message in smsc.messages()}
    assert told["今晚"]["valid_until"] == "2026-11-20T10:00:00.000Z"
    assert told["随时"]["valid_until"] in (None, "")
    assert (told["今晚"]["priority"], told["随时"]["priority"]) == (0, 1)


def test_what_is_not_true_any_more_does_not_leave(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox()
    with Sms(config, outbox) as sms:
        outbox.release(["昨天"], expires_at=sms.now - timedelta(minutes=1))
        outbox.release(["今天"], expires_at=sms.now + timedelta(minutes=1))
        until(lambda: outbox.count("accepted") == 1 and outbox.claims > 2)
    assert texts_at(smsc) == ["今天"]
    assert outbox.state[1] == "released"
