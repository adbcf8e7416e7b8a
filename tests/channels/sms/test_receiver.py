"""What customers write is kept before it is acknowledged, in whatever form it comes."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import pytest

from tests.channels.sms.fakes import FIRST_NUMBER, MemoryOutbox, Sms, until
from wanhao.channels.sms.contracts import SmscConfig, Step
from wanhao.channels.sms.encoding import InboundPart
from wanhao.channels.sms.peer import SmscPeer
from wanhao.communications.contracts import Receipt

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
SHORT = "查询余额"
LONG = "我想投诉，" * 30 + "😀" * 40


def _from_customer(smsc: SmscPeer, text: str, style: str) -> int:
    """The number of parts the message was sent in."""
    sent = smsc.post(
        "/deliver", **{"from": "16907910001", "to": "10001", "text": text, "style": style}
    )
    return int(sent["parts"])


def _acknowledged(smsc: SmscPeer) -> int:
    return list(smsc.get("/stats")["answers"]).count(0)


@pytest.mark.parametrize(
    ("text", "style"),
    [
        (SHORT, "plain"),
        (LONG, "udh8"),
        (LONG, "udh16"),
        (LONG, "sar"),
        (LONG, "payload"),
    ],
)
def test_a_customers_message_is_handed_on_whole(
    smsc: SmscPeer, config: SmscConfig, text: str, style: str
) -> None:
    outbox = MemoryOutbox()
    with Sms(config, outbox) as sms:
        until(lambda: "bound" in sms.line)
        parts = _from_customer(smsc, text, style)
        until(lambda: _acknowledged(smsc) == parts)
    assert outbox.asked_texts() == [text]


def test_while_the_database_is_away_the_smsc_keeps_the_message(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = MemoryOutbox()
    with Sms(config, outbox) as sms:
        until(lambda: "bound" in sms.line)
        outbox.away = True
        _from_customer(smsc, SHORT, "plain")
        until(lambda: 0x64 in smsc.get("/stats")["answers"])
        assert outbox.asked == []
        outbox.away = False
        until(lambda: _acknowledged(smsc) == 1)
    assert outbox.asked_texts() == [SHORT]


def test_a_receipt_for_a_message_nobody_knows_is_counted_and_done_with(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    with Sms(config, MemoryOutbox()) as sms:
        until(lambda: "bound" in sms.line)
        text = "id:none stat:DELIVRD"
        smsc.post("/deliver", **{"from": "16907910001", "to": "1", "text": text, "esm_class": 4})
        until(lambda: smsc.get("/stats")["answers"] == [0])
    assert "unmatched 1" in sms.lines[-1]


class Fussy(MemoryOutbox):
    """Fails at the receipt of one message."""

    def record_receipts(self, receipts: Sequence[Receipt]) -> list[bool]:
        if any(receipt.number == FIRST_NUMBER + 3 for receipt in receipts):
            raise ValueError("nobody foresaw this")
        return super().record_receipts(receipts)


def test_a_receipt_that_cannot_be_kept_does_not_hold_up_the_others(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = Fussy(["您好"] * 6)
    smsc.post("/mode", hold_receipts=True)
    with Sms(config, outbox):
        until(lambda: outbox.count("accepted") == 6)
        smsc.post("/receipts")
        until(lambda: len(outbox.receipts) == 5 and 0x64 in smsc.get("/stats")["answers"])
    assert {receipt.number for receipt in outbox.receipts} == {
        FIRST_NUMBER + number for number in (1, 2, 4, 5, 6)
    }


class FussyReader(MemoryOutbox):
    """Fails at one customer's message until it does not any more."""

    fussy = True

    def answer(self, parts: Sequence[InboundPart], now: datetime) -> Iterator[Step]:
        if self.fussy and any(part.source.endswith("3") for part in parts):
            raise ValueError("nobody foresaw this")
        yield from super().answer(parts, now)


def test_a_message_that_cannot_be_handled_does_not_hold_up_the_others(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    outbox = FussyReader()
    with Sms(config, outbox) as sms:
        until(lambda: "bound" in sms.line)
        for number in range(6):
            smsc.post("/deliver", **{"from": f"1690791000{number}", "to": "10001", "text": "101"})
        until(lambda: len(outbox.asked) == 5 and 0x64 in smsc.get("/stats")["answers"])
        outbox.fussy = False
        until(lambda: len(outbox.asked) == 6)
