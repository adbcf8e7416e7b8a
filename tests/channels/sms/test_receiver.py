"""What customers write is kept before it is acknowledged, in whatever form it comes."""

import stat
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.channels.sms.fakes import FIRST_NUMBER, MemoryOutbox, Sms, until
from wanhao.channels.sms.contracts import SmscConfig
from wanhao.channels.sms.encoding import InboundPart
from wanhao.channels.sms.peer import SmscPeer
from wanhao.channels.sms.received import ReceivedFile
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
def test_a_customers_message_is_kept_whole(
    smsc: SmscPeer, config: SmscConfig, tmp_path: Path, text: str, style: str
) -> None:
    kept = ReceivedFile(tmp_path / "received.jsonl")
    with Sms(config, MemoryOutbox(), tmp_path / "received.jsonl") as sms:
        until(lambda: "bound" in sms.line)
        parts = _from_customer(smsc, text, style)
        until(lambda: _acknowledged(smsc) == parts)
    assert list(kept.texts()) == [("16907910001", text)]


def test_without_a_place_to_keep_it_the_smsc_keeps_the_message(
    smsc: SmscPeer, config: SmscConfig
) -> None:
    with Sms(config, MemoryOutbox()) as sms:
        until(lambda: "bound" in sms.line)
        _from_customer(smsc, SHORT, "plain")
        until(lambda: 0x64 in smsc.get("/stats")["answers"])
    assert 0 not in smsc.get("/stats")["answers"]


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


def _part(index: int, text: str = "查询") -> InboundPart:
    return InboundPart(
        source="16907910001",
        destination="10001",
        data_coding=8,
        payload=text.encode("utf-16-be"),
        reference=7,
        total=2,
        index=index,
    )


def test_parts_may_come_in_any_order_and_more_than_once(tmp_path: Path) -> None:
    kept = ReceivedFile(tmp_path / "sms" / "received.jsonl")
    for index in (2, 2, 1):
        kept.store(_part(index, f"第{index}"), NOW)
    assert [text for _, text in kept.texts()] == ["第1第2"]


def test_a_line_cut_by_a_power_failure_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "received.jsonl"
    kept = ReceivedFile(path)
    kept.store(_part(1), NOW)
    with path.open("ab") as file:
        file.write(b'{"at": "2026')
    kept.store(_part(2), NOW)
    assert [part.index for part in kept.parts()] == [1, 2]


def test_only_the_operator_may_read_what_customers_wrote(tmp_path: Path) -> None:
    path = tmp_path / "received.jsonl"
    ReceivedFile(path).store(_part(1), NOW)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
