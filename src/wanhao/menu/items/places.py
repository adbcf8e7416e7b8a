"""Halls and hotspots: by a part of their name, county or address, or nearest to a point."""

from datetime import date
from functools import partial

from pydantic import Field, field_validator, model_validator

from wanhao.menu.contracts import (
    JSON,
    Answer,
    Asking,
    Door,
    IdentityLevel,
    Inputs,
    MenuItem,
    RefusedError,
)
from wanhao.menu.wording import lines, pick, sentence
from wanhao.outlets.contracts import MICRODEGREES, NewPlace, PlaceKind, PlaceView, Point
from wanhao.outlets.hours import hours_in_words, read_hours
from wanhao.outlets.queries import listed, near
from wanhao.parties.contracts import Language
from wanhao.values.cycle import SHANGHAI

MOST, MOST_SHORT = 5, 1
KILOMETRE = 1_000
DOORS = frozenset(
    {
        *(Door.SMS, Door.WEB, Door.APP, Door.CHAT, Door.TERMINAL),
        *(Door.ASSISTANT, Door.API, Door.COMMAND),
    }
)
NAMES = {
    PlaceKind.HALL: ("营业厅", "business hall"),
    PlaceKind.HOTSPOT: ("WiFi热点", "WiFi hotspot"),
}


class PlacesInputs(Inputs):
    """Words of a name, county or address; or a point, in millionths of a degree (WGS-84)."""

    words: str = Field(default="", max_length=40)
    longitude: int | None = Field(default=None, ge=-180 * MICRODEGREES, le=180 * MICRODEGREES)
    latitude: int | None = Field(default=None, ge=-90 * MICRODEGREES, le=90 * MICRODEGREES)

    @field_validator("words")
    @classmethod
    def _without_marks(cls, words: str) -> str:
        return words.replace("%", " ").strip()

    @model_validator(mode="after")
    def _whole_point(self) -> "PlacesInputs":
        if (self.longitude is None) is not (self.latitude is None):
            raise RefusedError(
                "请同时提供经度和纬度。", "Please give the longitude and the latitude, both."
            )
        return self


def answer(kind: PlaceKind, asking: Asking[PlacesInputs]) -> Answer:
    """The nearest, else those that the words fit, else those of the line's own city."""
    found = _found(kind, asking)
    language = asking.asker.language
    if not found:
        zh, en = NAMES[kind]
        raise RefusedError(
            f"没有找到这样的{zh}，请换个县区或路名再试。",
            f"No such {en} was found; please try another county or street.",
        )
    first = _told(found[0], asking, short=True)
    others = len(found) - MOST_SHORT
    more = asking.say(f"另有{others}个", f"{others} more") if others else ""
    return Answer(
        long=lines(_told(view, asking, short=False) for view in found[:MOST]),
        short=sentence([part for part in (first, more) if part], language),
        data={"places": [_data(view, language) for view in found[:MOST]]},
    )


def _found(kind: PlaceKind, asking: Asking[PlacesInputs]) -> list[PlaceView]:
    given, today = asking.inputs, _today(asking)
    if given.longitude is not None and given.latitude is not None:
        point = Point(longitude=given.longitude, latitude=given.latitude)
        return near(point, today, kinds=(kind,), words=given.words, limit=MOST)
    home = "" if given.words or asking.asker.line is None else asking.asker.line.city
    if not (given.words or home):
        raise RefusedError(
            "请说明城市、县区或路名，例如“南昌 东湖”。",
            "Please name a city, county or street, as in 'Nanchang Donghu'.",
        )
    return listed(today, city=home, words=given.words, kinds=(kind,), limit=MOST)


def _today(asking: Asking[PlacesInputs]) -> date:
    return asking.now.astimezone(SHANGHAI).date()


def _told(view: PlaceView, asking: Asking[PlacesInputs], *, short: bool) -> str:
    place, language = view.place, asking.asker.language
    parts = [
        _name(place, language),
        pick(language, (place.county_zh + place.address_zh, _address(place))),
        pick(language, hours_in_words(place.hours)) if place.hours and not short else "",
        "" if short else _open(place, asking),
        place.ssid,
        "" if view.metres is None else _distance(view.metres, language),
    ]
    return pick(language, ("，", ", ")).join(part for part in parts if part)


def _name(place: NewPlace, language: Language) -> str:
    return pick(language, (place.name_zh, place.name_en or place.name_zh))


def _address(place: NewPlace) -> str:
    told = [place.address_en or place.address_zh, place.county_en or place.county_zh]
    return ", ".join(told)


def _open(place: NewPlace, asking: Asking[PlacesInputs]) -> str:
    if not place.hours:
        return ""
    is_open = read_hours(place.hours).is_open(asking.now)
    return asking.say("营业中", "open now") if is_open else asking.say("已打烊", "closed now")


def _distance(metres: int, language: Language) -> str:
    if metres < KILOMETRE:
        return pick(language, (f"距您{metres}米", f"{metres} m away"))
    tenths = metres // 100
    far = f"{tenths // 10}.{tenths % 10}"
    return pick(language, (f"距您{far}公里", f"{far} km away"))


def _data(view: PlaceView, language: Language) -> dict[str, JSON]:
    place = view.place
    return {
        "code": place.code,
        "name": _name(place, language),
        "city": place.city,
        "county": pick(language, (place.county_zh, place.county_en)),
        "address": pick(language, (place.address_zh, place.address_en)),
        "longitude": place.point.longitude,
        "latitude": place.point.latitude,
        "hours": place.hours,
        "level": place.level,
        "ssid": place.ssid,
        "metres": view.metres,
    }


ITEMS = (
    MenuItem(
        code="halls",
        zh="找营业厅",
        en="Find a business hall",
        level=IdentityLevel.ANYONE,
        doors=DOORS,
        inputs=PlacesInputs,
        answer=partial(answer, PlaceKind.HALL),
    ),
    MenuItem(
        code="hotspots",
        zh="WiFi热点",
        en="WiFi hotspots",
        level=IdentityLevel.ANYONE,
        doors=DOORS,
        inputs=PlacesInputs,
        answer=partial(answer, PlaceKind.HOTSPOT),
    ),
)
