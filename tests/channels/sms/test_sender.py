"""Messages leave the outbox, and every one ends in the state that is true of it."""

import time
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.channels.sms.fakes import FIRST_NUMBER, MemoryOutbox, Sms, silent_smsc, texts_at, until
from wanhao.channels.sms.contracts import SmscConfig
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.ports import OutboxAwayError
from wanhao.communications.contracts import OutgoingMessage, ReceiptState

LONG = "尊敬的客户，" + "您本月的国内语音已使用到套餐的百分之八十😀。" * 8 + "【万号】"


def _texts(count: int) -> list[str]:
    return [f"您的套餐语音已使用{i}分钟。【万号】" for i in range(count)]


def _rests(smsc: SmscPeer) -> bool:
    """Something was throttled, and nothing is sent any more."""
    before = smsc.get("/stats")["throttled"]
    time.sleep(0.3)
    return bool(0 < before == smsc.get("/stats")["throttled"])


def _each_once(smsc: SmscPeer, texts: list[str]) -> bool:
    return Counter(texts_at(smsc)) == Counter(texts)


def test_released_messages_are_sent_and_delivered(smsc: SmscPeer, config: SmscConfig) -> None:
    texts = _texts(30)
    outbox = MemoryOutbox(texts)
    with Sms(config, outbox) as sms:
        until(lambda: len(outbox.receipts) == 30)
    assert outbox.count("accepted") == 30
    assert _each_once(smsc, texts)
    assert {receipt.state for receipt in outbox.receipts} == {ReceiptState.DELIVERED}
    assert {message["from"] for message in smsc.messages()} == {"10001"}
    assert sorted(smsc.get("/stats")["references"]) == list(range(1, 31))
    assert sms.lines[-1] == "stopped sent 30 unknown 0 receipts 30"


def test_a_long_chinese_message_arrives_whole(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox([LONG])
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted"))
    (message,) = smsc.messages()
    assert (message["text"], message["parts"], message["data_coding"]) == (LONG, 3, 8)
    assert outbox.channel_ids[1] == message["message_ids"]


def test_a_link_lost_in_mid_window_sends_nothing_twice(smsc: SmscPeer, config: SmscConfig) -> None:
    texts = _texts(40)
    outbox = MemoryOutbox(texts)
    smsc.post("/mode", delay_ms=100, drop_after=12)
    with Sms(config, outbox) as sms:
        until(lambda: outbox.count("accepted") + outbox.count("unknown") == 40)
    unknown = outbox.count("unknown")
    assert 1 <= unknown <= config.window
    assert f"unknown {unknown}" in sms.lines[-1]
    assert smsc.get("/stats")["binds"] == 2
    arrived = Counter(texts_at(smsc))
    assert set(arrived.values()) == {1}
    # Of those nobody answered for, the SMSC had taken some; that is why none is sent again.
    assert {outbox.messages[key].text for key in outbox.channel_ids} <= set(arrived)
    assert 40 - unknown < len(arrived) <= 40


def test_a_message_nobody_answered_is_not_sent_again(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(_texts(4))
    smsc.post("/mode", silent=True)
    with Sms(replace(config, response_timeout=0.2), outbox):
        until(lambda: outbox.count("unknown") == 4)
    smsc.post("/mode", silent=False)
    outbox.release(["下一条"])
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 1)
    assert smsc.get("/stats")["submits"] == 5


@pytest.mark.parametrize("status", [0x58, 0x14])
def test_throttled_messages_are_repeated_and_each_arrives_once(
    smsc: SmscPeer, config: SmscConfig, status: int
) -> None:
    texts = _texts(30)
    outbox = MemoryOutbox(texts)
    smsc.post("/mode", throttle_first=6, throttle_every=7, throttle_status=status)
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 30)
    assert smsc.get("/stats")["throttled"] >= 6
    assert _each_once(smsc, texts)


