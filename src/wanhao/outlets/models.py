"""Halls and agents' points, and hotspots: where they are and what is found there."""

from typing import ClassVar

from django.db import models

from wanhao.outlets.contracts import MICRODEGREES, PlaceKind
from wanhao.outlets.counter_models import (
    CounterReceipt,
    CounterService,
    CounterStep,
    DrawerClosing,
)
from wanhao.outlets.lost_models import FoundThing, LostClaim
from wanhao.outlets.outline_models import OutlineRow
from wanhao.outlets.queue_models import Desk, Ticket, TicketCount, TicketHop
from wanhao.outlets.terminal_models import Terminal, TerminalReceipt

# Counters, queues, lost property, outlines and terminals have files of their own; all tables are
# known from here.
__all__ = [
    "CounterReceipt",
    "CounterService",
    "CounterStep",
    "Desk",
    "DrawerClosing",
    "FoundThing",
    "Hotspot",
    "LostClaim",
    "Outlet",
    "OutlineRow",
    "Terminal",
    "TerminalReceipt",
    "Ticket",
    "TicketCount",
    "TicketHop",
]

Q = models.Q
CODE_LENGTH = 32
NAME_LENGTH = 80
ADDRESS_LENGTH = 200
HOURS_LENGTH = 100
OUTLET_KINDS = [PlaceKind.HALL.value, PlaceKind.AGENT.value]
ON_EARTH = Q(
    longitude__range=(-180 * MICRODEGREES, 180 * MICRODEGREES),
    latitude__range=(-90 * MICRODEGREES, 90 * MICRODEGREES),
)


class Place(models.Model):
    """What every place has; coordinates are millionths of a degree."""

    code = models.CharField(max_length=CODE_LENGTH, unique=True)
    name_zh = models.CharField(max_length=NAME_LENGTH)
    name_en = models.CharField(max_length=NAME_LENGTH, blank=True)
    city = models.CharField(max_length=4)
    county_zh = models.CharField(max_length=NAME_LENGTH)
    county_en = models.CharField(max_length=NAME_LENGTH, blank=True)
    address_zh = models.CharField(max_length=ADDRESS_LENGTH)
    address_en = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    longitude = models.IntegerField()
    latitude = models.IntegerField()
    until = models.DateField(null=True, blank=True)
    demo = models.BooleanField(default=False)
    # Everything it is found by, in small letters.
    words = models.TextField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Outlet(Place):
    """A hall or an agent's point."""

    kind = models.CharField(max_length=5, choices=[(kind, kind) for kind in OUTLET_KINDS])
    level = models.SmallIntegerField(null=True, blank=True)
    hours = models.CharField(max_length=HOURS_LENGTH, blank=True)
    services = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=ON_EARTH, name="outlet_on_earth"),
            models.CheckConstraint(
                condition=Q(kind="hall", level__range=(1, 3)) | Q(kind="agent", level=None),
                name="outlet_hall_has_a_level",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["city", "code"], name="outlet_city"),
            models.Index(fields=["latitude", "longitude"], name="outlet_place"),
        ]


class Hotspot(Place):
    """A place with WiFi."""

    ssid = models.CharField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=ON_EARTH, name="hotspot_on_earth"),
            models.CheckConstraint(condition=~Q(ssid=""), name="hotspot_has_a_name"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["city", "code"], name="hotspot_city"),
            models.Index(fields=["latitude", "longitude"], name="hotspot_place"),
        ]
