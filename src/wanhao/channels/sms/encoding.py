"""Texts to parts and back: GSM 7 bit where it fits, UCS-2 otherwise, long messages in parts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from wanhao.channels.sms.contracts import Delivery

GSM7, UCS2 = 0, 8
PART_OCTETS = {GSM7: 160, UCS2: 140}
PART_OCTETS_WITH_HEADER = {GSM7: 153, UCS2: 134}
MOST_PARTS = 255
UDH_INDICATOR = 0x40
CONCATENATED_8_BIT, CONCATENATED_16_BIT = 0x00, 0x08
SAR_REFERENCE, SAR_TOTAL, SAR_INDEX = 0x020C, 0x020E, 0x020F

GSM_PLAIN = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_ESCAPED = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
ESCAPE = 0x1B
_TO_GSM = {char: bytes([code]) for code, char in enumerate(GSM_PLAIN) if code != ESCAPE} | {
    char: bytes([ESCAPE, code]) for char, code in GSM_ESCAPED.items()
}
_FROM_GSM_ESCAPED = {code: char for char, code in GSM_ESCAPED.items()}


class EncodingError(ValueError):
    """A text that cannot be sent: broken characters, or more than 255 parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """A text as it goes out; each payload begins with its header when there is one."""

    payloads: tuple[bytes, ...]
    data_coding: int
    with_header: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundPart:
    """One part of what a customer wrote; `index` of `total` counts from 1."""

    source: str
    destination: str
    data_coding: int
    payload: bytes
    reference: int = 0
    total: int = 1
    index: int = 1


def split(text: str, reference: int) -> Parts:
    """The parts of a text; characters are never cut. Raises EncodingError."""
    data_coding, units = _units(text)
    whole = b"".join(units)
    if len(whole) <= PART_OCTETS[data_coding]:
        return Parts(payloads=(whole,), data_coding=data_coding, with_header=False)
    chunks = _fill(units, PART_OCTETS_WITH_HEADER[data_coding])
    if len(chunks) > MOST_PARTS:
        raise EncodingError(f"{len(chunks)} parts, at most {MOST_PARTS} can be sent")
    head = bytes([5, CONCATENATED_8_BIT, 3, reference & 0xFF, len(chunks)])
    payloads = tuple(head + bytes([i]) + chunk for i, chunk in enumerate(chunks, start=1))
    return Parts(payloads=payloads, data_coding=data_coding, with_header=True)


def inbound_part(delivery: Delivery) -> InboundPart:
    """Reads which part of which message this is, from 8- or 16-bit UDH or SAR parameters."""
    place, payload = _sar_place(delivery.tlvs), delivery.payload
    if delivery.esm_class & UDH_INDICATOR and payload:
        header, payload = payload[1 : payload[0] + 1], payload[payload[0] + 1 :]
        place = _udh_place(header) or place
    reference, total, index = place or (0, 1, 1)
    return InboundPart(
        source=delivery.source,
        destination=delivery.destination,
        data_coding=delivery.data_coding,
        payload=payload,
        reference=reference,
        total=total,
        index=index,
    )


def join(parts: Iterable[InboundPart]) -> str:
    """The text of a whole message; octets are joined first, as a sender may cut characters."""
    ordered = sorted(parts, key=lambda part: part.index)
    return decode(b"".join(part.payload for part in ordered), ordered[0].data_coding)


def decode(payload: bytes, data_coding: int) -> str:
    """Octets as text; what cannot be read becomes U+FFFD, never an error."""
    return _DECODERS.get(data_coding, _latin)(payload)


def _units(text: str) -> tuple[int, Sequence[bytes]]:
    """The data coding and the octets of each character."""
    try:
        return GSM7, [_TO_GSM[char] for char in text]
    except KeyError:
        pass
    try:
        return UCS2, [char.encode("utf-16-be") for char in text]
    except UnicodeEncodeError as error:
        raise EncodingError("the text has half a character") from error


def _fill(units: Sequence[bytes], octets: int) -> list[bytes]:
    chunks = [bytearray()]
    for unit in units:
        if len(chunks[-1]) + len(unit) > octets:
            chunks.append(bytearray())
        chunks[-1] += unit
    return [bytes(chunk) for chunk in chunks]


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
