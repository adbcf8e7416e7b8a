"""Receipts of different vendors all say the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanhao.channels.sms.contracts import Delivery
from wanhao.channels.sms.receipts import (
    DeliveryReport,
    is_receipt,
    mobile_number,
    read_receipt,
    spellings,
)
from wanhao.communications.contracts import ReceiptState

IDS = st.text(st.sampled_from("0123456789abcdefABCDEF-_."), min_size=1, max_size=40)
STATES = {
    "DELIVRD": ReceiptState.DELIVERED,
    "EXPIRED": ReceiptState.FAILED,
    "UNDELIV": ReceiptState.FAILED,
    "REJECTD": ReceiptState.FAILED,
    "ACCEPTD": ReceiptState.PENDING,
    "ENROUTE": ReceiptState.PENDING,
}


def _delivery(text: str, tlvs: dict[int, bytes] | None = None, esm_class: int = 4) -> Delivery:
    return Delivery(
        source="16907910001",
        destination="10001",
        esm_class=esm_class,
        data_coding=0,
        payload=text.encode("latin-1"),
        tlvs=tlvs or {},
    )


def _report(message_id: str | None, state: ReceiptState, error: str) -> DeliveryReport:
    return DeliveryReport(message_id=message_id, state=state, error=error)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "id:0123456789 sub:001 dlvrd:001 submit date:2611200930 done date:2611200931 "
            "stat:DELIVRD err:000 text:hello",
            _report("0123456789", ReceiptState.DELIVERED, "000"),
        ),
        (
            "id:a1-b2 submit date:261120093000 done date:261120093115 stat:UNDELIV err:0B1",
            _report("a1-b2", ReceiptState.FAILED, "0B1"),
        ),
        (
            "ID:77 SUB:001 DLVRD:000 STAT:Expired ERR:034 TEXT:stat:DELIVRD id:1",
            _report("77", ReceiptState.FAILED, "034"),
        ),
        ("id: 88 stat: DELIVRD", _report("88", ReceiptState.DELIVERED, "")),
        ("id:x_1 sub: dlvrd:001 stat:ACCEPTD err:", _report("x_1", ReceiptState.PENDING, "")),
        ("id:99 stat:MK:0012 err:5", _report("99", ReceiptState.PENDING, "MK:0012 5")),
        ("", _report(None, ReceiptState.PENDING, "")),
    ],
    ids=["standard", "twelve digits", "capitals", "blanks", "empty", "unheard of", "nothing"],
)
def test_receipts_are_read_key_by_key(text: str, expected: DeliveryReport) -> None:
    assert read_receipt(_delivery(text)) == expected


def test_parameters_win_over_the_text() -> None:
    tlvs = {0x001E: b"real\0", 0x0427: b"\x02", 0x0423: b"\x03\x00\x21"}
    found = read_receipt(_delivery("id:other stat:UNDELIV", tlvs))
    assert found == _report("real", ReceiptState.DELIVERED, "0021")


def test_an_id_without_its_closing_zero_keeps_its_last_character() -> None:
    found = read_receipt(_delivery("", {0x001E: b"abc9", 0x0427: b"\x05"}))
    assert found == _report("abc9", ReceiptState.FAILED, "")


@given(IDS, st.sampled_from(sorted(STATES)), st.booleans(), st.booleans())
def test_what_was_written_is_read(id_: str, word: str, has_counts: bool, is_long: bool) -> None:
    counts = "sub:001 dlvrd:001 " if has_counts else ""
    date = "261120093000" if is_long else "2611200930"
    text = f"id:{id_} {counts}submit date:{date} done date:{date} stat:{word} err:001 text:stat:X"
    assert read_receipt(_delivery(text)) == _report(id_, STATES[word], "001")


@given(st.binary(max_size=200), st.dictionaries(st.sampled_from([0x1E, 0x423, 0x427]), st.binary()))
def test_no_receipt_is_an_error(payload: bytes, tlvs: dict[int, bytes]) -> None:
    assert read_receipt(_delivery(payload.decode("latin-1"), tlvs)).state in ReceiptState


@pytest.mark.parametrize(
    ("esm_class", "expected"),
    [(0x04, True), (0x44, True), (0x07, True), (0x00, False), (0x40, False), (0x20, False)],
)
def test_only_the_type_bits_make_a_receipt(esm_class: int, expected: bool) -> None:
    assert is_receipt(_delivery("", esm_class=esm_class)) is expected


@given(st.integers(0, 2**63))
def test_an_id_fits_whether_written_decimal_or_hexadecimal(value: int) -> None:
    assert {f"{value:x}", f"{value:X}", f"{value:08X}"} <= set(spellings(str(value)))
    assert str(value) in spellings(f"{value:x}")
    assert str(value) in spellings(f"{value:X}")


def test_the_id_as_it_is_comes_first_and_others_stay_as_they_are() -> None:
    assert spellings("10")[0] == "10"
    assert spellings("a1-b2") == ["a1-b2"]


def test_an_id_a_database_cannot_hold_is_cleaned() -> None:
    found = read_receipt(_delivery("id:ab\x00\x07" + "c" * 90 + " stat:DELIVRD"))
    assert found.message_id == "ab" + "c" * 62


@pytest.mark.parametrize(
    ("address", "number"),
    [
        ("16907910001", 16907910001),
        ("8616907910001", 16907910001),
        ("+8616907910001", 16907910001),
        ("008616907910001", 16907910001),
        ("10001", 0),
        ("", 0),
    ],
)
def test_addresses_are_read_as_mobile_numbers(address: str, number: int) -> None:
    assert mobile_number(address) == number


@pytest.mark.parametrize(
    ("value", "reference"), [(b"\x12\x34", 0x1234), (b"\x00\x00", 0), (b"\x12", None), (b"", None)]
)
def test_the_reference_of_the_submit_comes_back(value: bytes, reference: int | None) -> None:
    assert read_receipt(_delivery("id:1 stat:DELIVRD", {0x0204: value})).reference == reference
