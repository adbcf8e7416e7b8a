"""Reading a file of places: CSV in UTF-8, a place a row; a faulty row is told and left out."""

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TypeVar

from wanhao.outlets.contracts import MICRODEGREES, NewPlace, PlaceKind, Point, Service
from wanhao.outlets.hours import read_hours
from wanhao.outlets.models import ADDRESS_LENGTH, CODE_LENGTH, HOURS_LENGTH, NAME_LENGTH
from wanhao.parties.cities import known_cities
from wanhao.values.errors import WanhaoError

NEEDED = (*("code", "kind", "name_zh", "city", "county_zh", "address_zh", "longitude", "latitude"),)
OPTIONAL = (
    *("level", "name_en", "county_en", "address_en", "hours", "services", "ssid", "until"),
    "demo",
)
COLUMNS = (*NEEDED, *OPTIONAL)
MOST_ROWS = 200_000
SSID_OCTETS = 32
_DEGREES = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,6})?")
_CODE = re.compile(rf"[A-Za-z0-9._-]{{1,{CODE_LENGTH}}}")
_YES = {"": False, "0": False, "no": False, "1": True, "yes": True}


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Why a row is left out; `row` counts as a spreadsheet does, the first row is the names."""

    row: int
    code: str
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The places of a file, and the rows that are left out."""

    places: tuple[NewPlace, ...]
    faults: tuple[Fault, ...]


