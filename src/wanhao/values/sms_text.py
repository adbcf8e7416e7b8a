"""How a text fits into short messages: GSM 7 bit where it can, UCS-2 otherwise, in parts."""

from collections.abc import Sequence
from dataclasses import dataclass

GSM7, UCS2 = 0, 8
"""The alphabets, as SMPP numbers them."""

PART_OCTETS = {GSM7: 160, UCS2: 140}
PART_OCTETS_WITH_HEADER = {GSM7: 153, UCS2: 134}
PLAIN_OCTETS = {GSM7: 1, UCS2: 2}
"""What a character takes unless it is escaped, or beyond the first 65,536."""

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
    alphabet, whole = _octets(text)
    if len(whole) <= PART_OCTETS[alphabet]:
        return Chunks(alphabet=alphabet, octets=(whole,))
    most = PART_OCTETS_WITH_HEADER[alphabet]
    if len(whole) == len(text) * PLAIN_OCTETS[alphabet]:
        octets = tuple(whole[begin : begin + most] for begin in range(0, len(whole), most))
        return Chunks(alphabet=alphabet, octets=octets)
    return Chunks(alphabet=alphabet, octets=_fill([_octet(one, alphabet) for one in text], most))


def _octets(text: str) -> tuple[int, bytes]:
    """The alphabet, and the whole text in it."""
    if _TO_GSM.keys() >= set(text):
        return GSM7, b"".join(map(_TO_GSM.__getitem__, text))
    try:
        return UCS2, text.encode("utf-16-be")
    except UnicodeEncodeError as error:
        raise EncodingError("the text has half a character") from error


def _octet(char: str, alphabet: int) -> bytes:
    return _TO_GSM[char] if alphabet == GSM7 else char.encode("utf-16-be")


def _fill(units: Sequence[bytes], octets: int) -> tuple[bytes, ...]:
    chunks = [bytearray()]
    for unit in units:
        if len(chunks[-1]) + len(unit) > octets:
            chunks.append(bytearray())
        chunks[-1] += unit
    return tuple(bytes(chunk) for chunk in chunks)
