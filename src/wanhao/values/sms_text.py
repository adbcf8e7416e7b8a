"""How a text fits into short messages: GSM 7 bit where it can, UCS-2 otherwise, in parts."""

from collections.abc import Sequence
from dataclasses import dataclass

GSM7, UCS2 = 0, 8
"""The alphabets, as SMPP numbers them."""

PART_OCTETS = {GSM7: 160, UCS2: 140}
PART_OCTETS_WITH_HEADER = {GSM7: 153, UCS2: 134}

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


class EncodingError(ValueError):
    """A text that cannot be sent: broken characters, or too many parts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunks:
    """A text as it fits; of several chunks each leaves room for the header of its part."""

    alphabet: int
    octets: tuple[bytes, ...]


def sms_parts(text: str) -> int:
    """How many short messages a text takes, and is paid as. Raises EncodingError."""
    return len(cut(text).octets)


def cut(text: str) -> Chunks:
    """A text in the fewest short messages; no character is cut. Raises EncodingError."""
    alphabet, units = _units(text)
    whole = b"".join(units)
    if len(whole) <= PART_OCTETS[alphabet]:
        return Chunks(alphabet=alphabet, octets=(whole,))
    return Chunks(alphabet=alphabet, octets=_fill(units, PART_OCTETS_WITH_HEADER[alphabet]))


def _units(text: str) -> tuple[int, Sequence[bytes]]:
    """The alphabet and the octets of each character."""
    try:
        return GSM7, [_TO_GSM[char] for char in text]
    except KeyError:
        pass
    try:
        return UCS2, [char.encode("utf-16-be") for char in text]
    except UnicodeEncodeError as error:
        raise EncodingError("the text has half a character") from error


def _fill(units: Sequence[bytes], octets: int) -> tuple[bytes, ...]:
    chunks = [bytearray()]
    for unit in units:
        if len(chunks[-1]) + len(unit) > octets:
            chunks.append(bytearray())
        chunks[-1] += unit
    return tuple(bytes(chunk) for chunk in chunks)
