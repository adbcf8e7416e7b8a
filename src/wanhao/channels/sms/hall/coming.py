"""What came in of each number, in order: whole messages, and parts of long ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wanhao.channels.sms.encoding import InboundPart, decode
from wanhao.channels.sms.hall.contracts import Written
from wanhao.channels.sms.receipts import mobile_number
from wanhao.communications.incoming_contracts import KeptPart
from wanhao.communications.incoming_parts import keep_parts

MOST_PARTS = 10
"""No command is longer; what is, is acknowledged and left unread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A whole message of a number, or parts of a long one; `places` are theirs in what came."""

    number: int
    parts: tuple[InboundPart, ...]
    places: tuple[int, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing else belongs to it."""
        return self.parts[0].total == 1


def pieces_of(parts: Sequence[InboundPart]) -> dict[int, list[Piece]]:
    """What came of each number, each piece in the place of its last part; what nobody reads is
    left out."""
    places: dict[tuple[int, ...], list[int]] = {}
    for place, part in enumerate(parts):
        number = mobile_number(part.source)
        if not number or part.total > MOST_PARTS:
            continue
        alone = (number, -1, place)
        key = alone if part.total == 1 else (number, part.reference, part.total)
        places.setdefault(key, []).append(place)
    found: dict[int, list[Piece]] = {}
    for (number, *_), held in sorted(places.items(), key=lambda one: one[1][-1]):
        piece = Piece(number=number, parts=tuple(parts[i] for i in held), places=tuple(held))
        found.setdefault(number, []).append(piece)
    return found


def whole(piece: Piece) -> Written:
    """A message that came whole."""
    (part,) = piece.parts
    reference = "" if part.network_reference is None else f"u{part.network_reference}"
    text = decode(part.payload, part.data_coding)
    return Written(number=piece.number, text=_printable(text), reference=reference)


def joined(piece: Piece, now: datetime) -> list[Written]:
    """The long message that is whole with these parts, else none, and they are kept. The number is
    locked by the caller."""
    parts = [
        KeptPart(
            number=piece.number,
            reference=part.reference,
            total=part.total,
            place=part.index,
            data_coding=part.data_coding,
            payload=part.payload,
        )
        for part in piece.parts
    ]
    return [_joined(some) for some in keep_parts(parts, now)]


def _joined(parts: Sequence[KeptPart]) -> Written:
    """Octets are joined first, as a sender may cut characters."""
    first = parts[0]
    text = decode(b"".join(part.payload for part in parts), first.data_coding)
    reference = f"p{first.reference}/{first.total}"
    return Written(number=first.number, text=_printable(text), reference=reference)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)
