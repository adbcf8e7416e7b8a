"""Outlines of cities and counties: a file is read or refused as a whole, and takes the place of
what was there."""

import json
from pathlib import Path
from typing import Any

import pytest

from wanhao.outlets.outline_contracts import Outline
from wanhao.outlets.outline_reading import MOST_POINTS, read_outlines
from wanhao.outlets.outlining import known_outlines, outlines_version, replace_outlines
from wanhao.values.errors import WanhaoError

SQUARE = [[115.8, 28.6], [115.9, 28.6], [115.9, 28.7], [115.8, 28.7], [115.8, 28.6]]
HOLE = [[115.84, 28.64], [115.86, 28.64], [115.86, 28.66], [115.84, 28.64]]
DONGHU = {"city": "南昌市", "county_zh": "东湖", "county_en": "Donghu"}


def a_feature(
    properties: Any = DONGHU, coordinates: Any = (SQUARE,), kind: str = "Polygon"
) -> dict[str, Any]:
    geometry = {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def a_file(folder: Path, *features: Any, **other: Any) -> Path:
    path = folder / "outlines.geojson"
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": list(features), **other}),
        encoding="utf-8",
    )
    return path


def an_outline(city: str = "3601", county: str = "东湖", **other: Any) -> Outline:
    ring = ((115_800_000, 28_600_000), (115_900_000, 28_600_000), (115_900_000, 28_700_000))
    given = {"county_en": "", "polygons": (((*ring, ring[0]),),)} | other
    return Outline(city=city, county_zh=county, **given)


class TestReading:
    def test_a_county_and_a_city_with_a_hole_and_an_island(self, tmp_path: Path) -> None:
        island = [[[116.0, 28.9], [116.1, 28.9], [116.1, 29.0], [116.0, 28.9]]]
        whole = a_feature({"city": "0792"}, [[SQUARE, HOLE], island], "MultiPolygon")
        county, city = read_outlines(a_file(tmp_path, a_feature(), whole))
        assert (county.city, county.county_zh, county.county_en) == ("3601", "东湖", "Donghu")
        assert county.polygons[0][0][0] == (115_800_000, 28_600_000)
        assert (city.city, city.county_zh, city.schematic) == ("3604", "", False)
        assert [len(polygon) for polygon in city.polygons] == [2, 1]
        assert city.positions == 5 + 4 + 4

    def test_points_are_rounded_to_a_metre_and_heights_left_out(self, tmp_path: Path) -> None:
        ring = [[115.1234567, 28.7654321, 40.0], [115.2, 28.7], [115.2, 28.8]]
        (found,) = read_outlines(a_file(tmp_path, a_feature(coordinates=[[*ring, ring[0]]])))
        assert found.polygons[0][0][0] == (115_123_460, 28_765_430)

    @pytest.mark.parametrize(
        ("feature", "told"),
        [
            (a_feature({"city": "上海"}), "feature 2: '上海' is not a city"),
            (a_feature(None), "feature 2: it has no properties"),
            ("nothing", "feature 2: it has no properties"),
            (a_feature({**DONGHU, "county_zh": "西" * 81}), "county_zh is no name"),
            (a_feature({**DONGHU, "county_en": 7}), "county_en is no name"),
            (a_feature(kind="LineString"), "no Polygon"),
            (a_feature(coordinates=[]), "not those of its kind"),
            (a_feature(coordinates=[SQUARE[:-1]]), "does not end where it begins"),
            (a_feature(coordinates=[[SQUARE[0], SQUARE[0]]]), "fewer than four"),
            (a_feature(coordinates=[[[28.6, 115.8], *SQUARE[1:]]]), r"\[28.6, 115.8\] is no"),
            (a_feature(coordinates=[[["115", "28"], *SQUARE[1:]]]), "is no longitude"),
            (a_feature(coordinates=[[[float("nan"), 28.0], *SQUARE[1:]]]), "is no longitude"),
            (a_feature(coordinates=[[[1], *SQUARE[1:]]]), "is no longitude"),
            (a_feature(DONGHU | {"city": "3601"}), "feature 2: 3601 东湖 is there twice"),
        ],
    )
    def test_a_feature_that_is_wrong_is_told_by_its_number(
        self, tmp_path: Path, feature: Any, told: str
    ) -> None:
        with pytest.raises(WanhaoError, match=told) as error:
            read_outlines(a_file(tmp_path, a_feature(), feature))
        assert "outlets-files.md" in error.value.remedy

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("no json", "no JSON"),
            ("[" * 100_000, "no JSON"),
            ("[]", "no FeatureCollection"),
            ('{"type": "FeatureCollection", "features": []}', "1 to 1,000 features"),
            ('{"type": "FeatureCollection", "features": {}}', "1 to 1,000 features"),
            ('{"type": "FeatureCollection", "crs": {"name": "EPSG:4490"}}', "not in WGS-84"),
        ],
    )
    def test_what_is_no_file_of_outlines_is_refused(
        self, tmp_path: Path, text: str, told: str
    ) -> None:
        path = tmp_path / "outlines.geojson"
        path.write_text(text)
        with pytest.raises(WanhaoError, match=told):
            read_outlines(path)

    def test_what_is_too_fine_for_a_phone_is_refused(self, tmp_path: Path) -> None:
        fine = [[115 + step / MOST_POINTS, 28.0] for step in range(MOST_POINTS)]
        with pytest.raises(WanhaoError, match=f"has {MOST_POINTS + 1:,} points") as error:
            read_outlines(a_file(tmp_path, a_feature(coordinates=[[*fine, fine[0]]])))
        assert "Simplify" in error.value.remedy


@pytest.mark.django_db
class TestTakingThePlace:
    def test_others_take_the_place_of_all_there_were(self) -> None:
        assert outlines_version() == 0
        first = [an_outline("3602", "乐平"), an_outline("3601", "东湖", schematic=True)]
        assert replace_outlines(first)
        assert known_outlines() == [first[1], first[0]]
        before = outlines_version()
        assert replace_outlines([an_outline("3601", "")])
        assert known_outlines() == [an_outline("3601", "")]
        assert outlines_version() > before

    def test_the_same_again_changes_nothing(self) -> None:
        assert replace_outlines([an_outline()])
        before = outlines_version()
        assert not replace_outlines([an_outline()])
        assert outlines_version() == before

    def test_none_leave_the_map_without(self) -> None:
        replace_outlines([an_outline()])
        assert replace_outlines([])
        assert (known_outlines(), outlines_version()) == ([], 0)
        assert not replace_outlines([])
