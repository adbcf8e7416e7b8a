"""Reads of halls, agents' points and hotspots: near a point, in a city, by words."""

import json
from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db import connection

from wanhao.outlets.contracts import NewPlace, PlaceKind, PlaceView, Point, Service

LONGEST_SEARCH = 80
MOST_WORDS = 8
# A box so high around the point is looked into first; metres of a degree of latitude, at least.
BOXES_METRES = (3_000, 20_000, 150_000)
METRES_OF_A_DEGREE = 110_500
MOST_NEAR_A_POLE = 80

COLUMNS = """
code, {kind} AS kind, name_zh, name_en, city, county_zh, county_en, address_zh, address_en,
longitude, latitude, {hours} AS hours, {services} AS services, {level} AS level, {ssid} AS ssid,
until, demo, words
"""
OUTLETS = COLUMNS.format(kind="kind", hours="hours", services="services", level="level", ssid="''")
HOTSPOTS = COLUMNS.format(
    kind="'hotspot'", hours="''", services="'[]'::jsonb", level="NULL::smallint", ssid="ssid"
)
PLACES = f"""
(SELECT {OUTLETS} FROM wanhao_outlets_outlet WHERE %(outlets)s AND {{where}}
UNION ALL SELECT {HOTSPOTS} FROM wanhao_outlets_hotspot WHERE %(hotspots)s AND {{where}}) AS place
"""  # noqa: S608 - names of ours only
# The haversine on a sphere, within half a per cent of the way as the crow flies.
METRES = """
round(2 * 6371008.8 * asin(least(1, sqrt(
    sin(radians((latitude - %(latitude)s) / 2e6)) ^ 2
    + cos(radians(latitude / 1e6)) * cos(radians(%(latitude)s / 1e6))
    * sin(radians((longitude - %(longitude)s) / 2e6)) ^ 2
))))::bigint
"""
THERE = "(until IS NULL OR until > %(day)s)"
KIND = "kind = ANY(%(kinds)s::text[])"
NEAR = f"""
SELECT place.*, {METRES} AS metres FROM {PLACES} WHERE {KIND} ORDER BY metres, code LIMIT %(limit)s
"""  # noqa: S608 - names of ours only
LISTED = f"""
SELECT place.*, NULL FROM {PLACES} WHERE {KIND} ORDER BY city, code LIMIT %(limit)s
"""  # noqa: S608 - names of ours only
IN_BOX = "latitude BETWEEN %(south)s AND %(north)s AND longitude BETWEEN %(west)s AND %(east)s"
ALL_KINDS = tuple(PlaceKind)
HALLS = (PlaceKind.HALL,)


def near(
    point: Point,
    day: date,
    *,
    kinds: tuple[PlaceKind, ...] = ALL_KINDS,
    limit: int = 5,
    words: str = "",
) -> list[PlaceView]:
    """The places nearest to a point that are there on a day, the nearest first.

    Boxes around the point are looked into, wider ones until one surely holds enough.
    """
    given = _given(day, kinds, limit, words) | {
        "latitude": point.latitude,
        "longitude": point.longitude,
    }
    for metres in BOXES_METRES:
        box = _box(point, metres)
        found = _asked(NEAR, _where(words, IN_BOX), given | box) if box else []
        if len(found) == limit and all((view.metres or 0) <= metres for view in found):
            return found
    return _asked(NEAR, _where(words), given)


def listed(
    day: date,
    *,
    city: str = "",
    words: str = "",
    kinds: tuple[PlaceKind, ...] = ALL_KINDS,
    limit: int = 1_000,
    codes: Collection[str] | None = None,
) -> list[PlaceView]:
    """Places that are there on a day, by city and code; all of the words must be in their name,
    county, address, or in what is done there. With `codes` only those."""
    more = ["city = %(city)s"] if city else []
    if codes is not None:
        more.append("code = ANY(%(codes)s::text[])")
    given = _given(day, kinds, limit, words) | {"city": city, "codes": list(codes or ())}
    return _asked(LISTED, _where(words, *more), given)


def hall_named(code: str, day: date) -> NewPlace | None:
    """The hall with this code, if it is there on a day."""
    found = _asked(
        LISTED, f"{THERE} AND code = %(code)s", _given(day, HALLS, 1, "") | {"code": code}
    )
    return found[0].place if found else None


def _where(words: str, *more: str) -> str:
    """Conditions of the words that are looked for, and others."""
    likes = [f"words LIKE %(word{n})s" for n, _ in enumerate(_words(words))]
    return " AND ".join([THERE, *likes, *more])


def _words(text: str) -> list[str]:
    return text[:LONGEST_SEARCH].lower().split()[:MOST_WORDS]


def _given(day: date, kinds: tuple[PlaceKind, ...], limit: int, words: str) -> dict[str, Any]:
    escaped = (
        word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") for word in _words(words)
    )
    return {
        "day": day,
        "limit": limit,
        "kinds": [kind.value for kind in kinds],
        "outlets": any(kind is not PlaceKind.HOTSPOT for kind in kinds),
        "hotspots": PlaceKind.HOTSPOT in kinds,
    } | {f"word{n}": f"%{word}%" for n, word in enumerate(escaped)}


def _box(point: Point, metres: int) -> dict[str, int]:
    """The box that holds a circle around a point; none where it would reach a pole or the line of
    the dates."""
    high = metres * 1_000_000 // METRES_OF_A_DEGREE
    if abs(point.latitude) > MOST_NEAR_A_POLE * 1_000_000:
        return {}
    # Up to 80 degrees a degree of longitude is a sixth of one of latitude, and more.
    wide = high * (2 if abs(point.latitude) < 55_000_000 else 8)
    west, east = point.longitude - wide, point.longitude + wide
    if west < -180_000_000 or east > 180_000_000:
        return {}
    south, north = point.latitude - high, point.latitude + high
    return {"south": south, "north": north, "west": west, "east": east}


def _asked(query: str, where: str, given: dict[str, Any]) -> list[PlaceView]:
    with connection.cursor() as cursor:
        cursor.execute(query.format(where=where), given)
        names = [column.name for column in cursor.description]
        return list(_views(names, cursor.fetchall()))


def _views(names: list[str], rows: list[tuple[Any, ...]]) -> Iterator[PlaceView]:
    for values in rows:
        row = dict(zip(names[:-1], values, strict=False))
        point = Point(longitude=row.pop("longitude"), latitude=row.pop("latitude"))
        del row["words"]
        services = tuple(Service(word) for word in json.loads(row.pop("services")))
        kind = PlaceKind(row.pop("kind"))
        place = NewPlace(kind=kind, services=services, point=point, **row)
        yield PlaceView(place=place, metres=values[-1])
