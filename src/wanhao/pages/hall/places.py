"""Halls and hotspots with their distance: by city and words, or nearest to where somebody is."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.menu.wording import pick
from wanhao.outlets.contracts import MICRODEGREES, PlaceKind, PlaceView, Point
from wanhao.outlets.hours import read_hours
from wanhao.outlets.queries import listed, near
from wanhao.pages.design import clock
from wanhao.pages.design.language import language_of_page
from wanhao.pages.hall.greeting import render_hall
from wanhao.pages.hall.visitors import visitor_of
from wanhao.parties.contracts import Language
from wanhao.parties.queries import cities
from wanhao.values.errors import WanhaoError

MOST = 30
LONGEST = 40
KILOMETRE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A place in words; `open` None: it has no hours. `far` is empty where nobody said from where.

    `where` is its point for other programs, as geo:28.68,115.85.
    """

    name: str
    address: str
    hours: str
    open: bool | None
    far: str
    ssid: str
    where: str


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The list; anybody may look."""
    visitor = visitor_of(request)
    language = visitor.language if visitor else language_of_page()
    kind = PlaceKind.HOTSPOT if request.GET.get("kind") == "hotspot" else PlaceKind.HALL
    words = request.GET.get("words", "").strip()[:LONGEST]
    served = cities()
    given = request.GET.get("city", visitor.line.city if visitor and not words else "")
    city = given if given in {one.code for one in served} else ""
    point = _point(request)
    if point is not None:
        found = near(point, clock.today(), kinds=(kind,), words=words, limit=MOST)
    else:
        found = listed(clock.today(), city=city, words=words, kinds=(kind,), limit=MOST)
    context = {
        "rows": [_row(one, language) for one in found],
        "kind": kind.value,
        "words": words,
        "city": city,
        "near": point is not None,
        "cities": [(one.code, pick(language, (one.name_zh, one.name_en))) for one in served],
        "bar": "hall-service",
        "still": True,
    }
    return render_hall(request, "hall/places.html", context)


def _point(request: HttpRequest) -> Point | None:
    """Where somebody is, in millionths of a degree; None where they did not say, or no such point
    is on the earth."""
    given = [request.GET.get(name, "") for name in ("longitude", "latitude")]
    try:
        longitude, latitude = (int(one) for one in given)
        return Point(longitude=longitude, latitude=latitude)
    except (ValueError, WanhaoError):
        return None


def _row(view: PlaceView, language: Language) -> PlaceRow:
    place = view.place
    english = ", ".join(
        part
        for part in (
            place.address_en or place.address_zh,
            place.county_en or place.county_zh,
        )
        if part
    )
    return PlaceRow(
        name=pick(language, (place.name_zh, place.name_en or place.name_zh)),
        address=pick(language, (place.county_zh + place.address_zh, english)),
        hours=place.hours,
        open=read_hours(place.hours).is_open(clock.now()) if place.hours else None,
        far="" if view.metres is None else _far(view.metres, language),
        ssid=place.ssid,
        where=f"geo:{_degrees(place.point.latitude)},{_degrees(place.point.longitude)}",
    )


def _far(metres: int, language: Language) -> str:
    if metres < KILOMETRE:
        return pick(language, (f"{metres}米", f"{metres} m"))
    tenths = metres // 100
    return pick(language, (f"{tenths // 10}.{tenths % 10}公里", f"{tenths // 10}.{tenths % 10} km"))


def _degrees(micro: int) -> str:
    whole, rest = divmod(abs(micro), MICRODEGREES)
    return f"{'-' if micro < 0 else ''}{whole}.{rest:06d}"
