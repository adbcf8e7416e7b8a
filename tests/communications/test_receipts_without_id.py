"""Receipts that name no id, or another than the answer did, still find their message."""

from dataclasses import replace

from tests.communications.conftest import Town
from tests.communications.crossings import (
    LATER,
    balance_crossing,
    data_crossing,
    in_hand,
    state_of,
    voice_crossing,
)
from tests.communications.test_receipts import HOURS_LATER, receipt
from wanhao.communications.actions import (
    mark_accepted,
    mark_accepted_many,
    mark_unknown,
    record_receipt,
    record_receipts,
)
from wanhao.communications.contracts import ReceiptState
from wanhao.communications.models import CommunicationMessage, HeldReceipt, MessagePart


def test_a_receipt_without_an_id_goes_to_the_message_of_its_reference(town: Town) -> None:
    first, second = in_hand(voice_crossing(town.family), data_crossing(town.family))
    mark_accepted_many({first.message_id: ["a1"], second.message_id: ["a2"]}, LATER)
    assert record_receipt(receipt(None, reference=first.message_id & 0xFFFF))
    assert state_of(first.message_id) == "delivered"
    assert state_of(second.message_id) == "accepted"


def test_without_a_reference_it_goes_to_the_newest_message_to_that_number(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_accepted(message.message_id, ["a1"], LATER)
    assert record_receipt(receipt(None, ReceiptState.FAILED, error="034"))
    row = CommunicationMessage.objects.get(id=message.message_id)
    assert (row.state, row.error) == ("failed", "034")


def test_each_receipt_without_an_id_settles_one_part(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_accepted(message.message_id, ["a1", "a2"], LATER)
    assert record_receipt(receipt(None))
    assert state_of(message.message_id) == "accepted"
    assert record_receipt(receipt(None))
    assert state_of(message.message_id) == "delivered"


def test_an_id_of_another_message_is_not_taken_for_an_accepted_one(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_accepted(message.message_id, ["a1"], LATER)
    assert not record_receipt(receipt("zz"))
    assert not record_receipt(receipt("zz", reference=(message.message_id + 1) & 0xFFFF))
    assert state_of(message.message_id) == "accepted"


def test_an_id_nobody_knows_counts_with_the_right_reference(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_accepted(message.message_id, ["a1"], LATER)
    assert record_receipt(receipt("zz", reference=message.message_id & 0xFFFF))
    assert state_of(message.message_id) == "delivered"
    assert MessagePart.objects.count() == 1


def test_an_unknown_message_is_settled_by_its_reference(town: Town) -> None:
    first, second = in_hand(voice_crossing(town.family), data_crossing(town.family, 80))
    for message in (first, second):
        mark_unknown(message.message_id, LATER)
    assert record_receipt(receipt(None, reference=first.message_id & 0xFFFF, at=HOURS_LATER))
    assert (state_of(first.message_id), state_of(second.message_id)) == ("delivered", "unknown")


def test_an_id_may_be_spelt_in_another_way(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_accepted(message.message_id, ["ff"], LATER)
    assert record_receipt(replace(receipt("255"), spellings=("ff", "FF", "000000FF")))
    assert state_of(message.message_id) == "delivered"


def test_an_early_receipt_in_another_spelling_is_held_and_found(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    assert record_receipt(replace(receipt("255"), spellings=("ff", "FF", "000000FF")))
    mark_accepted(message.message_id, ["ff"], LATER)
    assert state_of(message.message_id) == "delivered"
    assert HeldReceipt.objects.count() == 0


def test_many_receipts_at_once_each_find_theirs(town: Town) -> None:
    voice, data = in_hand(voice_crossing(town.family), data_crossing(town.family))
    (money,) = in_hand(balance_crossing(town.smith))
    taken = {
        voice.message_id: ["v1", "v2"],
        data.message_id: ["d1"],
        money.message_id: ["m1"],
    }
    assert mark_accepted_many(taken, LATER) == 3
    told = record_receipts(
        [
            receipt("v1"),
            receipt("m1", number=money.number),
            receipt("v2", ReceiptState.FAILED, error="034"),
            receipt("v1"),
            receipt("none"),
            receipt("d1", ReceiptState.PENDING),
            receipt("m1", number=16900000000),
        ]
    )
    assert told == [True, True, True, True, False, True, False]
    assert state_of(voice.message_id) == "failed"
    assert state_of(data.message_id) == "accepted"
    assert state_of(money.message_id) == "delivered"


def test_what_is_accepted_too_late_is_left_as_it_is(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    assert mark_accepted_many({message.message_id: ["a1"], 999_999: ["b1"]}, LATER) == 1
    assert mark_accepted_many({message.message_id: ["a1"]}, LATER) == 0
    assert MessagePart.objects.count() == 1


def test_the_parts_a_text_takes_are_kept_with_it(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    row = CommunicationMessage.objects.get(id=message.message_id)
    assert row.sms_parts == (1 if len(message.text) <= 70 else 2)
