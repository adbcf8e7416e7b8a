"""The demo operator's halls are made by rule, and say that they are made up."""

from collections import Counter

from wanhao.outlets.contracts import PlaceKind
from wanhao.outlets.hours import read_hours
from wanhao.parties.cities import known_cities
from wanhao.project.demo.outlets import counties, demo_places


def test_there_are_a_hundred_and_nine_halls_in_eleven_cities() -> None:
    halls = [place for place in demo_places() if place.kind is PlaceKind.HALL]
    assert Counter(hall.level for hall in halls) == {1: 11, 2: 89, 3: 9}
    assert {hall.city for hall in halls} == {city.code for city in known_cities()}
    assert len(counties()) == 100


def test_every_place_says_that_it_was_made_up() -> None:
    for place in demo_places():
        assert place.demo
        assert "虚构" in place.address_zh
        assert "Made-up" in place.address_en
        assert "演示" in place.name_zh


def test_they_are_the_same_whenever_they_are_made_and_each_has_its_code() -> None:
    places = demo_places()
    assert places == demo_places()
    assert len({place.code for place in places}) == len(places)


def test_they_stand_where_their_counties_are() -> None:
    middles = {(county.city.code, county.zh): county.middle for county in counties()}
    assert len(middles) == 100
    for place in demo_places():
        middle = middles[place.city, place.county_zh]
        assert abs(place.point.longitude - middle.longitude) < 10_000
        assert abs(place.point.latitude - middle.latitude) < 10_000
        assert 113_000_000 < place.point.longitude < 119_000_000
        assert 24_000_000 < place.point.latitude < 31_000_000


def test_halls_and_agents_are_open_at_times_and_hotspots_have_a_network() -> None:
    for place in demo_places():
        if place.kind is PlaceKind.HOTSPOT:
            assert place.ssid
        else:
            assert any(read_hours(place.hours).spans)
