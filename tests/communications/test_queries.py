"""What pages read of reminders and messages."""

import json
from collections.abc import Iterator

import psycopg
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
    voice_crossing,
)
from wanhao.communications.actions import (
    claim_for_sending,
    decide_reminders,
    mark_accepted,
    record_receipt,
    release_due,
    set_opt_out,
)
from wanhao.communications.contracts import MessageState, Receipt, ReceiptState
from wanhao.communications.live import CHANNEL
from wanhao.communications.queries import (
    latest_messages,
    messages_by_state,
    messages_to,
    reminders_by_rule,
    rules,
)


def test_every_rule_is_counted_also_those_that_never_decided(town: Town) -> None:
    set_opt_out(town.smith.groups[0].lines[0].line_id, "voice-80", True, NOW)
    decide(voice_crossing(town.smith))
    first, _ = in_hand(voice_crossing(town.family), data_crossing(town.family, 80))
    mark_accepted(first.message_id, ["a1"], LATER)

    counts = reminders_by_rule()
    assert [count.rule for count in counts] == list(rules())
    by_code = {c.rule.code: (c.decided, c.sent, c.suppressed) for c in counts}
    assert by_code["voice-80"] == (2, 1, 1)
    assert by_code["data-80"] == (1, 0, 0)
    assert by_code["balance-5"] == (0, 0, 0)


def test_every_state_is_counted_also_those_nobody_is_in(town: Town) -> None:
    decide(voice_crossing(town.family))
    counts = messages_by_state()
    assert list(counts) == list(MessageState)
    assert counts[MessageState.PLANNED] == 1
    assert sum(counts.values()) == 1


def test_what_is_not_anywhere_else_is_delivered(town: Town) -> None:
    triggers = [voice_crossing(town.family, episode=n) for n in range(3)]
    first, second, _ = in_hand(*triggers, balance_crossing(town.smith))[:3]
    for message, key in ((first, "a1"), (second, "a2")):
        mark_accepted(message.message_id, [key], LATER)
    record_receipt(
        Receipt(
            channel_message_id="a1",
            number=first.number,
            state=ReceiptState.DELIVERED,
            error="",
            received_at=LATER,
        )
    )
    decide(*triggers)  # known already, so counted already

    counts = {state.value: count for state, count in messages_by_state().items() if count}
    assert counts == {"submitting": 2, "accepted": 1, "delivered": 1}
    by_code = {count.rule.code: (count.decided, count.sent) for count in reminders_by_rule()}
    assert (by_code["voice-80"], by_code["balance-15"]) == ((3, 2), (1, 0))


def test_a_batch_that_is_undone_is_not_counted(town: Town) -> None:
    with transaction.atomic():
        decide(voice_crossing(town.family))
        transaction.set_rollback(True)
    assert not any(messages_by_state().values())
    assert not any(count.decided for count in reminders_by_rule())


def test_the_newest_messages_to_each_number_are_listed(town: Town) -> None:
    for episode in range(4):
        decide(voice_crossing(town.family, episode=episode))
    decide(balance_crossing(town.smith))
    found = messages_to([16907920001, 16907930001, 16907999999], 3)

    assert [len(found[number]) for number in found] == [3, 1, 0]
    ids = [view.message_id for view in found[16907920001]]
    assert ids == sorted(ids, reverse=True)


def test_a_message_not_sent_yet_is_shown_as_it_would_read_now(town: Town) -> None:
    decide(balance_crossing(town.smith))
    (view,) = latest_messages(5)
    assert (view.rule, view.state, view.at) == ("balance-15", MessageState.PLANNED, NOW)
    assert view.text == "Your balance is ¥14.99, below ¥15.00. Please top up soon."


def test_the_message_that_moved_last_is_first(town: Town) -> None:
    first, second = in_hand(voice_crossing(town.family), balance_crossing(town.family))
    mark_accepted(first.message_id, ["a1"], LATER)
    assert [view.message_id for view in latest_messages(2)] == [
        first.message_id,
        second.message_id,
    ]
    assert len(latest_messages(1)) == 1


@pytest.fixture
def listener(transactional_db: None) -> Iterator[psycopg.Connection]:
    parameters = connection.get_connection_params()
    wanted = {
        key: parameters[key] for key in ("dbname", "user", "host", "port") if key in parameters
    }
    with psycopg.connect(**wanted, autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        yield listening


def test_open_pages_hear_of_decisions_and_moves_once_per_call(
    listener: psycopg.Connection, shared_town: Town
) -> None:
    triggers = [voice_crossing(house, 100) for house in a_street(10)]
    decide_reminders(triggers, batch=77, now=NOW)
    decide_reminders(triggers, batch=78, now=NOW)
    release_due(NOW)
    claim_for_sending("sms", 10, NOW)

    heard = [json.loads(notice.payload) for notice in listener.notifies(timeout=0.5)]
    assert heard[0] == {"topic": "reminder", "number": 77}
    assert [notice["topic"] for notice in heard] == ["reminder", "message", "message"]
