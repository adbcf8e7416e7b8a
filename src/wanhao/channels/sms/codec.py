"""Frames on the wire and back, on smpplib's codec.

smpplib reads the mandatory fields. Optional parameters are read here: smpplib takes the last
octet off every text (not all SMSCs end them with NUL), trusts its own sizes instead of the length
in the frame, and stops at a known parameter in an unexpected command.
"""

import struct
from copy import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from smpplib import command_codes, smpp
from smpplib.exceptions import UnknownCommandError

from wanhao.channels.sms.contracts import Delivery, SmscConfig, Submit

HEADER = struct.Struct(">LLLL")
LONGEST_FRAME = 65_536
LONGEST_ID = 64
LAST_SEQUENCE = 0x7FFFFFFF
RESPONSE_BIT = 0x80000000

OK = 0x00
INVALID_LENGTH = 0x02
INVALID_COMMAND = 0x03
NOT_BOUND = 0x04
SYSTEM_ERROR = 0x08
WRONG_CREDENTIALS = frozenset({0x0D, 0x0E, 0x0F})
QUEUE_FULL = 0x14
THROTTLED = 0x58
TEMPORARY_ERROR = 0x64

UDH_INDICATOR = 0x40
MESSAGE_PAYLOAD = 0x0424


class BrokenStreamError(Exception):
    """The length of a frame cannot be right, so nothing after it can be found."""


class UnreadablePduError(Exception):
    """A frame that is whole but makes no sense; `status` is for the generic_nack."""

    def __init__(self, reason: str, *, sequence: int, status: int, command: int) -> None:
        super().__init__(reason)
        self.sequence = sequence
        self.status = status
        self.is_response = bool(command & RESPONSE_BIT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdu:
    """A frame that was read; `fields` is smpplib's object."""

    command: str
    status: int
    sequence: int
    fields: Any
    tlvs: dict[int, bytes]

    @property
    def message_id(self) -> str:
        """The SMSC's id in a response; opaque, empty if there is none."""
        raw = getattr(self.fields, "message_id", None) or b""
        return bytes(raw).decode("latin-1")[:LONGEST_ID]


def frame_length(head: bytes) -> int:
    """Octets of the whole frame; raises BrokenStreamError if that is impossible."""
    length = int.from_bytes(head[:4], "big")
    if not HEADER.size <= length <= LONGEST_FRAME:
        raise BrokenStreamError(f"a frame of {length} octets")
    return length


def read(frame: bytes) -> Pdu:
    """One frame as a PDU; raises UnreadablePduError."""
    _, command, status, sequence = HEADER.unpack(frame[: HEADER.size])
    try:
        name = command_codes.get_command_name(command)
        parsed, tlvs = _parse(name, frame)
    except UnknownCommandError as error:
        raise UnreadablePduError(
            str(error), sequence=sequence, status=INVALID_COMMAND, command=command
        ) from error
    except (ValueError, KeyError, IndexError, TypeError, struct.error) as error:
        raise UnreadablePduError(
            repr(error), sequence=sequence, status=SYSTEM_ERROR, command=command
        ) from error
    return Pdu(command=name, status=status, sequence=sequence, fields=parsed, tlvs=tlvs)


def bind(config: SmscConfig, sequence: int) -> bytes:
    """bind_transceiver, or what the bind is for, with the operator's credentials."""
    return _write(
        f"bind_{config.kind}",
        sequence,
        system_id=config.system_id,
        password=config.password,
        system_type=config.system_type,
        addr_ton=0,
        addr_npi=0,
        address_range="",
    )


def submit(config: SmscConfig, part: Submit, sequence: int) -> bytes:
    """submit_sm of one part, asking for a delivery receipt."""
    return _write(
        "submit_sm",
        sequence,
        source_addr_ton=config.source_ton,
        source_addr_npi=config.source_npi,
        source_addr=config.source,
        dest_addr_ton=config.destination_ton,
        dest_addr_npi=config.destination_npi,
        destination_addr=part.destination,
        esm_class=UDH_INDICATOR if part.with_header else 0,
        priority_flag=int(part.urgent),
        validity_period=absolute_time(part.expires_at) if part.expires_at else "",
        registered_delivery=1,
        data_coding=part.data_coding,
        short_message=part.payload,
        user_message_reference=part.reference & 0xFFFF,
    )


def absolute_time(at: datetime) -> str:
    """A moment as SMPP writes it: YYMMDDhhmmss, tenths, quarter hours from UTC, direction."""
    return f"{at.astimezone(UTC):%y%m%d%H%M%S}000+"


def plain(command: str, sequence: int, status: int = OK) -> bytes:
    """A command that is a header only: enquire_link, unbind, any bare response."""
    frame = _bare(command, status)
    return frame[:12] + sequence.to_bytes(4, "big") + frame[16:]


def delivery(pdu: Pdu) -> Delivery:
    """What a deliver_sm says; the text may be in the message or in message_payload."""
    fields = pdu.fields
    return Delivery(
        source=_text(fields.source_addr),
        destination=_text(fields.destination_addr),
        esm_class=fields.esm_class or 0,
        data_coding=fields.data_coding or 0,
        payload=fields.short_message or pdu.tlvs.get(MESSAGE_PAYLOAD, b""),
        tlvs=pdu.tlvs,
    )


def _parse(name: str, frame: bytes) -> tuple[Any, dict[int, bytes]]:
    parsed = copy(_prototype(name))
    tlvs: dict[int, bytes] = {}
    parsed.parse_optional_params = lambda data: tlvs.update(_read_tlvs(data))
    if name == "deliver_sm":
        _check_delivery(frame[HEADER.size :])
    parsed.parse(frame)
    return parsed, tlvs


def _check_delivery(body: bytes) -> None:
    """smpplib reads past a missing end without a word; half a message must not be acknowledged."""
    position = 0
    for octets_after_text in (2, 2, 3, 0, 4):
        position = body.index(b"\0", position) + 1 + octets_after_text
    if len(body) < position + 1 + body[position]:
        raise ValueError("deliver_sm is shorter than its text")


def _read_tlvs(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    position = 0
    while position + 4 <= len(data):
        tag, length = struct.unpack_from(">HH", data, position)
        position += 4
        if position + length > len(data):
            raise ValueError(f"parameter 0x{tag:04X} is longer than its frame")
        found[tag] = data[position : position + length]
        position += length
    return found


def _write(command: str, sequence: int, **fields: Any) -> bytes:
    pdu = copy(_prototype(command))
    pdu.sequence = sequence
    for field, value in fields.items():
        setattr(pdu, field, value)
    return bytes(pdu.generate())


@cache
def _prototype(command: str) -> Any:
    """An empty PDU to copy: smpplib takes longer to make one than to write or read it."""
    return smpp.make_pdu(command, sequence=0)


@cache
def _bare(command: str, status: int) -> bytes:
    return _write(command, 0, status=status)


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("latin-1")
