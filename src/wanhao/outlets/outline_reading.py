"""Reading a file of outlines: GeoJSON, WGS-84, a city or county a feature. A file that is wrong
somewhere is refused as a whole, since a map with a hole says something untrue."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wanhao.outlets.contracts import MICRODEGREES, Point
from wanhao.outlets.outline_contracts import Outline, Polygon, Position, Ring
from wanhao.outlets.outline_models import NAME_LENGTH
from wanhao.outlets.reading import city_codes
from wanhao.values.errors import WanhaoError

MOST_OCTETS = 8_000_000
MOST_OUTLINES = 1_000
MOST_POINTS = 20_000
"""What a cheap phone fetches and draws without a wait; some 100 kB compressed."""

# Each point rounded to a hundred-thousandth of a degree, about a metre.
COARSER = 10
LEAST_OF_A_RING = 4
CRS_WORDS = ("CRS84", "EPSG::4326", "EPSG:4326")
REMEDY = "docs/reference/outlets-files.md says what such a file has in it."
SIMPLER = "Simplify it before, for instance with mapshaper; a map of halls needs no more."


def read_outlines(path: Path) -> tuple[Outline, ...]:
    """Understand a file; WanhaoError says where it is wrong, or that it is too fine."""
    found: dict[tuple[str, str], Outline] = {}
    cities = city_codes()
    for number, feature in enumerate(_features(path), start=1):
        try:
            outline = _outline(feature, cities)
        except ValueError as error:
            raise _wrong(f"{path.name}: feature {number}: {error}") from None
        key = outline.city, outline.county_zh
        if key in found:
            raise _wrong(f"{path.name}: feature {number}: {' '.join(key).strip()} is there twice")
        found[key] = outline
    points = sum(outline.positions for outline in found.values())
    if points > MOST_POINTS:
        raise WanhaoError(
            f"{path.name} has {points:,} points; {MOST_POINTS:,} are the most.", SIMPLER
        )
    return tuple(found.values())


def _features(path: Path) -> list[Any]:
    if path.stat().st_size > MOST_OCTETS:
        raise WanhaoError(f"{path.name} is larger than {MOST_OCTETS // 1_000_000} MB.", SIMPLER)
    try:
        told = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        raise _wrong(f"{path.name} is no JSON in UTF-8") from None
    if not isinstance(told, dict) or told.get("type") != "FeatureCollection":
        raise _wrong(f"{path.name} is no FeatureCollection of GeoJSON")
    if (crs := told.get("crs")) and not any(word in json.dumps(crs) for word in CRS_WORDS):
        raise _wrong(f"{path.name} is not in WGS-84")
    features = told.get("features")
    if not isinstance(features, list) or not 0 < len(features) <= MOST_OUTLINES:
        raise _wrong(f"{path.name} must have 1 to {MOST_OUTLINES:,} features")
    return features


def _outline(feature: Any, cities: Mapping[str, str]) -> Outline:
    """One feature; ValueError says what is wrong with it."""
    said = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(said, dict):
        raise ValueError("it has no properties")
    city = said.get("city")
    if not isinstance(city, str) or city not in cities:
        raise ValueError(f"'{str(city)[:40]}' is not a city of this operator")
    return Outline(
        city=cities[city],
        county_zh=_name(said, "county_zh"),
        county_en=_name(said, "county_en"),
        polygons=tuple(_polygons(feature.get("geometry"))),
    )


def _name(said: Mapping[str, Any], column: str) -> str:
    name = said.get(column) or ""
    if not isinstance(name, str) or len(name) > NAME_LENGTH or not name.isprintable():
        raise ValueError(f"{column} is no name of up to {NAME_LENGTH} characters")
    return name.strip()


def _polygons(geometry: Any) -> Iterator[Polygon]:
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if kind not in ("Polygon", "MultiPolygon"):
        raise ValueError("its geometry is no Polygon and no MultiPolygon")
    told = geometry.get("coordinates")
    polygons = [told] if kind == "Polygon" else told
    for polygon in _some(polygons):
        yield tuple(_ring(ring) for ring in _some(polygon))


def _ring(told: Any) -> Ring:
    ring = tuple(_position(one) for one in _some(told))
    if len(ring) < LEAST_OF_A_RING or ring[0] != ring[-1]:
        raise ValueError("a line does not end where it begins, or has fewer than four points")
    return ring


def _position(told: Any) -> Position:
    try:
        # A height behind them is left out.
        east, north = (_micro(one) for one in told[:2])
        point = Point(longitude=east, latitude=north)
    except (TypeError, ValueError, OverflowError, WanhaoError):
        raise ValueError(f"{str(told)[:60]} is no longitude and latitude in degrees") from None
    return point.longitude, point.latitude


def _micro(degrees: Any) -> int:
    if isinstance(degrees, bool) or not isinstance(degrees, int | float):
        raise TypeError(degrees)
    steps: int = round(degrees * MICRODEGREES / COARSER)
    return steps * COARSER


def _some(told: Any) -> list[Any]:
    if not isinstance(told, list) or not told:
        raise ValueError("its coordinates are not those of its kind")
    return told


def _wrong(told: str) -> WanhaoError:
    return WanhaoError(f"{told}.", REMEDY)
