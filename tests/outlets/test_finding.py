"""The nearest place is found, and places by city and by words."""

import math
import random
from datetime import date

import pytest

from tests.outlets.examples import a_hotspot, a_place
from wanhao.outlets.actions import import_places
from wanhao.outlets.contracts import NewPlace, PlaceKind, Point, Service
from wanhao.outlets.queries import listed, near
from wanhao.project.demo.outlets import demo_places
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)
HERE = Point(longitude=115_857_963, latitude=28_682_892)


def codes(**asked) -> list[str]:
    return [view.place.code for view in listed(TODAY, **asked)]


def plain_metres(one: Point, other: Point) -> int:
    """The way on a sphere, by another formula: the angle between two vectors."""

    def vector(point: Point) -> tuple[float, float, float]:
        east, north = (math.radians(part / 1e6) for part in (point.longitude, point.latitude))
        return (
            math.cos(north) * math.cos(east),
            math.cos(north) * math.sin(east),
            math.sin(north),
        )

    a, b = vector(one), vector(other)
    cross = (
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    )
    along = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    return round(6_371_008.8 * math.atan2(math.hypot(*cross), along))


def test_a_degree_to_the_north_is_a_hundred_and_eleven_kilometres() -> None:
    import_places([a_place("H1", HERE.longitude, HERE.latitude + 1_000_000)])
    (found,) = near(HERE, TODAY)
    assert found.metres == 111_195


@pytest.mark.parametrize("limit", [1, 5, 40, 400])
def test_the_nearest_are_those_a_plain_search_finds(limit: int) -> None:
    places = demo_places()
    import_places(places)
    chance = random.Random(limit)
    for _ in range(12):
        point = Point(
            longitude=chance.randint(113_500_000, 118_500_000),
            latitude=chance.randint(24_500_000, 30_100_000),
        )
        by_way = sorted((plain_metres(point, place.point), place.code) for place in places)
        found = near(point, TODAY, limit=limit)
        assert [view.metres for view in found] == [metres for metres, _ in by_way][:limit]


@pytest.mark.parametrize(
    ("longitude", "latitude"),
    [
        (179_999_000, 10_000_000),
        (-179_999_000, 10_000_000),
        (0, 89_900_000),
        (30_000_000, 75_000_000),
    ],
)
def test_it_is_found_at_the_edges_of_the_map(longitude: int, latitude: int) -> None:
    point = Point(longitude=longitude, latitude=latitude)
    over = longitude + 4_000 if longitude < 179_998_000 else longitude + 4_000 - 360_000_000
    import_places([a_place("H1", over, latitude), a_place("H2")])
    found = near(point, TODAY, limit=1)
    assert [(view.place.code, view.metres) for view in found] == [
        ("H1", plain_metres(point, Point(longitude=over, latitude=latitude)))
    ]


def test_only_the_kind_that_is_asked_for_is_found() -> None:
    import_places([a_place("H1"), a_place("A1", kind=PlaceKind.AGENT, level=None), a_hotspot("W1")])
    found = near(HERE, TODAY, kinds=(PlaceKind.AGENT, PlaceKind.HOTSPOT))
    assert [view.place.code for view in found] == ["A1", "W1"]
    assert codes(kinds=(PlaceKind.HALL,)) == ["H1"]


def test_what_is_closed_for_good_is_not_found() -> None:
    import_places([a_place("H1", until=TODAY), a_place("H2", latitude=29_000_000)])
    assert [view.place.code for view in near(HERE, TODAY)] == ["H2"]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("南昌", ["H1", "W1"]),
        ("nanchang", ["H1", "W1"]),
        ("东湖", ["H1", "W1"]),
        ("浔阳", ["H2"]),
        ("样例", ["H1", "H2"]),
        ("Sample Road", ["H1", "H2"]),
        ("宽带", ["H2"]),
        ("broadband", ["H2"]),
        ("九江 缴费", []),
        ("wifi", ["W1"]),
        ("营业厅", ["H1", "H2"]),
        ("%", []),
        ("_", []),
        ("\\", []),
        ("'; DROP", []),
        ("", ["H1", "W1", "H2"]),
    ],
)
def test_places_are_found_by_words_in_both_languages(words: str, found: list[str]) -> None:
    import_places(some_places())
    assert codes(words=words) == found


def some_places() -> list[NewPlace]:
    return [
        a_place("H1", services=(Service.PAYMENT,)),
        a_place("H2", city="3604", county_zh="浔阳", services=(Service.BROADBAND,)),
        a_hotspot("W1", name_zh="广场", name_en="Square", address_zh="路", address_en="a street"),
    ]


def test_places_are_found_by_city_and_by_words_together() -> None:
    import_places(some_places())
    assert codes(city="3604") == ["H2"]
    assert codes(city="3601", words="缴费") == ["H1"]
    assert codes(limit=1) == ["H1"]
    assert [view.place.code for view in near(HERE, TODAY, words="宽带")] == ["H2"]


def test_there_is_no_point_beyond_the_poles() -> None:
    with pytest.raises(WanhaoError, match="no such point"):
        Point(longitude=0, latitude=90_000_001)
