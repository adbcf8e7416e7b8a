"""What other rooms may hold of the outlines that maps are drawn with."""

from dataclasses import dataclass

Position = tuple[int, int]
"""Longitude and latitude in millionths of a degree, WGS-84."""

Ring = tuple[Position, ...]
"""A line that ends where it begins."""

Polygon = tuple[Ring, ...]
"""The line around an area, then those around what is cut out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The outline of a city, or of one county of it; `county_zh` is empty for the whole city.

    `schematic` says that it was computed, and is no real boundary.
    """

    city: str
    county_zh: str
    county_en: str
    polygons: tuple[Polygon, ...]
    schematic: bool = False

    @property
    def positions(self) -> int:
        """Of how many points it is made."""
        return sum(len(ring) for polygon in self.polygons for ring in polygon)
