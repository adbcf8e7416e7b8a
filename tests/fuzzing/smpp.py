"""Any bytes from an SMSC: each frame is read or refused, and what it says can be kept.

Where the first octet is even, the rest is a stream as it comes; where it is odd, a body that gets a
proper header, so that a fuzzer need not guess lengths.
"""

from wanhao.channels.sms import codec
from wanhao.channels.sms.contracts import Delivery
from wanhao.channels.sms.encoding import MOST_PARTS, inbound_part, join
from wanhao.channels.sms.receipts import is_receipt, mobile_number, read_receipt, spellings

COMMANDS = (
    0x00000005,
    0x80000004,
    0x80000009,
    0x80000001,
    0x80000002,
    0x80000000,
    0x00000004,
    0x00000015,
    0x80000015,
    0x00000006,
    0x00000103,
    0x00000102,
    0x00000021,
    0x80000103,
)
LONGEST_KEPT = 64


class WrongError(AssertionError):
    """The decoder said something that must not be kept."""


def check(data: bytes) -> None:
    """Read everything; only what the link itself catches may be raised."""
    if len(data) < 2:
        return
    if data[0] % 2 == 0:
        _stream(data[1:])
        return
    command = COMMANDS[data[1] % len(COMMANDS)]
    body = data[2:]
    _frame(codec.HEADER.pack(codec.HEADER.size + len(body), command, 0, 7) + body)


def _stream(data: bytes) -> None:
    while len(data) >= codec.HEADER.size:
        try:
            length = codec.frame_length(data[: codec.HEADER.size])
        except codec.BrokenStreamError:
            return
        if len(data) < length:
            return
        _frame(data[:length])
        data = data[length:]


def _frame(frame: bytes) -> None:
    sequence = int.from_bytes(frame[12:16], "big")
    try:
        pdu = codec.read(frame)
    except codec.UnreadablePduError as error:
        if error.sequence != sequence:
            raise WrongError("refused under another number") from error
        return
    if pdu.sequence != sequence or len(pdu.message_id) > LONGEST_KEPT:
        raise WrongError(f"{pdu.command} {pdu.sequence} {pdu.message_id!r}")
    if pdu.command == "deliver_sm":
        _delivery(codec.delivery(pdu), frame)


def _delivery(said: Delivery, frame: bytes) -> None:
    if said.payload not in frame:
        raise WrongError("octets that were never sent")
    if is_receipt(said):
        report = read_receipt(said)
        kept = [report.error, *(spellings(report.message_id) if report.message_id else [])]
        if any(not text.isprintable() for text in kept) or len(report.error) > LONGEST_KEPT:
            raise WrongError(f"kept: {kept!r}")
    else:
        part = inbound_part(said)
        if not 1 <= part.index <= part.total or part.total > max(MOST_PARTS, 255):
            raise WrongError(f"part {part.index} of {part.total}")
        join([part]).encode("utf-8", "strict")
    if not 0 <= mobile_number(said.source) < 10**11:
        raise WrongError("no number")
