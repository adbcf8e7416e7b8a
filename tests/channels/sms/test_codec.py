"""Frames are read as they are meant, or refused."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wanhao.channels.sms import codec
from wanhao.channels.sms.contracts import SmscConfig
from wanhao.values.errors import WanhaoError

HEAD = struct.Struct(">LLLL")


def _frame(command: int, body: bytes, status: int = 0) -> bytes:
    return HEAD.pack(16 + len(body), command, status, 9) + body


def _deliver(text: bytes, tlvs: bytes = b"", length: int | None = None) -> bytes:
    said = len(text) if length is None else length
    body = b"\0\1\1" + b"16907910001\0" + b"\0\1" + b"10001\0" + b"\4\0\0\0\0\0\0\0\0"
    return _frame(5, body + bytes([said]) + text + tlvs)


def test_a_delivery_is_read_with_parameters_nobody_knows() -> None:
    tlvs = bytes.fromhex("001e0003616263" + "1400000101" + "0425000105")
    found = codec.delivery(codec.read(_deliver(b"id:1", tlvs)))
    assert (found.source, found.destination, found.payload) == ("16907910001", "10001", b"id:1")
    assert found.tlvs == {0x001E: b"abc", 0x1400: b"\1", 0x0425: b"\5"}


@pytest.mark.parametrize(
    "frame",
    [
        _deliver(b"id:1", length=9),
        _deliver(b"", tlvs=bytes.fromhex("001e00ff61")),
        _frame(5, b"\0\1"),
        _frame(0x77, b""),
    ],
    ids=["text cut off", "parameter cut off", "fields cut off", "unknown command"],
)
def test_what_makes_no_sense_is_refused_with_its_number(frame: bytes) -> None:
    with pytest.raises(codec.UnreadablePduError) as caught:
        codec.read(frame)
    assert caught.value.sequence == 9


def _is_read(frame: bytes) -> bool:
    try:
        pdu = codec.read(frame)
    except codec.UnreadablePduError:
        return False
    return pdu.command != "deliver_sm" or codec.delivery(pdu) is not None


@given(st.integers(0, 0xFFFFFFFF) | st.sampled_from([4, 5, 9, 0x80000004]), st.binary(max_size=80))
def test_every_frame_is_either_read_or_refused(command: int, body: bytes) -> None:
    assert _is_read(_frame(command, body)) in (True, False)


@given(st.integers(1, len(_deliver(b"id:1 stat:DELIVRD")) - 17))
def test_a_delivery_cut_anywhere_is_refused(missing: int) -> None:
    whole = _deliver(b"id:1 stat:DELIVRD")
    assert _is_read(whole)
    assert not _is_read(_frame(5, whole[16:-missing]))


@pytest.mark.parametrize("length", [0, 15, 70_000, 0xFFFFFFFF])
def test_an_impossible_length_breaks_the_stream(length: int) -> None:
    with pytest.raises(codec.BrokenStreamError):
        codec.frame_length(HEAD.pack(length, 5, 0, 1))


def test_a_password_smpp_cannot_carry_is_refused_not_cut() -> None:
    with pytest.raises(WanhaoError):
        SmscConfig(host="", port=1, system_id="", password="123456789", source="10001")


def test_a_password_does_not_show_in_logs() -> None:
    config = SmscConfig(host="", port=1, system_id="", password="geheim", source="10001")
    assert "geheim" not in repr(config)
