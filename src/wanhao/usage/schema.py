"""The usage file: its columns, their types, and the words for services and zones.

Source: docs/reference/usage-files.md, which an operator's mediation follows.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum

import pyarrow as pa

from wanhao.metering.meters import Refusal, ServiceCode, ZoneCode
from wanhao.usage.contracts import Service, Zone

WORD = pa.dictionary(pa.int32(), pa.utf8())
COLUMNS: Mapping[str, pa.DataType] = {
    "record_id": pa.int64(),
    "source": WORD,
    "number": pa.int64(),
    "service": WORD,
    "zone": WORD,
    "start": pa.int64(),
    "quantity": pa.int64(),
    "sign": pa.int8(),
}
CHARGE = "charge_fen"
"""The ninth column, which a file may have: what its writer already charged for the record."""
TYPES: Mapping[str, pa.DataType] = {**COLUMNS, CHARGE: pa.int64()}
UNCHARGED = 0
"""A charge that is not there is none."""
MOST_CHARGE = 10**12
LONGEST_ID = 32
LONGEST_SOURCE = 64
FREE_ZONE = "free"
SERVICE_CODES: Mapping[str, int] = {
    Service.VOICE.value: ServiceCode.VOICE,
    Service.MESSAGE.value: ServiceCode.MESSAGE,
    Service.DATA.value: ServiceCode.DATA,
}
ZONE_CODES: Mapping[str, int] = {
    Zone.DOMESTIC.value: ZoneCode.DOMESTIC,
    FREE_ZONE: ZoneCode.FREE,
    Zone.HK_MACAU_TAIWAN.value: ZoneCode.HK_MACAU_TAIWAN,
    Zone.ROAMING.value: ZoneCode.ROAMING,
}
PRICED_ZONES: tuple[Zone, ...] = (Zone.DOMESTIC, Zone.HK_MACAU_TAIWAN, Zone.ROAMING)
"""In the order of the kernel's rate zones."""
UNKNOWN_SERVICE, UNKNOWN_ZONE = int(ServiceCode.UNKNOWN), int(ZoneCode.UNKNOWN)
SERVICES: tuple[Service, ...] = (Service.VOICE, Service.MESSAGE, Service.DATA)


def columns_among(names: Collection[str]) -> list[str]:
    """The columns to be read of a file that has these."""
    return [*COLUMNS, *([CHARGE] if CHARGE in names else [])]


class Reason(StrEnum):
    """Why a record is in quarantine."""

    UNREADABLE = "unreadable"
    CONFLICT = "conflict"
    UNKNOWN_SERVICE = "unknown-service"
    UNKNOWN_ZONE = "unknown-zone"
    BAD_QUANTITY = "bad-quantity"
    BAD_SIGN = "bad-sign"
    UNKNOWN_NUMBER = "unknown-number"
    NO_HOLDER = "no-holder"
    IN_FUTURE = "in-future"
    CYCLE_CLOSED = "cycle-closed"


REFUSALS: Mapping[Refusal, Reason] = {
    refusal: Reason(refusal.name.lower().replace("_", "-"))
    for refusal in Refusal
    if refusal is not Refusal.NONE
}
