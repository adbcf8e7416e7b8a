"""Who is stopped for arrears still writes to 10001: one way always, two ways where the network lets
messages to it through. All that reads is answered, nothing new is ordered."""

from datetime import timedelta

import pytest

from tests.channels.sms.hall.hall_door import write
from tests.workflows.debtors import accept_messages, at, barring_of, keep_until, stopped_account
from wanhao.billing.stop_contracts import ServiceState
from wanhao.billing.stops import live_stops
from wanhao.communications.actions import claim_for_sending
from wanhao.network.contracts import Barring
from wanhao.network.reachable import read_reachable
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import codes_held

pytestmark = pytest.mark.django_db
NUMBER, NOW = 16907910001, at("2026-11-26 10:00")


@pytest.fixture(autouse=True)
def account(db: None) -> int:
    load_catalogue()
    return stopped_account()


def two_ways() -> None:
    """What was announced is accepted, and two days pass."""
    keep_until(at("2026-11-27 09:00"))
    accept_messages(at("2026-11-27 09:00"))
    keep_until(at("2026-11-28 09:00"))


def held() -> frozenset[str]:
    group = lines_by_number([NUMBER])[NUMBER].group_id
    return codes_held([group], NOW)[group]


@pytest.mark.parametrize("text", ["101", "102", "104", "105", "0000", "0"])
def test_what_only_reads_is_answered_and_sent_as_ever(text: str) -> None:
    (answer,) = write(NUMBER, text, NOW)
    sent = claim_for_sending("sms-1", 100, NOW)
    texts = [message.text for message in sent if message.number == NUMBER]
    assert [text for text in texts if text.startswith(answer)]


def test_what_is_due_stands_in_the_balance() -> None:
    (answer,) = write(NUMBER, "101", NOW)
    assert "59.00" in answer


def test_nothing_new_is_ordered_and_nothing_waits_for_a_yes() -> None:
    before = held()
    (refused,) = write(NUMBER, "KTDCX5", NOW)
    (yes,) = write(NUMBER, "Y", NOW + timedelta(seconds=5))
    assert refused == "您的号码已停机，请先缴清欠费，缴费后自动复机。"
    assert yes.startswith("没有等待您确认的业务")
    assert held() == before


def test_a_star_has_its_service_back_for_a_while_by_sms() -> None:
    (proposed,) = write(NUMBER, "JJKJ", NOW)
    assert barring_of(NUMBER) is Barring.OUTGOING
    (done,) = write(NUMBER, "Y", NOW + timedelta(seconds=5))
    assert proposed.startswith("紧急开机到")
    assert done.startswith("已紧急开机")
    assert barring_of(NUMBER) is Barring.NONE


def test_both_ways_stopped_it_still_reaches_10001_but_no_message_comes_in(account: int) -> None:
    two_ways()
    now = at("2026-11-28 10:00")
    assert live_stops([account])[account].state is ServiceState.TWO_WAY
    (answer,) = write(NUMBER, "101", now)
    assert "59.00" in answer
    stays = read_reachable().on(now.date())[Barring.ALL]
    assert "10001" in stays.messages
    assert not stays.incoming
