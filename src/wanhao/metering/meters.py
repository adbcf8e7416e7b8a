"""The meters, and the classifier that gives each record its meter.

Meters 0 to 2 have allowances and prices; what is free is only counted. A zone other than the home
one has prices of its own and no allowance; its use is counted at a place of its own.
"""

from enum import IntEnum

import numpy as np

from wanhao.metering.columns import I8, I64, U8

VOICE, MESSAGE, DATA, FREE = range(4)
METERS = 4
SERVICES = 3
ZONES = 3
"""Rate zones: home, Hong Kong with Macau and Taiwan, roaming further away."""


class ServiceCode(IntEnum):
    """A record's service; UNKNOWN is anything else."""

    VOICE = 0
    MESSAGE = 1
    DATA = 2
    UNKNOWN = 3


class ZoneCode(IntEnum):
    """A record's rate zone; UNKNOWN is anything else. What is FREE is free at home."""

    DOMESTIC = 0
    FREE = 1
    HK_MACAU_TAIWAN = 2
    ROAMING = 3
    UNKNOWN = 4


class Refusal(IntEnum):
    """Why a record cannot be counted; NONE is counted."""

    NONE = 0
    UNKNOWN_SERVICE = 1
    UNKNOWN_ZONE = 2
    BAD_QUANTITY = 4
    BAD_SIGN = 5
    UNKNOWN_NUMBER = 6
    NO_HOLDER = 7
    IN_FUTURE = 8
    CYCLE_CLOSED = 9


def classify(service: U8, zone: U8) -> U8:
    """The meter of each record, for services and zones that are known."""
    meter: U8 = np.where(zone == ZoneCode.FREE, FREE, service).astype(np.uint8)
    return meter


def rate_zone(zone: U8) -> I64:
    """The rate zone of each known zone code: 0 at home (and for what is free), 1, 2 abroad."""
    abroad: I64 = np.maximum(zone.astype(np.int64) - ZoneCode.FREE, 0)
    return abroad


def refuse(service: U8, zone: U8, quantity: np.ndarray, sign: I8) -> U8:
    """The first reason, if any, why each record has no meter or no amount."""
    refusal = np.zeros(len(service), np.uint8)
    for wrong, reason in (
        (np.abs(sign) != 1, Refusal.BAD_SIGN),
        ((quantity < 1) | (quantity > MOST_QUANTITY), Refusal.BAD_QUANTITY),
        (zone >= ZoneCode.UNKNOWN, Refusal.UNKNOWN_ZONE),
        (service == ServiceCode.UNKNOWN, Refusal.UNKNOWN_SERVICE),
    ):
        if wrong.any():
            refusal[wrong] = reason
    return refusal


MOST_QUANTITY = 1 << 44
"""Sixteen tebioctets in one record: beyond it a record is a fault, and sums could overflow."""
