"""Delivery receipts: late, twice, early, in parts, and for messages nobody answered for."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from tests.communications.conftest import Town, a_street
from tests.communications.crossings import (
    LATER,
    NOW,
    balance_crossing,
    data_crossing,
    in_hand,
    state_of,
    voice_crossing,
)
from wanhao.communications.actions import mark_accepted, mark_unknown, record_receipt
from wanhao.communications.contracts import OutgoingMessage, Receipt, ReceiptState
from wanhao.communications.models import CommunicationMessage, HeldReceipt, MessagePart

MAIN = 16907920001
HOURS_LATER = NOW + timedelta(hours=7)


def receipt(
    channel_message_id: str | None = "a1",
    state: ReceiptState = ReceiptState.DELIVERED,
    *,
    number: int = MAIN,
    at: datetime = LATER,
    error: str = "",
    reference: int | None = None,
) -> Receipt:
    return Receipt(
        channel_message_id=channel_message_id,
        number=number,
        state=state,
        error=error,
        received_at=at,
        reference=reference,
    )


def accepted(town: Town, *ids: str) -> OutgoingMessage:
    (message,) = in_hand(voice_crossing(town.family))
    mark_accepted(message.message_id, ids or ["a1"], LATER)
    return message


def test_a_receipt_hours_later_delivers_the_message(town: Town) -> None:
    message = accepted(town)
    assert record_receipt(receipt(at=HOURS_LATER))
    assert state_of(message.message_id) == "delivered"
    assert MessagePart.objects.get().settled_at == HOURS_LATER


def test_a_long_message_is_delivered_with_its_last_part(town: Town) -> None:
    message = accepted(town, "a1", "a2")
    record_receipt(receipt("a2"))
    assert state_of(message.message_id) == "accepted"
    record_receipt(receipt("a1"))
    assert state_of(message.message_id) == "delivered"


def test_a_message_that_lost_a_part_failed(town: Town) -> None:
    message = accepted(town, "a1", "a2")
    record_receipt(receipt("a1", ReceiptState.FAILED, error="UNDELIV 042"))
    assert state_of(message.message_id) == "accepted"
    record_receipt(receipt("a2"))
    row = CommunicationMessage.objects.get()
    assert (row.state, row.error) == ("failed", "UNDELIV 042")


def test_the_same_receipt_twice_changes_nothing_more(town: Town) -> None:
    message = accepted(town)
    assert record_receipt(receipt())
    assert record_receipt(receipt(state=ReceiptState.FAILED, at=HOURS_LATER))
    assert state_of(message.message_id) == "delivered"
    assert MessagePart.objects.get().settled_at == LATER


def test_a_receipt_that_says_on_its_way_settles_nothing(town: Town) -> None:
    message = accepted(town)
    assert record_receipt(receipt(state=ReceiptState.PENDING))
    assert state_of(message.message_id) == "accepted"
    assert MessagePart.objects.get().settled_at is None


def test_a_receipt_nobody_waits_for_fits_no_message(town: Town) -> None:
    accepted(town)
    assert not record_receipt(receipt("zz"))
    assert not record_receipt(receipt("a1", number=16907930001))
    assert not record_receipt(receipt(None, number=16907930001))


def test_a_receipt_may_overtake_the_answer_to_its_submit(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    assert record_receipt(receipt("a1"))
    assert state_of(message.message_id) == "submitting"

    mark_accepted(message.message_id, ["a1"], LATER)
    assert state_of(message.message_id) == "delivered"
    assert HeldReceipt.objects.count() == 0


def test_an_unknown_message_is_known_by_destination_and_time(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_unknown(message.message_id, LATER)

    assert not record_receipt(receipt("q7", at=NOW - timedelta(minutes=1)))
    assert not record_receipt(receipt("q7", number=16907930001))
    assert record_receipt(receipt("q7", at=HOURS_LATER))
    assert state_of(message.message_id) == "delivered"
    assert record_receipt(receipt("q7", at=HOURS_LATER))


def test_a_receipt_after_days_is_too_late_for_an_unknown_message(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_unknown(message.message_id, LATER)
    assert not record_receipt(receipt("q7", at=NOW + timedelta(days=4)))
    assert state_of(message.message_id) == "unknown"


def test_a_receipt_for_an_accepted_message_leaves_an_unknown_one_alone(town: Town) -> None:
    known = accepted(town)
    (unknown,) = in_hand(balance_crossing(town.family))
    mark_unknown(unknown.message_id, LATER)
    record_receipt(receipt("a1"))
    assert (state_of(known.message_id), state_of(unknown.message_id)) == ("delivered", "unknown")


def test_a_receipt_that_came_while_the_submit_was_given_up_is_not_lost(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    record_receipt(receipt("q7"))
    mark_unknown(message.message_id, LATER)
    assert state_of(message.message_id) == "delivered"


@pytest.mark.parametrize("held", [True, False], ids=["while in hand", "afterwards"])
@pytest.mark.parametrize("place", [0, 1])
def test_the_reference_tells_two_unknown_messages_apart(town: Town, place: int, held: bool) -> None:
    both = in_hand(voice_crossing(town.family), data_crossing(town.family, 80, number=MAIN))
    arrived = both[place].message_id
    echo = receipt("q7", reference=arrived & 0xFFFF)
    if held:
        record_receipt(echo)
    for message in both:
        mark_unknown(message.message_id, LATER)
    if not held:
        assert not record_receipt(receipt("q8", reference=(arrived + 2) & 0xFFFF))
        assert record_receipt(echo)
    states = {message.message_id: state_of(message.message_id) for message in both}
    assert states.pop(arrived) == "delivered"
    assert set(states.values()) == {"unknown"}


def test_without_a_reference_the_one_sent_first_is_meant(town: Town) -> None:
    first, second = in_hand(
        voice_crossing(town.family), data_crossing(town.family, 80, number=MAIN)
    )
    for message in (first, second):
        mark_unknown(message.message_id, LATER)
    record_receipt(receipt("q7"))
    assert (state_of(first.message_id), state_of(second.message_id)) == ("delivered", "unknown")


def test_a_repeated_receipt_of_another_message_does_not_deliver_an_unknown_one(town: Town) -> None:
    accepted(town)
    record_receipt(receipt("a1"))
    (message,) = in_hand(balance_crossing(town.family))
    record_receipt(receipt("a1", at=LATER))
    mark_unknown(message.message_id, LATER)
    assert state_of(message.message_id) == "unknown"


def test_networks_use_their_ids_again(town: Town) -> None:
    old = accepted(town)
    record_receipt(receipt("a1"))
    (new,) = in_hand(data_crossing(town.family))
    mark_accepted(new.message_id, ["a1"], LATER)
    record_receipt(receipt("a1", ReceiptState.FAILED))
    assert (state_of(old.message_id), state_of(new.message_id)) == ("delivered", "failed")


def test_receipts_of_all_parts_at_once_deliver_the_message(shared_town: Town) -> None:
    ids = [f"p{n}" for n in range(8)]
    message = accepted(shared_town, *ids)

    def arrive(channel_message_id: str) -> None:
        try:
            record_receipt(receipt(channel_message_id))
        finally:
            connection.close()

    threads = [threading.Thread(target=arrive, args=(key,)) for key in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert state_of(message.message_id) == "delivered"


def test_receipt_and_answer_at_the_same_moment_never_miss_each_other(shared_town: Town) -> None:
    for turn, house in enumerate(a_street(20)):
        (message,) = in_hand(voice_crossing(house))
        start = threading.Barrier(2)

        def both(action, start: threading.Barrier = start) -> None:
            try:
                start.wait(60)
                action()
            finally:
                connection.close()

        actions = (
            lambda key=f"t{turn}", to=message.number: record_receipt(receipt(key, number=to)),
            lambda m=message, key=f"t{turn}": mark_accepted(m.message_id, [key], LATER),
        )
        threads = [threading.Thread(target=both, args=(action,)) for action in actions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert state_of(message.message_id) == "delivered"
