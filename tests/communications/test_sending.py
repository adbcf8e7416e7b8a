"""Messages in the hands of senders: each with one of them, comfort at most once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tests.communications.conftest import Town, a_street
from tests.communications.crossings import (
    LATER,
    NOW,
    balance_crossing,
    data_crossing,
    decide,
    in_hand,
    released,
    state_of,
    voice_crossing,
)
from wanhao.communications.actions import (
    claim_for_sending,
    mark_accepted,
    mark_failed,
    mark_unknown,
    put_back,
    release_due,
    settle_interrupted,
)
from wanhao.communications.contracts import DeliveryClass
from wanhao.communications.models import CommunicationMessage, MessagePart


def test_a_claimed_message_has_its_text_with_the_sign_off(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))

    assert message.text == (
        "您本月已用语音80分钟，共有100分钟，还剩20分钟，超出后按¥0.15/分钟计费。"
        "可拨10000换套餐。【万号】"
    )
    assert (message.number, message.delivery_class) == (16907920001, DeliveryClass.COMFORT)
    row = CommunicationMessage.objects.get()
    assert (row.state, row.text, row.worker) == ("submitting", message.text, "sms")


def test_a_line_is_written_to_in_its_language_and_with_the_operators_sign_off(town: Town) -> None:
    released(balance_crossing(town.smith))
    (message,) = claim_for_sending("sms", 10, NOW, sign_off=" [Gan Tel]")
    assert message.text == "Your balance is ¥14.99, below ¥15.00. Please top up soon. [Gan Tel]"


def test_required_messages_are_claimed_first_then_urgent_ones(town: Town) -> None:
    released(voice_crossing(town.smith), voice_crossing(town.family, 100, episode=1))
    released(balance_crossing(town.family, 500, left=499), data_crossing(town.family))
    rules = [
        CommunicationMessage.objects.get(id=message.message_id).rule
        for _ in range(4)
        for message in claim_for_sending("sms", 1, NOW)
    ]
    assert rules == ["data-100", "voice-100", "balance-5", "voice-80"]


def test_nothing_is_claimed_that_was_not_released(town: Town) -> None:
    decide(voice_crossing(town.family))
    assert claim_for_sending("sms", 10, NOW) == []


def test_two_senders_never_claim_the_same_message(shared_town: Town) -> None:
    street = a_street(300)
    decide(*(voice_crossing(house, 100) for house in street))
    assert release_due(NOW) == 300
    claimed: dict[str, list[int]] = {"one": [], "two": []}
    start = threading.Barrier(2)

    def send(worker: str) -> None:
        try:
            start.wait(60)
            while messages := claim_for_sending(worker, 7, NOW):
                claimed[worker] += [message.message_id for message in messages]
        finally:
            connection.close()

    senders = [threading.Thread(target=send, args=(worker,)) for worker in claimed]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(30)

    together = claimed["one"] + claimed["two"]
    assert len(together) == len(set(together)) == 300
    for worker, ids in claimed.items():
        assert set(
            CommunicationMessage.objects.filter(worker=worker).values_list("id", flat=True)
        ) == set(ids)


def test_an_accepted_message_knows_its_parts(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    assert mark_accepted(message.message_id, ["a1", "a2"], LATER)

    assert state_of(message.message_id) == "accepted"
    assert list(MessagePart.objects.values_list("channel_message_id", flat=True)) == ["a1", "a2"]
    assert CommunicationMessage.objects.get().accepted_at == LATER


def test_a_refused_message_keeps_the_reason(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    assert mark_failed(message.message_id, "ESME_RINVDSTADR" * 50, LATER)
    row = CommunicationMessage.objects.get()
    assert (row.state, row.error[:15]) == ("failed", "ESME_RINVDSTADR")


def test_a_message_put_back_is_sent_later_with_the_same_text(town: Town) -> None:
    (first,) = in_hand(voice_crossing(town.family))
    assert put_back(first.message_id, LATER)
    assert state_of(first.message_id) == "released"
    (again,) = claim_for_sending("other", 10, LATER, sign_off="changed")
    assert again == first


def test_a_comfort_message_without_an_answer_is_unknown_and_never_sent_again(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    assert mark_unknown(message.message_id, LATER)

    assert state_of(message.message_id) == "unknown"
    release_due(LATER)
    assert claim_for_sending("sms", 10, LATER) == []


def test_a_required_message_is_sent_three_times_at_most(town: Town) -> None:
    (message,) = in_hand(data_crossing(town.family))
    assert message.delivery_class is DeliveryClass.REQUIRED
    for _ in range(2):
        mark_unknown(message.message_id, LATER)
        assert state_of(message.message_id) == "released"
        assert claim_for_sending("sms", 10, LATER) == [message]
    mark_unknown(message.message_id, LATER)

    assert state_of(message.message_id) == "unknown"
    assert claim_for_sending("sms", 10, LATER) == []


def test_being_put_back_is_no_attempt(town: Town) -> None:
    (message,) = in_hand(data_crossing(town.family))
    for _ in range(5):
        put_back(message.message_id, LATER)
        claim_for_sending("sms", 10, LATER)
    mark_unknown(message.message_id, LATER)
    assert state_of(message.message_id) == "released"


def test_an_answer_after_all_makes_an_unknown_message_accepted(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_unknown(message.message_id, LATER)
    assert mark_accepted(message.message_id, ["a1"], LATER)
    assert state_of(message.message_id) == "accepted"


def test_a_move_that_comes_too_late_changes_nothing(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_accepted(message.message_id, ["a1"], LATER)

    assert not mark_failed(message.message_id, "late", LATER)
    assert not put_back(message.message_id, LATER)
    assert not mark_unknown(message.message_id, LATER)
    assert not mark_accepted(message.message_id, ["a2"], LATER)
    assert state_of(message.message_id) == "accepted"
    assert MessagePart.objects.count() == 1


def test_what_a_dead_sender_had_in_hand_counts_as_unanswered(town: Town) -> None:
    messages = in_hand(voice_crossing(town.family), data_crossing(town.family), worker="one")
    (other,) = in_hand(balance_crossing(town.family), worker="two")

    assert settle_interrupted("one", LATER) == 2
    assert sorted(state_of(message.message_id) for message in messages) == ["released", "unknown"]
    assert state_of(other.message_id) == "submitting"
    assert settle_interrupted("one", LATER) == 0


def test_one_message_that_cannot_be_written_does_not_hold_up_the_others(town: Town) -> None:
    released(voice_crossing(town.family), balance_crossing(town.family))
    CommunicationMessage.objects.filter(rule="voice-80").update(rule="gone")
    (message,) = claim_for_sending("sms", 10, NOW)

    assert message.text.startswith("您的余额还有¥14.99")
    assert CommunicationMessage.objects.get(rule="gone").state == "failed"
    assert "has no text" in CommunicationMessage.objects.get(rule="gone").error


@pytest.mark.django_db(transaction=True)
def test_a_claim_is_committed_before_anything_is_sent(shared_town: Town) -> None:
    released(voice_crossing(shared_town.family))
    with pytest.raises(RuntimeError, match="durable"):
        _claim_inside_a_transaction()
    assert len(claim_for_sending("sms", 1, NOW + timedelta(seconds=1))) == 1


def _claim_inside_a_transaction() -> None:
    with transaction.atomic():
        claim_for_sending("sms", 1, NOW)


def test_what_is_required_is_told_in_plain_words_rather_than_not_at_all(town: Town) -> None:
    decide(data_crossing(town.family))
    release_due(NOW)
    CommunicationMessage.objects.update(figures={"metric": "data", "colour": 1})
    (message,) = claim_for_sending("sms", 10, NOW)
    assert message.text == "您好，流量已用完。详情请拨10000。【万号】"