class _FaultyError(Exception):
    """A field that is not understood."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.reason = column, reason


def read_places(path: Path) -> Found:
    """Understand a file; WanhaoError when it is none, or has not the columns that are needed."""
    places: dict[str, NewPlace] = {}
    faults: list[Fault] = []
    cities = city_codes()
    for row, fields in _rows(path):
        code = fields.get("code", "")
        try:
            place = _place(fields, cities)
            if place.code in places:
                raise _FaultyError("code", "the code is there twice; the first row counts")
            places[place.code] = place
        except _FaultyError as error:
            faults.append(Fault(row=row, code=code, column=error.column, reason=error.reason))
    return Found(places=tuple(places.values()), faults=tuple(faults))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with their numbers; fields without the space around them, by column."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            names = [name.strip().lower() for name in next(reader, [])]
            _check_columns(path, names)
            for row, fields in enumerate(reader, start=2):
                if row > MOST_ROWS + 1:
                    raise WanhaoError(
                        f"{path.name} has more than {MOST_ROWS:,} rows.", "Cut it into several."
                    )
                if any(fields):
                    # A row of another length has no field that can be trusted.
                    whole = len(fields) == len(names)
                    values = fields if whole else []
                    yield row, {n: v.strip() for n, v in zip(names, values, strict=False)}
    except UnicodeDecodeError:
        raise WanhaoError(f"{path.name} is not UTF-8.", "Save it as CSV in UTF-8.") from None
    except csv.Error as error:
        raise WanhaoError(f"{path.name} is no CSV: {error}.", "Save it as CSV in UTF-8.") from None


def _check_columns(path: Path, names: list[str]) -> None:
    missing = [name for name in NEEDED if name not in names]
    strange = [name for name in names if name not in COLUMNS]
    twice = sorted({name for name in names if names.count(name) > 1})
    for told, found in (("lacks", missing), ("has unknown", strange), ("has twice", twice)):
        if found:
            raise WanhaoError(
                f"{path.name} {told} columns: {', '.join(found)}.",
                "docs/reference/outlets-files.md lists every column.",
            )


def city_codes() -> dict[str, str]:
    """A city may be given by its code, its area code, or its Chinese name with or without 市."""
    return {
        word: city.code
        for city in known_cities()
        for word in (city.code, city.area_code, city.name_zh, f"{city.name_zh}市")
    }


def _place(fields: Mapping[str, str], cities: Mapping[str, str]) -> NewPlace:
    if not fields:
        raise _FaultyError("", "the row has not one field for each column")
    kind = _field(fields, "kind", PlaceKind, f"one of {', '.join(PlaceKind)}")
    text = partial(_text, fields)
    return NewPlace(
        code=_code(fields["code"]),
        kind=kind,
        name_zh=text("name_zh", NAME_LENGTH, needed=True),
        name_en=text("name_en", NAME_LENGTH),
        city=_field(fields, "city", cities.__getitem__, "a city of this operator"),
        county_zh=text("county_zh", NAME_LENGTH, needed=True),
        county_en=text("county_en", NAME_LENGTH),
        address_zh=text("address_zh", ADDRESS_LENGTH, needed=True),
        address_en=text("address_en", ADDRESS_LENGTH),
        point=_point(fields),
        hours=_hours(text("hours", HOURS_LENGTH)),
        services=_services(fields.get("services", "")),
        level=_level(fields.get("level", ""), kind),
        ssid=_ssid(fields.get("ssid", ""), kind),
        until=_field(fields, "until", _day, "a day, as 2027-03-31"),
        demo=_field(fields, "demo", lambda word: _YES[word.lower()], "yes or no"),
    )


def _field(fields: Mapping[str, str], name: str, understand: Callable[[str], T], wanted: str) -> T:
    word = fields.get(name, "")
    try:
        return understand(word)
    except (ValueError, KeyError):
        raise _FaultyError(name, f"'{word[:40]}' is not {wanted}") from None


def _code(word: str) -> str:
    if not _CODE.fullmatch(word):
        raise _FaultyError(
            "code", f"a code has 1 to {CODE_LENGTH} letters without accents, digits, or . _ -"
        )
    return word


def _text(fields: Mapping[str, str], column: str, longest: int, *, needed: bool = False) -> str:
    text = fields.get(column, "")
    if needed and not text:
        raise _FaultyError(column, "is empty")
    if len(text) > longest:
        raise _FaultyError(column, f"is longer than {longest} characters")
    if not text.isprintable():
        raise _FaultyError(column, "has characters that cannot be printed")
    return text


def _point(fields: Mapping[str, str]) -> Point:
    longitude, latitude = (
        _field(fields, name, microdegrees, "degrees with at most six digits, as 115.857963")
        for name in ("longitude", "latitude")
    )
    try:
        return Point(longitude=longitude, latitude=latitude)
    except WanhaoError as error:
        raise _FaultyError("latitude", f"{error.message} {error.remedy}") from None


def microdegrees(word: str) -> int:
    """Millionths of a degree of a text such as 115.857963; ValueError when it is none."""
    if not _DEGREES.fullmatch(word):
        raise ValueError(word)
    whole, _, part = word.lstrip("-").partition(".")
    size = int(whole) * MICRODEGREES + int(f"{part:0<6}")
    return -size if word.startswith("-") else size


def _hours(text: str) -> str:
    if text:
        try:
            read_hours(text)
        except ValueError as error:
            raise _FaultyError("hours", str(error)) from None
    return text


def _services(text: str) -> tuple[Service, ...]:
    words = {word.strip() for word in text.replace("；", ";").split(";")} - {""}
    try:
        return tuple(sorted(Service(word) for word in words))
    except ValueError as error:
        raise _FaultyError("services", f"{error}; known are {', '.join(Service)}") from None


def _level(word: str, kind: PlaceKind) -> int | None:
    if kind is PlaceKind.HALL:
        if word not in {"1", "2", "3"}:
            raise _FaultyError("level", "a hall has level 1, 2 or 3")
        return int(word)
    if word:
        raise _FaultyError("level", "only a hall has a level")
    return None


def _ssid(word: str, kind: PlaceKind) -> str:
    if kind is not PlaceKind.HOTSPOT:
        if word:
            raise _FaultyError("ssid", "only a hotspot has one")
        return ""
    if not 1 <= len(word.encode()) <= SSID_OCTETS or not word.isprintable():
        raise _FaultyError("ssid", f"a hotspot's name has 1 to {SSID_OCTETS} octets")
    return word


def _day(word: str) -> date | None:
    return date.fromisoformat(word) if word else None
