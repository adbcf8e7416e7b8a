"""The halls, agents' points and hotspots of the demo operator, made by rule; nobody finds any of
them where they are said to be."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from wanhao.outlets.contracts import NewPlace, PlaceKind, Point, Service
from wanhao.parties.cities import known_cities
from wanhao.parties.contracts import City

FILE = Path(__file__).with_name("counties.toml")
MICRO_OF_HUNDREDTHS = 10_000
# Cities with the most counties have a second hall in their seat: a hundred and nine halls in all.
SECOND_HALLS = 9
HOTSPOTS_OF_A_CITY = 5
SSID = "wanhao-demo"
HOURS = {1: "Mo-Su 08:30-18:30", 2: "Mo-Su 08:30-18:00", 3: "Mo-Fr 09:00-17:30; Sa,Su 09:00-17:00"}
AGENT_HOURS = "Mo-Su 08:00-20:00"
AT_EVERY_HALL = (Service.NEW_LINE, Service.PAYMENT, Service.SIM_CARD)
SERVICES = {
    1: tuple(Service),
    2: (*AT_EVERY_HALL, Service.BROADBAND, Service.INVOICE, Service.TERMINAL),
    3: AT_EVERY_HALL,
}
SPOTS = (("广场", "Square"), ("图书馆", "Library"), ("客运站", "Coach Station"))


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """A county or district; `seat` is the first of its city."""

    city: City
    zh: str
    en: str
    middle: Point
    seat: bool


@lru_cache(maxsize=1)
def counties() -> tuple[County, ...]:
    """The counties of the eleven cities, each city's seat first."""
    cities = {city.code: city for city in known_cities()}
    return tuple(
        County(
            city=cities[told["code"]],
            zh=county["zh"],
            en=county["en"],
            middle=Point(
                longitude=county["longitude"] * MICRO_OF_HUNDREDTHS,
                latitude=county["latitude"] * MICRO_OF_HUNDREDTHS,
            ),
            seat=place == 0,
        )
        for told in tomllib.loads(FILE.read_text())["city"]
        for place, county in enumerate(told["counties"])
    )


def demo_places() -> list[NewPlace]:
    """109 halls, an agent's point in every county, and some hotspots in every city."""
    return [*_halls(), *_agents(), *_hotspots()]


def _halls() -> Iterator[NewPlace]:
    for number, county in enumerate(counties(), start=1):
        yield _hall(county, number, 1 if county.seat else 2, "营业厅", "Hall")
    sizes: dict[str, int] = {}
    for county in counties():
        sizes[county.city.code] = sizes.get(county.city.code, 0) + 1
    largest = sorted(sizes, key=lambda code: (-sizes[code], code))[:SECOND_HALLS]
    seats = [county for county in counties() if county.seat and county.city.code in largest]
    for number, county in enumerate(seats, start=len(counties()) + 1):
        yield _hall(county, number, 3, "第二营业厅", "Second Hall")


def _hall(county: County, number: int, level: int, zh: str, en: str) -> NewPlace:
    return _place(
        county,
        number,
        kind=PlaceKind.HALL,
        names=(zh, en),
        level=level,
        hours=HOURS[level],
        services=tuple(sorted(SERVICES[level])),
    )


def _agents() -> Iterator[NewPlace]:
    for number, county in enumerate(counties(), start=1):
        yield _place(
            county,
            number,
            kind=PlaceKind.AGENT,
            names=("代办点", "Agent's Point"),
            hours=AGENT_HOURS,
            services=(Service.PAYMENT,),
        )


def _hotspots() -> Iterator[NewPlace]:
    number = 0
    for city in known_cities():
        of_city = [county for county in counties() if county.city == city]
        for place in range(HOTSPOTS_OF_A_CITY):
            number += 1
            county = of_city[place % len(of_city)]
            spot = SPOTS[place // len(of_city) % len(SPOTS)]
            yield _place(county, number, kind=PlaceKind.HOTSPOT, names=spot, ssid=SSID)


def _place(
    county: County,
    number: int,
    *,
    kind: PlaceKind,
    names: tuple[str, str],
    level: int | None = None,
    hours: str = "",
    services: tuple[Service, ...] = (),
    ssid: str = "",
) -> NewPlace:
    """A place up to a kilometre from the middle of a county, the same whenever it is made."""
    zh, en = names
    return NewPlace(
        code=f"DEMO-{kind.value.upper()}-{number:03}",
        kind=kind,
        name_zh=f"{county.city.name_zh}{county.zh}{zh}（演示）",
        name_en=f"{county.city.name_en} {county.en} {en} (demo)",
        city=county.city.code,
        county_zh=county.zh,
        county_en=county.en,
        address_zh=f"虚构地址 {number} 号（演示数据）",
        address_en=f"Made-up address {number} (demo data)",
        point=Point(
            longitude=county.middle.longitude + _shift(number, 7_919),
            latitude=county.middle.latitude + _shift(number, 104_729),
        ),
        level=level,
        hours=hours,
        services=services,
        ssid=ssid,
        demo=True,
    )


def _shift(number: int, prime: int) -> int:
    """Less than a hundredth of a degree to either side."""
    return number * prime % 19_999 - 9_999
