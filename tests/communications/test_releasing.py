"""Before it is sent a message is looked at once more."""

import threading
from datetime import timedelta

from django.db import connection

from tests.communications.conftest import Town
from tests.communications.crossings import (
    LATER,
    NOW,
    balance_crossing,
    data_crossing,
    decide,
    voice_crossing,
)
from wanhao.communications.actions import claim_for_sending, release_due, set_opt_out
from wanhao.communications.contracts import MessageState
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.queries import messages_by_state


def states() -> dict[str, int]:
    return {state.value: count for state, count in messages_by_state().items() if count}


def test_a_planned_message_is_released(town: Town) -> None:
    decide(voice_crossing(town.family), balance_crossing(town.family))
    assert states() == {"planned": 2}
    assert release_due(LATER) == 2
    assert states() == {"released": 2}
    assert release_due(LATER) == 0


def test_a_message_switched_off_since_is_withdrawn(town: Town) -> None:
    decide(voice_crossing(town.smith), voice_crossing(town.smith, 100))
    set_opt_out(town.smith.groups[0].lines[0].line_id, "voice-80", True, NOW)
    release_due(LATER)

    assert states() == {"released": 1, "withdrawn": 1}
    withdrawn = CommunicationMessage.objects.get(state="withdrawn")
    assert (withdrawn.rule, withdrawn.error) == ("voice-80", "switched off")


def test_a_reminder_of_yesterday_is_withdrawn(town: Town) -> None:
    decide(voice_crossing(town.family))
    release_due(NOW + timedelta(hours=24))
    assert states() == {"released": 1}

    assert claim_for_sending("sms", 10, NOW + timedelta(hours=24, seconds=1)) == []
    release_due(NOW + timedelta(hours=24, seconds=1))
    assert states() == {"withdrawn": 1}


def test_a_limit_takes_the_oldest_first(town: Town) -> None:
    decide(voice_crossing(town.family))
    decide(data_crossing(town.family))
    assert release_due(LATER, limit=1) == 1
    assert CommunicationMessage.objects.get(state="released").rule == "voice-80"


def test_two_workers_release_each_message_once(shared_town: Town) -> None:
    decide(*[voice_crossing(shared_town.family, episode=n) for n in range(200)])
    counts: list[int] = []

    def work() -> None:
        try:
            while count := release_due(LATER, limit=20):
                counts.append(count)
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)

    assert sum(counts) == 200
    assert messages_by_state()[MessageState.RELEASED] == 200
