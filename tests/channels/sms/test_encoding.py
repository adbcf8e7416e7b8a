"""Texts become parts a handset can put together, and come back as they were."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanhao.channels.sms.contracts import Delivery
from wanhao.channels.sms.encoding import InboundPart, decode, inbound_part, join, split
from wanhao.values.sms_text import GSM7, GSM_ESCAPED, GSM_PLAIN, UCS2, EncodingError, sms_parts

ANY_TEXT = st.text(st.characters(codec="utf-16-be"), max_size=700) | st.text(
    st.sampled_from("您好，本月话费😀🀄a€"), max_size=700
)
GSM_TEXT = st.text(
    st.sampled_from(sorted(set(GSM_PLAIN) - {"\x1b"} | set(GSM_ESCAPED))), max_size=700
)


def _arrived(payload: bytes, data_coding: int, with_header: bool) -> InboundPart:
    return inbound_part(
        Delivery(
            source="16907910001",
            destination="10001",
            esm_class=0x40 if with_header else 0,
            data_coding=data_coding,
            payload=payload,
            tlvs={},
        )
    )


def _there_and_back(text: str) -> str:
    parts = split(text, 7)
    return join(
        _arrived(payload, parts.data_coding, parts.with_header) for payload in parts.payloads
    )


@given(ANY_TEXT)
def test_any_text_comes_back_as_it_was(text: str) -> None:
    assert _there_and_back(text) == text


@given(GSM_TEXT)
def test_a_western_text_comes_back_from_seven_bits(text: str) -> None:
    assert split(text, 7).data_coding == GSM7
    assert _there_and_back(text) == text


@given(ANY_TEXT)
def test_no_part_is_longer_than_140_octets_and_none_cuts_a_character(text: str) -> None:
    parts = split(text, 7)
    if parts.data_coding != UCS2:
        return
    for payload in parts.payloads:
        assert len(payload) <= 140
        body = payload[6:] if parts.with_header else payload
        assert body.decode("utf-16-be", errors="strict") == body.decode("utf-16-be", "replace")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("您" * 70, 1),
        ("您" * 71, 2),
        ("您" * 134, 2),
        ("您" * 135, 3),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("", 1),
    ],
)
def test_how_many_parts_a_text_takes(text: str, count: int) -> None:
    assert len(split(text, 7).payloads) == count
    assert sms_parts(text) == count


def test_a_character_of_two_units_moves_to_the_next_part_whole() -> None:
    parts = split("您" * 66 + "😀" + "您" * 10, 7)
    assert [len(payload) for payload in parts.payloads] == [6 + 132, 6 + 24]


def test_each_part_says_which_of_how_many_it_is() -> None:
    parts = split("您" * 200, 0x1234)
    assert [payload[:6].hex() for payload in parts.payloads] == [
        "050003340301",
        "050003340302",
        "050003340303",
    ]


def test_a_text_of_more_than_255_parts_is_refused() -> None:
    with pytest.raises(EncodingError):
        split("您" * (67 * 255 + 1), 7)


def test_half_a_character_is_refused() -> None:
    with pytest.raises(EncodingError):
        split("您\ud83d", 7)


def test_escaped_western_characters_are_not_cut() -> None:
    parts = split("a" * 152 + "€" + "a" * 20, 7)
    assert [len(payload) - 6 for payload in parts.payloads] == [152, 22]


@pytest.mark.parametrize(
    ("esm_class", "tlvs", "head"),
    [
        (0x40, {}, "050003070201"),
        (0x40, {}, "06080400070201"),
        (0x40, {}, "0b0504aabbccdd0003070201"),
        (0x00, {0x020C: b"\0\7", 0x020E: b"\2", 0x020F: b"\1"}, ""),
    ],
    ids=["8-bit header", "16-bit header", "header with ports too", "SAR parameters"],
)
def test_the_place_of_an_inbound_part_is_found(
    esm_class: int, tlvs: dict[int, bytes], head: str
) -> None:
    body = "查询".encode("utf-16-be")
    found = inbound_part(
        Delivery(
            source="16907910001",
            destination="10001",
            esm_class=esm_class,
            data_coding=8,
            payload=bytes.fromhex(head) + body,
            tlvs=tlvs,
        )
    )
    assert (found.reference, found.total, found.index) == (7, 2, 1)
    assert found.payload == body


@given(st.binary(max_size=160), st.sampled_from([0x00, 0x40]), st.integers(0, 255))
def test_no_inbound_octets_are_an_error(payload: bytes, esm_class: int, data_coding: int) -> None:
    found = inbound_part(
        Delivery(
            source="",
            destination="",
            esm_class=esm_class,
            data_coding=data_coding,
            payload=payload,
            tlvs={},
        )
    )
    assert 1 <= found.index <= found.total
    assert isinstance(join([found]), str)


def test_chinese_gateways_write_gb18030_as_15() -> None:
    assert decode("余额查询".encode("gb18030"), 15) == "余额查询"
