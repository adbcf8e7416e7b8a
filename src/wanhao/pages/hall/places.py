"""Halls and hotspots with their distance, as a list and on a map: by city and words, or nearest to
where somebody is."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from wanhao.menu.wording import pick
from wanhao.outlets.contracts import MICRODEGREES, PlaceKind, Point
from wanhao.outlets.outline_contracts import Outline
from wanhao.outlets.outlining import known_outlines, outlines_version
from wanhao.outlets.queries import listed, near
from wanhao.outlets.waiting import waiting_at
from wanhao.pages.design import clock
from wanhao.pages.design.delivering import A_MINUTE, A_YEAR
from wanhao.pages.design.language import language_of_page
from wanhao.pages.design.rendering import admit_pictures
from wanhao.pages.hall.greeting import render_hall
from wanhao.pages.hall.place_rows import row_of, spot_of
from wanhao.pages.hall.visitors import visitor_of
from wanhao.parties.queries import cities
from wanhao.values.errors import WanhaoError

MOST, MOST_AT_ONCE = 200, 30
LONGEST = 40
KINDS = {
    "hall": (PlaceKind.HALL,),
    "hotspot": (PlaceKind.HOTSPOT,),
    "all": (PlaceKind.HALL, PlaceKind.HOTSPOT),
}


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The list and the map; anybody may look."""
    visitor = visitor_of(request)
    language = visitor.language if visitor else language_of_page()
    kind = request.GET.get("kind", "")
    kinds = KINDS.get(kind, KINDS["hall"])
    words = request.GET.get("words", "").strip()[:LONGEST]
    served = cities()
    given = request.GET.get("city", visitor.line.city if visitor and not words else "")
    city = given if given in {one.code for one in served} else ""
    point = _point(request)
    if point is not None:
        found = near(point, clock.today(), kinds=kinds, words=words, limit=MOST_AT_ONCE)
    else:
        found = listed(clock.today(), city=city, words=words, kinds=kinds, limit=MOST + 1)
    now = clock.now()
    shown = found[:MOST]
    waiting = waiting_at([one.place.code for one in shown], now)
    rows = [row_of(one, waiting, language, now) for one in shown]
    context = {
        "rows": rows[:MOST_AT_ONCE],
        "others": rows[MOST_AT_ONCE:],
        "cut": len(found) > MOST,
        "most": MOST,
        "kind": kind if kind in KINDS else "hall",
        "words": words,
        "city": city,
        "here": None if point is None else spot_of(point),
        "cities": [(one.code, pick(language, (one.name_zh, one.name_en))) for one in served],
        "outlines": outlines_version(),
        "tiles": settings.MAP_TILES,
        "credit": settings.MAP_CREDIT,
        "bar": "hall-service",
        "still": True,
    }
    response = render_hall(request, "hall/places.html", context)
    if settings.MAP_TILES:
        admit_pictures(response, settings.MAP_TILES)
    return response


@require_safe
def outlines(request: HttpRequest) -> HttpResponse:
    """What the map is drawn with, as GeoJSON; kept by browsers under the address of its version."""
    names = {one.code: (one.name_zh, one.name_en) for one in cities()}
    version = outlines_version()
    features = [_feature(one, names.get(one.city, ("", ""))) for one in known_outlines()]
    response = JsonResponse({"type": "FeatureCollection", "features": features})
    same = request.GET.get("v") == str(version)
    kept = f"max-age={A_YEAR}, immutable" if same else f"max-age={A_MINUTE}"
    response["Cache-Control"] = f"public, {kept}"
    return response


def _feature(outline: Outline, city: tuple[str, str]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {
            "city": outline.city,
            "city_zh": city[0],
            "city_en": city[1],
            "county_zh": outline.county_zh,
            "county_en": outline.county_en or outline.county_zh,
            "schematic": outline.schematic,
        },
        "geometry": {"type": "MultiPolygon", "coordinates": list(_coordinates(outline))},
    }


def _coordinates(outline: Outline) -> Iterator[list[list[list[float]]]]:
    for polygon in outline.polygons:
        yield [
            [[east / MICRODEGREES, north / MICRODEGREES] for east, north in ring]
            for ring in polygon
        ]


def _point(request: HttpRequest) -> Point | None:
    """Where somebody is, in millionths of a degree; None where they did not say, or no such point
    is on the earth."""
    given = [request.GET.get(name, "") for name in ("longitude", "latitude")]
    try:
        longitude, latitude = (int(one) for one in given)
        return Point(longitude=longitude, latitude=latitude)
    except (ValueError, WanhaoError):
        return None
