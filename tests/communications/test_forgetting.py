"""Passwords and codes are sent, shown to nobody, and then forgotten."""

import pytest

from tests.communications.conftest import Town
from tests.communications.crossings import LATER, NOW
from wanhao.communications.actions import (
    claim_for_sending,
    mark_accepted,
    mark_failed,
    mark_unknown,
    plan_message,
    put_back,
    release_due,
)
from wanhao.communications.contracts import OutgoingMessage
from wanhao.communications.message_lists import message_detail
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.queries import messages_to

SMITH = 16907930001
CODE = "482913"
WORDS = f"验证码{CODE}，5分钟内有效。"


def test_the_handset_reads_the_code_and_nothing_of_it_is_kept(town: Town) -> None:
    message = _in_hand()
    assert CODE in message.text
    assert mark_accepted(message.message_id, ["a1"], LATER)
    assert not _kept()


@pytest.mark.parametrize("fails", [True, False])
def test_nor_is_it_where_the_network_never_took_it(town: Town, fails: bool) -> None:
    message = _in_hand()
    if fails:
        assert mark_failed(message.message_id, "no", LATER)
        assert not _kept()
    else:
        assert mark_unknown(message.message_id, LATER)
        assert mark_accepted(message.message_id, ["a1"], LATER)
        assert not _kept()


def test_what_is_put_back_still_says_the_code(town: Town) -> None:
    first = _in_hand()
    assert put_back(first.message_id, LATER)
    (again,) = claim_for_sending("other", 10, LATER)
    assert again.text == first.text


def test_no_page_shows_it_before_it_is_sent_either(town: Town) -> None:
    message_id = plan_message(SMITH, "secret", WORDS, NOW)
    detail = message_detail(message_id)
    assert detail is not None
    assert CODE not in detail.text
    (shown,) = messages_to([SMITH], 5)[SMITH]
    assert CODE not in shown.text


def test_other_answers_are_kept(town: Town) -> None:
    plan_message(SMITH, "reply", "余额¥12.30。", NOW)
    release_due(NOW)
    (message,) = claim_for_sending("sms", 10, NOW)
    assert mark_accepted(message.message_id, ["a1"], LATER)
    assert "¥12.30" in CommunicationMessage.objects.get().text


def _in_hand() -> OutgoingMessage:
    plan_message(SMITH, "secret", WORDS, NOW)
    release_due(NOW)
    (message,) = claim_for_sending("sms", 10, NOW)
    return message


def _kept() -> bool:
    row = CommunicationMessage.objects.get()
    return CODE in row.text or CODE in str(row.figures)
