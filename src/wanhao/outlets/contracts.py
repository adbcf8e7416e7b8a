"""What other rooms may hold of halls, agents' points and hotspots."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from wanhao.values.errors import WanhaoError

MICRODEGREES = 1_000_000


class PlaceKind(StrEnum):
    """What is found at a place."""

    HALL = "hall"
    AGENT = "agent"
    HOTSPOT = "hotspot"


class Service(StrEnum):
    """What is done for customers at a hall or an agent's point."""

    NEW_LINE = "new-line"
    SIM_CARD = "sim-card"
    PAYMENT = "payment"
    BROADBAND = "broadband"
    INVOICE = "invoice"
    REPAIR = "repair"
    TERMINAL = "terminal"
    LOST_PROPERTY = "lost-property"
    BARRIER_FREE = "barrier-free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of the earth in millionths of a degree, WGS-84; WanhaoError when there is none."""

    longitude: int
    latitude: int

    def __post_init__(self) -> None:
        east, north = abs(self.longitude), abs(self.latitude)
        if east > 180 * MICRODEGREES or north > 90 * MICRODEGREES:
            raise WanhaoError(
                "There is no such point on the earth.",
                "Give the longitude first, as 115.857963, then the latitude, as 28.682892.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlace:
    """A hall, an agent's point or a hotspot as a file names it; its `code` makes it one.

    `level` (1 to 3) is a hall's, `ssid` a hotspot's; `until` is the first day on which it is not
    there any more; `demo` says that it was made up.
    """

    code: str
    kind: PlaceKind
    name_zh: str
    name_en: str
    city: str
    county_zh: str
    county_en: str
    address_zh: str
    address_en: str
    point: Point
    hours: str = ""
    services: tuple[Service, ...] = ()
    level: int | None = None
    ssid: str = ""
    until: date | None = None
    demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceView:
    """A place as others see it; `metres` is how far it is, where somebody asked from a point."""

    place: NewPlace
    metres: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """What an import did to how many places, or would have done."""

    new: int
    changed: int
    same: int
