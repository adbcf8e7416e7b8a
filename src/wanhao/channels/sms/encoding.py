"""Texts to parts and back: GSM 7 bit where it fits, UCS-2 otherwise, long messages in parts."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from wanhao.channels.sms.contracts import Delivery
from wanhao.values.sms_text import (
    ESCAPE,
    GSM7,
    GSM_ESCAPED,
    GSM_PLAIN,
    UCS2,
    EncodingError,
    cut,
)

MOST_PARTS = 255
UDH_INDICATOR = 0x40
CONCATENATED_8_BIT, CONCATENATED_16_BIT = 0x00, 0x08
SAR_REFERENCE, SAR_TOTAL, SAR_INDEX = 0x020C, 0x020E, 0x020F
USER_MESSAGE_REFERENCE = 0x0204

_FROM_GSM_ESCAPED = {code: char for char, code in GSM_ESCAPED.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A text as it goes out; each payload begins with its header when there is one."""

    payloads: tuple[bytes, ...]
    data_coding: int
    with_header: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundPart:
    """One part of what a customer wrote; `index` of `total` counts from 1. By `network_reference`
    a network that gives one names the message itself."""

    source: str
    destination: str
    data_coding: int
    payload: bytes
    reference: int = 0
    total: int = 1
    index: int = 1
    network_reference: int | None = None


def split(text: str, reference: int) -> Parts:
    """The parts of a text; characters are never cut. Raises EncodingError."""
    chunks = cut(text)
    count = len(chunks.octets)
    if count == 1:
        return Parts(payloads=chunks.octets, data_coding=chunks.alphabet, with_header=False)
    if count > MOST_PARTS:
        raise EncodingError(f"{count} parts, at most {MOST_PARTS} can be sent")
    head = bytes([5, CONCATENATED_8_BIT, 3, reference & 0xFF, count])
    payloads = tuple(head + bytes([i]) + chunk for i, chunk in enumerate(chunks.octets, start=1))
    return Parts(payloads=payloads, data_coding=chunks.alphabet, with_header=True)


def inbound_part(delivery: Delivery) -> InboundPart:
    """Reads which part of which message this is, from 8- or 16-bit UDH or SAR parameters."""
    place, payload = _sar_place(delivery.tlvs), delivery.payload
    if delivery.esm_class & UDH_INDICATOR and payload:
        header, payload = payload[1 : payload[0] + 1], payload[payload[0] + 1 :]
        place = _udh_place(header) or place
    reference, total, index = place or (0, 1, 1)
    named = delivery.tlvs.get(USER_MESSAGE_REFERENCE)
    return InboundPart(
        source=delivery.source,
        destination=delivery.destination,
        data_coding=delivery.data_coding,
        payload=payload,
        reference=reference,
        total=total,
        index=index,
        network_reference=int.from_bytes(named, "big") if named else None,
    )


def join(parts: Iterable[InboundPart]) -> str:
    """The text of a whole message; octets are joined first, as a sender may cut characters."""
    ordered = sorted(parts, key=lambda part: part.index)
    return decode(b"".join(part.payload for part in ordered), ordered[0].data_coding)


def decode(payload: bytes, data_coding: int) -> str:
    """Octets as text; what cannot be read becomes U+FFFD, never an error."""
    return _DECODERS.get(data_coding, _latin)(payload)


def _udh_place(header: bytes) -> tuple[int, int, int] | None:
    """Walks the information elements of a user data header; a broken one places nothing."""
    while len(header) >= 2:
        kind, length = header[0], header[1]
        value, header = header[2 : 2 + length], header[2 + length :]
        if kind == CONCATENATED_8_BIT and len(value) == 3:
            return _place(value[0], value[1], value[2])
        if kind == CONCATENATED_16_BIT and len(value) == 4:
            return _place(int.from_bytes(value[:2], "big"), value[2], value[3])
    return None


def _sar_place(tlvs: dict[int, bytes]) -> tuple[int, int, int] | None:
    if not tlvs.keys() >= {SAR_REFERENCE, SAR_TOTAL, SAR_INDEX}:
        return None
    reference, total, index = (
        int.from_bytes(tlvs[tag], "big") for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_INDEX)
    )
    return _place(reference, total, index)


def _place(reference: int, total: int, index: int) -> tuple[int, int, int] | None:
    return (reference, total, index) if 1 <= index <= total else None


def _gsm(payload: bytes) -> str:
    text, escaped = [], False
    for octet in payload:
        if escaped:
            text.append(_FROM_GSM_ESCAPED.get(octet, "\ufffd"))
        elif octet != ESCAPE:
            text.append(GSM_PLAIN[octet] if octet < len(GSM_PLAIN) else "\ufffd")
        escaped = octet == ESCAPE and not escaped
    return "".join(text)


def _latin(payload: bytes) -> str:
    return payload.decode("latin-1")


# 15 is GB 18030 in the message formats of Chinese gateways.
_DECODERS: dict[int, Callable[[bytes], str]] = {
    GSM7: _gsm,
    1: lambda payload: payload.decode("ascii", errors="replace"),
    UCS2: lambda payload: payload.decode("utf-16-be", errors="replace"),
    15: lambda payload: payload.decode("gb18030", errors="replace"),
}
