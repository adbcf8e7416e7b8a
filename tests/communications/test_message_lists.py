"""What pages show of messages: lists by pages, what waits and why, how long it took, days."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.communications.conftest import Town, a_street
from tests.communications.crossings import (
    LATER,
    NOW,
    balance_crossing,
    data_crossing,
    decide,
    in_hand,
    released,
    step_up,
    voice_crossing,
)
from wanhao.communications.actions import (
    mark_accepted,
    mark_failed,
    mark_unknown,
    offer_second_channel,
    plan_message,
    record_receipt,
    release_due,
    report_unknown,
)
from wanhao.communications.contracts import MessageState, Receipt, ReceiptState, Waits
from wanhao.communications.list_contracts import MessageFilter
from wanhao.communications.message_figures import day_figures, messages_per_day, stage_lags
from wanhao.communications.message_lists import (
    held_back,
    held_messages,
    message_detail,
    messages,
    unknown_messages,
)
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.queries import latest_messages, messages_by_state
from wanhao.values.errors import WanhaoError

TODAY = date(2026, 11, 22)
MAIN = 16907920001


@pytest.fixture
def street(town: Town) -> Town:
    """Seven neighbours and Smith were told that their minutes are used up; three have it."""
    decide(*(voice_crossing(house, 100) for house in a_street(7)))
    decide(voice_crossing(town.smith, 100), now=NOW + timedelta(days=1))
    return town


def ids(wanted: MessageFilter, limit: int = 50) -> list[int]:
    return [view.message_id for view in messages(wanted, limit).messages]


def test_messages_are_listed_by_pages_newest_first(street: Town) -> None:
    every = ids(MessageFilter())
    assert len(every) == 8
    assert every == sorted(every, reverse=True)

    first = messages(MessageFilter(), limit=5)
    second = messages(MessageFilter(before=first.before), limit=5)
    assert [view.message_id for view in (*first.messages, *second.messages)] == every
    assert second.before is None


def test_messages_are_found_by_state_rule_number_and_day(street: Town) -> None:
    smith = CommunicationMessage.objects.get(number=16907930001)
    assert ids(MessageFilter(number=16907930001)) == [smith.pk]
    assert ids(MessageFilter(day=TODAY + timedelta(days=1))) == [smith.pk]
    assert len(ids(MessageFilter(day=TODAY, rule="voice-100"))) == 7
    assert ids(MessageFilter(rule="data-100")) == []
    release_due(LATER, limit=3)
    assert len(ids(MessageFilter(state=MessageState.RELEASED))) == 3


def test_a_message_tells_its_times_and_what_it_carries(town: Town) -> None:
    decide(voice_crossing(town.family), now=NOW - timedelta(seconds=30))
    (message,) = in_hand(replace(data_crossing(town.family), number=MAIN))
    mark_accepted(message.message_id, ["a1"], LATER)
    detail = message_detail(message.message_id)

    assert detail is not None
    assert (detail.planned_at, detail.released_at) == (NOW - timedelta(minutes=1), NOW)
    assert (detail.claimed_at, detail.accepted_at, detail.delivered_at) == (NOW, LATER, None)
    assert detail.carries == ("voice-80",)
    assert [part.channel_message_id for part in detail.parts] == ["a1"]
    assert message_detail(0) is None


def test_what_waits_says_why_and_until_when(town: Town) -> None:
    night = NOW.replace(hour=15)  # 23:00 in Nanchang
    decide(voice_crossing(town.family), now=night - timedelta(minutes=1))
    assert held_messages(night) == []
    release_due(night)
    (held,) = held_messages(night)

    morning = NOW.replace(day=23, hour=0)
    assert (held.rule, held.waits, held.until) == ("voice-80", Waits.QUIET, morning)
    assert held_messages(morning) == []


def test_what_is_unknown_for_three_days_is_unknown_for_good(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_unknown(message.message_id, LATER)
    assert [view.message_id for view in unknown_messages()] == [message.message_id]
    assert report_unknown(NOW + timedelta(days=3)) == 0
    assert report_unknown(NOW + timedelta(days=3, seconds=1)) == 1
    assert report_unknown(NOW + timedelta(days=4)) == 0

    assert CommunicationMessage.objects.get().error == "unknown for good"
    assert messages_by_state()[MessageState.UNKNOWN] == 1


def test_what_holds_something_back_too_long_is_reported(town: Town) -> None:
    released(replace(step_up(town.family), holds=("test-stop", "1")))
    planned = NOW - timedelta(minutes=1)
    assert held_back(planned + timedelta(minutes=119)) == []
    (late,) = held_back(planned + timedelta(hours=2))
    assert (late.rule, late.holds, late.nowhere) == ("step-up", "test-stop", False)


def test_what_can_be_told_nowhere_is_reported_at_once(town: Town) -> None:
    (message,) = in_hand(replace(step_up(town.family), holds=("test-stop", "1")))
    mark_failed(message.message_id, "refused", LATER)
    offer_second_channel(LATER, mail=True)
    (late,) = held_back(LATER)
    assert (late.message_id, late.nowhere) == (message.message_id, True)


def test_the_time_to_each_stage_is_measured(town: Town) -> None:
    (message,) = in_hand(voice_crossing(town.family))
    mark_accepted(message.message_id, ["a1"], NOW + timedelta(seconds=2))
    arrived = NOW + timedelta(seconds=9)
    record_receipt(
        Receipt(
            channel_message_id="a1",
            number=message.number,
            state=ReceiptState.DELIVERED,
            error="",
            received_at=arrived,
        )
    )
    lags = {lag.stage: (lag.count, lag.median, lag.p99) for lag in stage_lags(arrived)}
    assert lags == {
        "released": (1, 60.0, 60.0),
        "claimed": (1, 0.0, 0.0),
        "accepted": (1, 2.0, 2.0),
        "delivered": (1, 7.0, 7.0),
    }
    late = stage_lags(arrived + timedelta(hours=2))
    assert [lag.count for lag in late] == [0, 0, 0, 0]


def test_days_and_hours_are_those_of_the_province(street: Town) -> None:
    release_due(LATER)
    days = messages_per_day(NOW, days=3)
    assert [day.day for day in days] == [TODAY - timedelta(days=n) for n in (2, 1, 0)]
    assert [sum(day.states.values()) for day in days] == [0, 0, 7]
    assert days[2].states[MessageState.RELEASED] == 7


def test_a_day_says_what_went_wrong_and_what_was_slow(town: Town) -> None:
    (good,) = in_hand(voice_crossing(town.family))
    (bad,) = in_hand(balance_crossing(town.smith))
    mark_accepted(good.message_id, ["a1"], NOW + timedelta(seconds=40))
    mark_failed(bad.message_id, "ESME_RINVDSTADR", LATER)
    decide(voice_crossing(town.smith))
    figures = day_figures(TODAY)

    assert [(one.hour, one.rule, one.messages) for one in figures.hours] == [
        (11, "balance-15", 1),
        (11, "voice-80", 1),
        (12, "voice-80", 1),
    ]
    (trouble,) = figures.troubles
    assert (trouble.rule, trouble.state, trouble.reason, trouble.messages) == (
        *("balance-15", MessageState.FAILED),
        *("ESME_RINVDSTADR", 1),
    )
    assert [(one.message_id, one.seconds) for one in figures.slowest] == [(good.message_id, 40.0)]
    assert figures.waiting == {Waits.MERGE: 1}
    assert figures.states[MessageState.FAILED] == 1


def test_a_test_message_goes_to_any_number_at_any_hour(town: Town) -> None:
    night = NOW.replace(hour=19)
    message = plan_message(16907999999, "test", "Ein Test", night)
    assert [view.text for view in latest_messages(1)] == ["Ein Test"]
    release_due(night)
    row = CommunicationMessage.objects.get(id=message)
    assert (row.state, row.line_id, row.decision_id) == ("released", None, None)


@pytest.mark.parametrize(
    ("rule", "text"), [("voice-80", "text"), ("test", " "), ("reply", "长" * 700)]
)
def test_what_cannot_be_sent_is_not_planned(db: None, rule: str, text: str) -> None:
    with pytest.raises(WanhaoError):
        plan_message(MAIN, rule, text, NOW)