def test_a_long_message_throttled_in_the_middle_arrives_once(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = MemoryOutbox([LONG])
    smsc.post("/mode", throttle_every=2)
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted"))
    assert texts_at(smsc) == [LONG]
    assert smsc.get("/stats")["taken"] == 3


def test_a_refused_number_fails_and_says_why(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(_texts(3))
    smsc.post("/mode", refused_numbers={str(FIRST_NUMBER + 2): 0x0B})
    with Sms(config, outbox):
        until(lambda: outbox.count("released") + outbox.count("submitting") == 0)
    assert outbox.errors == {2: "SMPP status 0x0B"}
    assert outbox.count("accepted") == 2


def test_a_text_that_cannot_be_sent_fails_alone(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(["您\ud83d", "您好"])
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 1)
    assert outbox.errors == {1: "the text has half a character"}


def test_nothing_is_claimed_while_the_smsc_is_away(config: SmscConfig) -> None:
    outbox = MemoryOutbox(_texts(3))
    with silent_smsc() as port, Sms(replace(config, port=port, connect_timeout=0.2), outbox) as sms:
        until(lambda: "next try" in sms.line)
    assert outbox.claims == 0
    assert outbox.count("released") == 3


def test_what_waits_in_hand_is_put_back_when_the_smsc_goes_away(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = MemoryOutbox(_texts(30))
    smsc.post("/mode", throttle_first=1000)
    with Sms(replace(config, throttled_first=100.0, throttled_longest=100.0), outbox) as sms:
        until(lambda: outbox.count("submitting") and _rests(smsc))
        smsc.stop()
        until(lambda: "next try" in sms.line)
        until(lambda: outbox.count("released") == 30)


def test_wrong_credentials_are_shown_and_nothing_is_claimed(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = MemoryOutbox(_texts(3))
    with Sms(replace(config, password="guess"), outbox) as sms:
        until(lambda: "wrong system id or password (0x0E)" in sms.line)
    assert outbox.claims == 0
    assert smsc.get("/stats")["refused"] == 1


def test_messages_in_hand_at_a_crash_are_unknown_after_the_next_start(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = MemoryOutbox(_texts(5))
    outbox.state |= {1: "submitting", 2: "submitting"}
    with Sms(config, outbox) as sms:
        until(lambda: outbox.count("accepted") == 3)
    assert outbox.settled == 1
    assert outbox.count("unknown") == 2
    assert "unknown 2" in sms.lines[-1]


def test_a_stop_loses_nothing(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(_texts(60))
    smsc.post("/mode", delay_ms=60)
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") >= 5)
    assert outbox.count("submitting") == outbox.count("unknown") == 0
    assert outbox.count("accepted") + outbox.count("released") == 60
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 60)
    assert _each_once(smsc, [message.text for message in outbox.messages.values()])


def test_a_restart_of_the_database_is_survived(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(_texts(10))
    smsc.post("/mode", delay_ms=300)
    with Sms(config, outbox) as sms:
        until(lambda: smsc.get("/stats")["submits"] >= 1)
        outbox.away = True
        until(lambda: "database away" in sms.line)
        outbox.away = False
        until(lambda: outbox.count("accepted") == 10)
        until(lambda: "database away" not in sms.line)
    assert smsc.get("/stats")["submits"] == 10


class ForgetfulOutbox(MemoryOutbox):
    """Loses its connection in the moment of a commit: the first claim is made and not told."""

    def claim(self, limit: int, now: datetime) -> list[OutgoingMessage]:
        claimed = super().claim(limit, now)
        if self.claims == 1:
            raise OutboxAwayError("terminated")
        return claimed


def test_messages_claimed_by_a_claim_that_failed_are_not_forgotten(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = ForgetfulOutbox(_texts(12))
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 2)
    assert outbox.count("unknown") == 2 * config.window
    assert smsc.get("/stats")["submits"] == 2


def test_a_receipt_that_cannot_be_written_comes_again(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(_texts(1))
    smsc.post("/mode", hold_receipts=True)
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 1)
        outbox.away = True
        smsc.post("/receipts")
        until(lambda: smsc.get("/stats")["answers"])
        outbox.away = False
        until(lambda: outbox.receipts)
    assert smsc.get("/stats")["answers"][0] == 0x64
    assert len(outbox.receipts) == 1


def test_receipts_hours_later_are_kept_with_their_time(smsc: SmscPeer, config: SmscConfig) -> None:
    outbox = MemoryOutbox(_texts(3))
    smsc.post("/mode", hold_receipts=True)
    with Sms(config, outbox) as sms:
        until(lambda: outbox.count("accepted") == 3)
        sms.now += timedelta(hours=9)
        assert smsc.post("/receipts") == {"released": 3}
        until(lambda: len(outbox.receipts) == 3)
    assert {receipt.received_at for receipt in outbox.receipts} == {sms.now}


@pytest.mark.parametrize("style", ["standard", "short", "parameters"])
@pytest.mark.parametrize("ids", ["same", "decimal"])
def test_receipts_of_all_vendors_find_their_message(
    smsc: SmscPeer, config: SmscConfig, style: str, ids: str
) -> None:
    outbox = MemoryOutbox(_texts(3))
    smsc.post("/mode", receipt_style=style, receipt_ids=ids, receipt_state="UNDELIV")
    with Sms(config, outbox):
        until(lambda: len(outbox.receipts) == 3)
    assert {receipt.state for receipt in outbox.receipts} == {ReceiptState.FAILED}
    assert sorted(receipt.number for receipt in outbox.receipts) == [
        FIRST_NUMBER + i for i in (1, 2, 3)
    ]


def test_a_receipt_that_overtakes_the_answer_still_finds_its_message(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = MemoryOutbox(_texts(2))
    smsc.post("/mode", receipt_delay_ms=0, delay_ms=200)
    with Sms(config, outbox):
        until(lambda: len(outbox.receipts) == 2)
    assert sorted(receipt.number for receipt in outbox.receipts) == [
        FIRST_NUMBER + i for i in (1, 2)
    ]


def test_logs_and_status_never_show_whom_a_message_is_for(
    smsc: SmscPeer, config: SmscConfig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    outbox = MemoryOutbox(_texts(2))
    smsc.post("/mode", refused_numbers={str(FIRST_NUMBER + 2): 0x0B})
    with Sms(config, outbox) as sms:
        until(lambda: outbox.receipts)
        smsc.post("/deliver", **{"from": "16907910001", "to": "10001", "text": "身份证号"})
        until(lambda: "received 1" in sms.line)
    said = "\n".join([*sms.lines, *(record.getMessage() for record in caplog.records)])
    assert "169****0001" in said
    assert "1690791" not in said
    assert "身份证号" not in said
    assert "套餐" not in said
