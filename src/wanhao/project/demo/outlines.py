"""The demo's map: for each county what is nearer to its middle than to any other's, at most some
fifty kilometres off. Computed from the counties' middles alone; no real boundary of anything."""

from collections.abc import Sequence
from math import cos, pi, sin

from wanhao.outlets.contracts import MICRODEGREES, Point
from wanhao.outlets.outline_contracts import Outline, Ring
from wanhao.outlets.outlining import known_outlines, replace_outlines
from wanhao.project.demo.outlets import County, counties

REACH = 0.48
"""How far from its middle a county goes, in degrees of latitude."""

CORNERS = 28
NARROWER = 0.88
"""A degree of longitude beside one of latitude, about where the demo's operator is."""

# Rounded to a ten-thousandth of a degree, some ten metres.
COARSER = 100
Spot = tuple[float, float]


def draw_map() -> None:
    """Put the demo's outlines in place, unless an operator loaded others."""
    if all(outline.schematic for outline in known_outlines()):
        replace_outlines(demo_outlines())


def demo_outlines() -> list[Outline]:
    """An outline for each county of the demo."""
    middles = [_flat(county.middle) for county in counties()]
    return [
        Outline(
            city=county.city.code,
            county_zh=county.zh,
            county_en=county.en,
            polygons=((_ring(county, middles),),),
            schematic=True,
        )
        for county in counties()
    ]


def _ring(county: County, middles: Sequence[Spot]) -> Ring:
    middle = _flat(county.middle)
    x, y = middle
    turns = [2 * pi * corner / CORNERS for corner in range(CORNERS)]
    corners = [(x + REACH * cos(turn), y + REACH * sin(turn)) for turn in turns]
    for other in middles:
        if other != middle:
            corners = _nearer(corners, middle, other)
    ring = tuple(_position(corner) for corner in corners)
    return (*ring, ring[0])


def _nearer(corners: Sequence[Spot], middle: Spot, other: Spot) -> list[Spot]:
    """What of a convex area is nearer to its middle than to another spot."""
    across = (other[0] - middle[0], other[1] - middle[1])
    half = ((other[0] + middle[0]) / 2, (other[1] + middle[1]) / 2)

    def beyond(spot: Spot) -> float:
        return (spot[0] - half[0]) * across[0] + (spot[1] - half[1]) * across[1]

    kept: list[Spot] = []
    for before, here in zip([corners[-1], *corners[:-1]], corners, strict=True):
        out, now_out = beyond(before), beyond(here)
        if (out > 0) != (now_out > 0):
            share = out / (out - now_out)
            kept.append(
                (
                    before[0] + share * (here[0] - before[0]),
                    before[1] + share * (here[1] - before[1]),
                )
            )
        if now_out <= 0:
            kept.append(here)
    return kept


def _flat(point: Point) -> Spot:
    return point.longitude / MICRODEGREES * NARROWER, point.latitude / MICRODEGREES


def _position(spot: Spot) -> tuple[int, int]:
    east, north = spot[0] / NARROWER, spot[1]
    return _rounded(east), _rounded(north)


def _rounded(degrees: float) -> int:
    return round(degrees * MICRODEGREES / COARSER) * COARSER
