"""A customer who reads English is answered in English, whatever the hall has to say."""

import re
from datetime import timedelta

import pytest

from tests.channels.sms.hall.hall_door import HALL, answers, write
from tests.communications.conftest import Town, build_town
from tests.communications.crossings import NOW
from wanhao.channels.sms.contracts import HallConfig
from wanhao.channels.sms.hall.answering import Hall

SMITH = 16907930001
CHINESE = re.compile(r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]")


@pytest.fixture(autouse=True)
def _town(db: None) -> Town:
    return build_town()


def say(*texts: str, hall: Hall = HALL) -> str:
    """The answer to the last of several messages, a minute and a half apart."""
    for place, text in enumerate(texts):
        written = write(SMITH, text, NOW + place * timedelta(seconds=90), hall=hall)
    (answer,) = written
    return answer


@pytest.mark.parametrize(
    ("texts", "begins"),
    [
        (("101",), "Balance ¥0.00"),
        (("104",), ""),
        (("105",), ""),
        (("0000",), ""),
        (("ZF#packs",), "SMS pack 5 ¥5 a month"),
        (("ktdcx5",), "Open "),
        (("ktdcx5", "Y"), "You now have "),
        (("ktdcx5", "N"), "Left undone; nothing was changed."),
        (("Y",), "Nothing waits for your yes"),
        (("N",), "Nothing waits for your yes or no."),
        (("ktdcx5", "y", "ktdcx5"), ""),
        (("QXXFTX",), ""),
        (("0",), "Reply a number:"),
        (("KT",), ""),
        (("KTDCX6",), "Did you mean: "),
        (("987",), "There is no such code."),
        (("hello there",), "This is the 10001 SMS hall."),
    ],
    ids=" ".join,
)
def test_whoever_reads_english_is_answered_in_english(texts: tuple[str, ...], begins: str) -> None:
    answer = say(*texts)
    assert answer.startswith(begins)
    assert not CHINESE.search(answer.replace("【万号】", "")), answer


def test_a_proposal_says_how_to_say_yes() -> None:
    assert say("ktdcx5").endswith("Reply Y to confirm within 30 minutes, N to leave it.")


def test_the_limits_are_told_in_english() -> None:
    hall = Hall(config=HallConfig(per_hour=1, per_day=2), sign_off="")
    assert "reached the hour's number" in say("101", "103", hall=hall)
    assert not CHINESE.search(answers()[-1])
