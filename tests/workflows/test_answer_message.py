"""Customers switch reminders by short message, and are answered."""

from datetime import datetime, time, timedelta

import pytest

from tests.communications.conftest import Town, build_town
from tests.communications.crossings import NOW
from tests.metering.pages import rows_of
from wanhao.communications.actions import claim_for_sending, release_due
from wanhao.communications.contracts import Door
from wanhao.communications.models import CommunicationMessage, IncomingMessage
from wanhao.communications.optouts import opt_outs, switchable
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.answer_message import answer_message

MAIN, SMITH = 16907920001, 16907930001


@pytest.fixture
def town(db: None) -> Town:
    return build_town()


def _off(town: Town) -> set[str]:
    line = town.family.groups[0].lines[0]
    return {view.rule for view in opt_outs(line.line_id) if view.until is None}


def _answers() -> list[str]:
    """What was sent, in the night as well."""
    now = NOW.replace(hour=18)
    release_due(now)
    return [message.text for message in claim_for_sending("sms-1", 50, now, sign_off="")]


def test_the_worked_numbers_of_the_page(town: Town) -> None:
    for written, at, answers, afterwards in rows_of("opt-out-by-sms.md", "written by one line"):
        now = datetime.combine(NOW.date(), time.fromisoformat(at), SHANGHAI)
        answer_message(MAIN, written.strip("`"), now)
        assert CommunicationMessage.objects.count() == int(answers), written
        assert ("voice-80" in _off(town)) is (afterwards == "off"), written


@pytest.mark.parametrize("text", ["QXXFTX", " qxxftx ", "ＱＸＸＦＴＸ"])
def test_all_reminders_are_switched_off_however_it_is_written(town: Town, text: str) -> None:
    assert answer_message(MAIN, text, NOW)
    assert _off(town) == switchable(NOW)
    (answer,) = CommunicationMessage.objects.values_list("figures__text", flat=True)
    assert answer.startswith("您已取消全部消费提醒")
    view = opt_outs(town.family.groups[0].lines[0].line_id)[0]
    assert view.door is Door.SMS


def test_and_on_again(town: Town) -> None:
    answer_message(MAIN, "QXXFTX", NOW)
    answer_message(MAIN, "KTXFTX", NOW + timedelta(seconds=20))
    assert _off(town) == set()
    assert CommunicationMessage.objects.count() == 2


@pytest.mark.parametrize("text", ["QXTX#voice-80", "ｑｘｔｘ＃ＶＯＩＣＥ－８０"])
def test_one_reminder_is_switched_off_by_its_code(town: Town, text: str) -> None:
    assert answer_message(MAIN, text, NOW)
    assert _off(town) == {"voice-80"}


def test_who_reads_english_is_answered_in_english(town: Town) -> None:
    assert answer_message(SMITH, "QXTX#voice-80", NOW)
    (answer,) = CommunicationMessage.objects.values_list("figures__text", flat=True)
    assert answer.startswith("Reminder off: ")
    assert answer.endswith("On again: KTTX#VOICE-80.")


@pytest.mark.parametrize("text", ["QXTX#data-100", "QXTX#lottery", "QXTX#"])
def test_what_cannot_be_switched_is_told(town: Town, text: str) -> None:
    assert answer_message(MAIN, text, NOW)
    assert _off(town) == set()
    (answer,) = CommunicationMessage.objects.values_list("figures__text", flat=True)
    assert answer.startswith("没有可以取消的提醒：")


@pytest.mark.parametrize("text", ["查询余额", "QXXFTX please", "", "QXTX#" + "A" * 100])
def test_what_is_no_command_is_left_to_others(town: Town, text: str) -> None:
    assert not answer_message(MAIN, text, NOW)
    assert IncomingMessage.objects.count() == CommunicationMessage.objects.count() == 0


def test_a_number_that_is_not_ours_is_not_answered(town: Town) -> None:
    assert not answer_message(16900000000, "QXXFTX", NOW)
    assert CommunicationMessage.objects.count() == 0


def test_what_the_network_brings_again_is_done_and_answered_once(town: Town) -> None:
    for seconds in (0, 1, 90):
        assert answer_message(MAIN, "QXXFTX", NOW + timedelta(seconds=seconds))
    assert CommunicationMessage.objects.count() == 1


def test_who_changes_their_mind_is_heard_each_time(town: Town) -> None:
    for seconds, text in enumerate(("QXXFTX", "KTXFTX", "QXXFTX")):
        answer_message(MAIN, text, NOW + timedelta(seconds=seconds))
    assert _off(town) == switchable(NOW)
    assert CommunicationMessage.objects.count() == 3


def test_the_answer_is_sent_at_any_hour(town: Town) -> None:
    answer_message(MAIN, "KTXFTX", NOW.replace(hour=18))
    assert _answers() == ["您的消费提醒已全部开通。取消请回复QXXFTX。"]
