"""Delivery receipts: the text is read key by key, the optional parameters win over it."""

import re
from dataclasses import dataclass

from wanhao.channels.sms.contracts import Delivery
from wanhao.channels.sms.encoding import decode
from wanhao.communications.contracts import ReceiptState
from wanhao.values.sms_text import UCS2

MESSAGE_TYPE_BITS, RECEIPT = 0x3C, 0x04
RECEIPTED_MESSAGE_ID, NETWORK_ERROR, MESSAGE_STATE = 0x001E, 0x0423, 0x0427
USER_MESSAGE_REFERENCE = 0x0204

_KEYS = "id|sub|dlvrd|submit date|done date|stat|err"
_FIELD = re.compile(rf"(?<!\w)({_KEYS}):[ ]*(?!(?:{_KEYS}):)(\S*)", re.IGNORECASE)
_TEXT_KEY = re.compile(r"(?<!\w)text:", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[0-9A-Fa-f]{1,16}")
_DIGITS = re.compile(r"[0-9]{1,20}")
_CHINESE_MOBILE_DIGITS = 11
_LONGEST = 64

_BY_NUMBER = {
    0: ReceiptState.PENDING,
    1: ReceiptState.PENDING,
    2: ReceiptState.DELIVERED,
    3: ReceiptState.FAILED,
    4: ReceiptState.FAILED,
    5: ReceiptState.FAILED,
    6: ReceiptState.PENDING,
    7: ReceiptState.FAILED,
    8: ReceiptState.FAILED,
}
_BY_WORD = {
    "DELIV": ReceiptState.DELIVERED,
    "EXPIR": ReceiptState.FAILED,
    "DELET": ReceiptState.FAILED,
    "UNDEL": ReceiptState.FAILED,
    "UNKNO": ReceiptState.FAILED,
    "REJEC": ReceiptState.FAILED,
    "ENROU": ReceiptState.PENDING,
    "ACCEP": ReceiptState.PENDING,
    "SCHED": ReceiptState.PENDING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """What a receipt says; what the SMSC does not give is None, and `message_id` is opaque."""

    message_id: str | None
    state: ReceiptState
    error: str
    reference: int | None = None


def is_receipt(delivery: Delivery) -> bool:
    """By the message type bits alone; the other bits of esm_class mean other things."""
    return delivery.esm_class & MESSAGE_TYPE_BITS == RECEIPT


def read_receipt(delivery: Delivery) -> DeliveryReport:
    """The report in a receipt; a state nobody knows counts as pending, never as delivered."""
    fields = _fields(_text(delivery))
    word = fields.get("stat", "")
    state = _state(delivery.tlvs.get(MESSAGE_STATE), word)
    error = fields.get("err", "") or _network_error(delivery.tlvs.get(NETWORK_ERROR, b""))
    known = delivery.tlvs.get(RECEIPTED_MESSAGE_ID, b"").split(b"\0")[0].decode("latin-1")
    return DeliveryReport(
        message_id=_printable(known) or _printable(fields.get("id", "")) or None,
        state=state or ReceiptState.PENDING,
        error=_printable(error if state else f"{word} {error}".strip()),
        reference=_reference(delivery.tlvs.get(USER_MESSAGE_REFERENCE, b"")),
    )


def _reference(value: bytes) -> int | None:
    return int.from_bytes(value, "big") if len(value) == 2 else None


def spellings(message_id: str) -> list[str]:
    """How the id in a receipt may stand in the answer to its submit, likeliest first."""
    found = [message_id]
    if _HEXADECIMAL.fullmatch(message_id):
        found.append(str(int(message_id, 16)))
    if _DIGITS.fullmatch(message_id):
        number = int(message_id)
        found += [f"{number:x}", f"{number:X}", f"{number:08X}"]
    return list(dict.fromkeys(found))


def mobile_number(address: str) -> int:
    """An address as the eleven digits of a mobile number, 0 if it is none."""
    digits = re.sub(r"\D", "", address)
    digits = digits.removeprefix("00").removeprefix("86") if len(digits) > 11 else digits
    return int(digits) if len(digits) == _CHINESE_MOBILE_DIGITS else 0


def _text(delivery: Delivery) -> str:
    """Receipts are ASCII whatever alphabet they claim: `_` in an id is no GSM character."""
    if delivery.data_coding == UCS2:
        return decode(delivery.payload, UCS2)
    return delivery.payload.decode("latin-1")


def _printable(said: str) -> str:
    """What a database takes: no control characters, no longer than SMPP allows an id to be."""
    return "".join(char for char in said if char.isprintable())[:_LONGEST]


def _fields(text: str) -> dict[str, str]:
    head = _TEXT_KEY.split(text, maxsplit=1)[0]
    return {key.lower(): value for key, value in _FIELD.findall(head)}


def _state(tlv: bytes | None, word: str) -> ReceiptState | None:
    if tlv:
        known = _BY_NUMBER.get(int.from_bytes(tlv, "big"))
        if known:
            return known
    return _BY_WORD.get(word.upper()[:5])


def _network_error(tlv: bytes) -> str:
    return tlv[1:].hex().upper() if len(tlv) == 3 else ""
