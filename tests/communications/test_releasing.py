"""Before it is sent a message is looked at once more, and again when a sender takes it."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.communications.conftest import Town, a_street
from tests.communications.crossings import (
    LATER,
    MERGING,
    NOW,
    balance_crossing,
    data_crossing,
    decide,
    in_hand,
    released,
    step_up,
    voice_crossing,
)
from wanhao.communications.actions import claim_for_sending, release_due, set_opt_out
from wanhao.communications.contracts import MessageState
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.queries import messages_by_state

MINUTE = timedelta(minutes=1)
DUE = NOW + MERGING


def states() -> dict[str, int]:
    return {state.value: count for state, count in messages_by_state().items() if count}


def row(rule: str) -> CommunicationMessage:
    return CommunicationMessage.objects.get(rule=rule)


def test_an_urgent_message_goes_at_once_and_another_waits_for_company(town: Town) -> None:
    decide(voice_crossing(town.family), balance_crossing(town.smith, 500, left=499))
    assert release_due(NOW) == 1
    assert (row("voice-80").state, row("voice-80").waits) == ("planned", "merge")
    assert (row("balance-5").state, row("balance-5").released_at) == ("released", NOW)

    assert release_due(DUE - timedelta(seconds=1)) == 0
    assert release_due(DUE) == 1
    assert (row("voice-80").state, row("voice-80").waits) == ("released", "")
    assert release_due(DUE) == 0


def test_a_message_switched_off_since_is_withdrawn(town: Town) -> None:
    decide(voice_crossing(town.smith), balance_crossing(town.smith))
    set_opt_out(town.smith.groups[0].lines[0].line_id, "voice-80", True, NOW)
    release_due(DUE)

    assert states() == {"released": 1, "withdrawn": 1}
    assert row("voice-80").error == "switched off"


def test_a_message_switched_off_after_its_release_is_not_handed_to_a_sender(town: Town) -> None:
    released(voice_crossing(town.smith))
    set_opt_out(town.smith.groups[0].lines[0].line_id, "voice-80", True, NOW)

    assert claim_for_sending("sms", 10, NOW) == []
    assert (row("voice-80").state, row("voice-80").error) == ("withdrawn", "switched off")
    assert row("voice-80").released_at is None


def test_a_reminder_of_yesterday_is_withdrawn(town: Town) -> None:
    decide(voice_crossing(town.family))
    release_due(DUE)
    day = NOW + timedelta(hours=24)
    assert states() == {"released": 1}

    assert claim_for_sending("sms", 10, day) == []
    release_due(day)
    assert states() == {"withdrawn": 1}
    assert row("voice-80").error == "too old"


def test_a_reminder_nobody_looked_at_for_a_day_is_withdrawn(town: Town) -> None:
    decide(voice_crossing(town.family))
    assert release_due(NOW + timedelta(hours=24)) == 1
    assert row("voice-80").error == "too old"


def test_the_number_that_waits_longest_is_looked_at_first(town: Town) -> None:
    decide(data_crossing(town.family), now=NOW - MINUTE)
    decide(balance_crossing(town.smith, 500, left=499))
    assert release_due(LATER, limit=1) == 1
    assert CommunicationMessage.objects.get(state="released").rule == "data-100"


def test_a_number_that_was_given_back_is_not_written_to(town: Town) -> None:
    decide(step_up(town.smith))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE wanhao_parties_line SET until = %s", [NOW])
    release_due(NOW)
    assert (row("step-up").state, row("step-up").error) == ("withdrawn", "line ended")


def test_this_month_is_not_spoken_of_in_the_next(town: Town) -> None:
    last_evening = NOW.replace(day=30, hour=15, minute=30)  # 23:30 in Nanchang
    decide(voice_crossing(town.smith), now=last_evening)
    release_due(last_evening + MINUTE)
    assert row("voice-80").waits == "quiet"

    release_due(row("voice-80").release_at)
    assert row("voice-80").error == "the month is over"


def test_a_repeated_message_that_is_no_longer_true_stays_unanswered(town: Town) -> None:
    (message,) = in_hand(data_crossing(town.family))
    CommunicationMessage.objects.update(state="released", unanswered=1)
    release_due(NOW + timedelta(hours=25))
    assert states() == {"unknown": 1}
    assert row("data-100").text == message.text


@pytest.mark.django_db(transaction=True)
def test_several_workers_release_each_message_once(shared_town: Town) -> None:
    street = a_street(120)
    decide(*(voice_crossing(house, 100) for house in street))
    counts: list[int] = []

    def work() -> None:
        try:
            while count := release_due(LATER, limit=10):
                counts.append(count)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert sum(counts) == 120
    assert messages_by_state()[MessageState.RELEASED] == 120
