"""Halls and hotspots in words, for the list and the map; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wanhao.menu.wording import pick
from wanhao.outlets.contracts import MICRODEGREES, NewPlace, PlaceKind, PlaceView, Point
from wanhao.outlets.hours import hours_in_words, read_hours
from wanhao.parties.contracts import Language

KILOMETRE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place in words; `open` None: it has no hours. `far` is empty where nobody said from where.

    `longitude` and `latitude` are degrees, as 115.857963. `waiting` is how many wait in its queue
    now, None where it has none.
    """

    code: str
    kind: str
    name: str
    address: str
    hours: str
    open: bool | None
    far: str
    ssid: str
    longitude: str
    latitude: str
    waiting: int | None

    @property
    def state(self) -> str:
        """How it is drawn on the map: open, closed, or hotspot."""
        if self.kind == PlaceKind.HOTSPOT:
            return "hotspot"
        return "closed" if self.open is False else "open"


def row_of(
    view: PlaceView, waiting: Mapping[str, int], language: Language, now: datetime
) -> PlaceRow:
    """A place as it is now, with how many wait at the halls that have a queue."""
    place = view.place
    return PlaceRow(
        code=place.code,
        kind=place.kind.value,
        name=pick(language, (place.name_zh, place.name_en or place.name_zh)),
        address=pick(language, (place.county_zh + place.address_zh, _english(place))),
        hours=pick(language, hours_in_words(place.hours)) if place.hours else "",
        open=read_hours(place.hours).is_open(now) if place.hours else None,
        far="" if view.metres is None else _far(view.metres, language),
        ssid=place.ssid,
        longitude=degrees(place.point.longitude),
        latitude=degrees(place.point.latitude),
        waiting=waiting.get(place.code),
    )


def degrees(micro: int) -> str:
    """Millionths of a degree as degrees."""
    whole, rest = divmod(abs(micro), MICRODEGREES)
    return f"{'-' if micro < 0 else ''}{whole}.{rest:06d}"


def spot_of(point: Point) -> dict[str, str]:
    """A point in degrees."""
    return {"longitude": degrees(point.longitude), "latitude": degrees(point.latitude)}


def _english(place: NewPlace) -> str:
    parts = (place.address_en or place.address_zh, place.county_en or place.county_zh)
    return ", ".join(part for part in parts if part)


def _far(metres: int, language: Language) -> str:
    if metres < KILOMETRE:
        return pick(language, (f"{metres}米", f"{metres} m"))
    tenths = metres // 100
    return pick(language, (f"{tenths // 10}.{tenths % 10}公里", f"{tenths // 10}.{tenths % 10} km"))
