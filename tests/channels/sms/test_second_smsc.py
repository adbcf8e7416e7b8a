"""The same promises towards a second SMSC, of other people and another language."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
import smpp34

from tests.channels.sms.fakes import MemoryOutbox, Sms, until
from tests.channels.sms.second_peer import SecondSmsc, second_smsc
from wanhao.channels.sms.contracts import SmscConfig
from wanhao.communications.contracts import ReceiptState

LONG = "尊敬的客户，" + "您本月的国内语音已使用到套餐的百分之八十😀。" * 8 + "【万号】"


@pytest.fixture
def second() -> Iterator[SecondSmsc]:
    with second_smsc() as peer:
        yield peer


@pytest.fixture
def config(second: SecondSmsc) -> SmscConfig:
    return SmscConfig(
        host="127.0.0.1",
        port=second.port,
        system_id="wanhao",
        password="wanhao1",
        source="10001",
        window=5,
        per_second=1000.0,
        reconnect_first=0.05,
        reconnect_longest=0.2,
        throttled_first=0.05,
        throttled_longest=0.2,
        stop_grace=15.0,
    )


def _texts(count: int) -> list[str]:
    return [f"您的套餐语音已使用{i}分钟。【万号】" for i in range(count)]


def test_messages_are_sent_once_and_their_receipts_found(
    second: SecondSmsc, config: SmscConfig
) -> None:
    outbox = MemoryOutbox(_texts(30))
    with Sms(config, outbox):
        until(lambda: len(outbox.receipts) == 30)
    assert Counter(second.texts()) == Counter(_texts(30))
    assert {receipt.state for receipt in outbox.receipts} == {ReceiptState.DELIVERED}
    references = [
        tlv.as_int()
        for event in second.taken
        for tlv in event.tlvs
        if tlv.tag == smpp34.TLV_USER_MESSAGE_REFERENCE
    ]
    assert sorted(references) == list(range(1, 31))


def test_a_long_message_arrives_whole_with_a_receipt_for_each_part(
    second: SecondSmsc, config: SmscConfig
) -> None:
    outbox = MemoryOutbox([LONG])
    with Sms(config, outbox):
        until(lambda: len(outbox.receipts) == 3)
    assert second.texts() == [LONG]
    assert len(outbox.channel_ids[1]) == 3


def test_throttled_messages_come_again_and_arrive_once(
    second: SecondSmsc, config: SmscConfig
) -> None:
    second.throttle = 6
    outbox = MemoryOutbox(_texts(20))
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 20)
    assert Counter(second.texts()) == Counter(_texts(20))


def test_a_bind_that_is_ended_is_made_again_and_nothing_is_sent_twice(
    second: SecondSmsc, config: SmscConfig
) -> None:
    outbox = MemoryOutbox(_texts(3))
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 3)
        second.cut()
        until(lambda: second.binds == 2)
        outbox.release(["后来"])
        until(lambda: outbox.count("accepted") == 4)
    assert Counter(second.texts()) == Counter([*_texts(3), "后来"])


def test_what_was_not_answered_is_unknown(second: SecondSmsc, config: SmscConfig) -> None:
    second.silent = True
    outbox = MemoryOutbox(_texts(4))
    with Sms(replace(config, response_timeout=0.2), outbox):
        until(lambda: outbox.count("unknown") == 4)
    assert len(second.taken) == 4


def test_a_customers_long_message_is_handed_on_whole(
    second: SecondSmsc, config: SmscConfig
) -> None:
    outbox = MemoryOutbox()
    octets = ("我想投诉，" * 20).encode("utf-16-be")
    chunks = [octets[start : start + 132] for start in range(0, len(octets), 132)]
    with Sms(config, outbox) as sms:
        until(lambda: "bound" in sms.line)
        for index, chunk in enumerate(chunks, start=1):
            head = bytes([6, 8, 4, 1, 2, len(chunks), index])
            second.deliver("16907910001", head + chunk, esm_class=0x40, data_coding=8)
        until(lambda: second.answers == [0, 0])
    assert outbox.asked_texts() == ["我想投诉，" * 20]


def test_a_message_that_cannot_be_kept_is_refused(second: SecondSmsc, config: SmscConfig) -> None:
    outbox = MemoryOutbox()
    with Sms(config, outbox) as sms:
        until(lambda: "bound" in sms.line)
        outbox.away = True
        second.deliver("16907910001", "查询".encode("utf-16-be"), data_coding=8)
        until(lambda: second.answers == [0x64])
