"""The demo's map is computed, says so, and gives way to an operator's."""

from itertools import pairwise

import pytest

from tests.outlets.test_outlines import an_outline
from wanhao.outlets.outline_contracts import Ring
from wanhao.outlets.outlining import known_outlines, outlines_version, replace_outlines
from wanhao.project.demo.outlets import counties, demo_places
from wanhao.project.demo.outlines import demo_outlines, draw_map


def inside(ring: Ring, east: int, north: int) -> bool:
    """Whether a point is in a ring, by the crossings to its right."""
    crossed = False
    for (x1, y1), (x2, y2) in pairwise(ring):
        if (y1 > north) != (y2 > north):
            crossed ^= east < x1 + (north - y1) * (x2 - x1) / (y2 - y1)
    return crossed


def test_each_county_lies_around_its_middle_and_around_no_other() -> None:
    rings = {(one.city, one.county_zh): one.polygons[0][0] for one in demo_outlines()}
    assert len(rings) == len(counties()) == 100
    for county in counties():
        around = [
            key
            for key, ring in rings.items()
            if inside(ring, county.middle.longitude, county.middle.latitude)
        ]
        assert around == [(county.city.code, county.zh)]


def test_nearly_every_place_of_the_demo_is_drawn_in_some_county() -> None:
    rings = [one.polygons[0][0] for one in demo_outlines()]
    for place in demo_places():
        point = place.point
        assert any(inside(ring, point.longitude, point.latitude) for ring in rings), place.code


def test_they_say_that_they_are_no_real_boundaries_and_are_light() -> None:
    found = demo_outlines()
    assert all(one.schematic for one in found)
    assert all(ring[0] == ring[-1] for one in found for (ring,) in one.polygons)
    assert sum(one.positions for one in found) < 2_000
    assert found == demo_outlines()


@pytest.mark.django_db
def test_the_map_is_drawn_once_and_an_operators_stays() -> None:
    draw_map()
    assert len(known_outlines()) == 100
    before = outlines_version()
    draw_map()
    assert outlines_version() == before
    replace_outlines([an_outline()])
    draw_map()
    assert known_outlines() == [an_outline()]
