"""Customers switch reminders by short message, and are answered."""

from datetime import datetime, time, timedelta

import pytest

from tests.channels.sms.hall.hall_door import write
from tests.communications.conftest import Town, build_town
from tests.communications.crossings import NOW
from tests.metering.pages import rows_of
from wanhao.communications.actions import claim_for_sending, release_due
from wanhao.communications.contracts import Door
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.optouts import opt_outs, switchable
from wanhao.values.cycle import SHANGHAI

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
        write(MAIN, written.strip("`"), now)
        assert CommunicationMessage.objects.count() == int(answers), written
        assert ("voice-80" in _off(town)) is (afterwards == "off"), written


@pytest.mark.parametrize("text", ["QXXFTX", " qxxftx ", "ＱＸＸＦＴＸ"])
def test_all_reminders_are_switched_off_however_it_is_written(town: Town, text: str) -> None:
    assert write(MAIN, text, NOW)
    assert _off(town) == switchable(NOW)
    (answer,) = CommunicationMessage.objects.values_list("figures__text", flat=True)
    assert answer.startswith("您已取消全部消费提醒")
    view = opt_outs(town.family.groups[0].lines[0].line_id)[0]
    assert view.door is Door.SMS


def test_and_on_again(town: Town) -> None:
    write(MAIN, "QXXFTX", NOW)
    write(MAIN, "KTXFTX", NOW + timedelta(seconds=20))
    assert _off(town) == set()
    assert CommunicationMessage.objects.count() == 2


@pytest.mark.parametrize("text", ["QXTX#voice-80", "ｑｘｔｘ＃ＶＯＩＣＥ－８０"])
def test_one_reminder_is_switched_off_by_its_code(town: Town, text: str) -> None:
    assert write(MAIN, text, NOW)
    assert _off(town) == {"voice-80"}


def test_who_reads_english_is_answered_in_english(town: Town) -> None:
    assert write(SMITH, "QXTX#voice-80", NOW)
    (answer,) = CommunicationMessage.objects.values_list("figures__text", flat=True)
    assert answer.startswith("Reminder off: ")
    assert answer.endswith("On again: KTTX#VOICE-80.")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("QXTX#data-100", "必须告知"),
        ("QXTX#lottery", "没有可以取消的提醒：lottery"),
        ("QXTX#" + "A" * 100, "QXXFTX"),
    ],
)
def test_what_cannot_be_switched_is_told_with_what_can(town: Town, text: str, says: str) -> None:
    (answer,) = write(MAIN, text, NOW)
    assert _off(town) == set()
    assert says in answer
    assert answer.endswith("取消全部消费提醒请回复QXXFTX。")


def test_without_a_name_it_is_told_how_it_is_written(town: Town) -> None:
    assert write(MAIN, "QXTX#", NOW) == ["取消一项提醒的格式为：QXTX#reminder。"]


def test_they_are_shown_and_showing_changes_nothing(town: Town) -> None:
    write(MAIN, "QXTX#voice-80", NOW)
    for minutes in (1, 3):
        (answer,) = write(MAIN, "TX", NOW + timedelta(minutes=minutes))
        assert "语音已用 80 %：关" in answer
    assert _off(town) == {"voice-80"}


def test_what_the_network_brings_again_is_done_and_answered_once(town: Town) -> None:
    for seconds in (0, 1, 90):
        write(MAIN, "QXXFTX", NOW + timedelta(seconds=seconds))
    assert CommunicationMessage.objects.count() == 1


def test_who_changes_their_mind_is_heard_each_time(town: Town) -> None:
    for seconds, text in enumerate(("QXXFTX", "KTXFTX", "QXXFTX")):
        write(MAIN, text, NOW + timedelta(seconds=seconds))
    assert _off(town) == switchable(NOW)
    assert CommunicationMessage.objects.count() == 3


def test_the_answer_is_sent_at_any_hour(town: Town) -> None:
    write(MAIN, "KTXFTX", NOW.replace(hour=18))
    assert _answers() == ["您的消费提醒已全部开通。取消请回复QXXFTX。"]
