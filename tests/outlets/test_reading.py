"""A file of places is understood row by row; what is wrong is told with its row and column."""

import re
from datetime import date
from pathlib import Path

import pytest

from tests.architecture.tree import REPOSITORY
from tests.outlets.examples import HALL, HEADER, HOTSPOT, a_file
from wanhao.outlets import reading
from wanhao.outlets.contracts import PlaceKind, Point, Service
from wanhao.outlets.reading import COLUMNS, NEEDED, Fault, microdegrees, read_places
from wanhao.outlets.report import report_path, write_report
from wanhao.values.errors import WanhaoError

PAGE = (REPOSITORY / "docs" / "reference" / "outlets-files.md").read_text()


def test_a_hall_is_read_with_all_it_says(tmp_path: Path) -> None:
    found = read_places(a_file(tmp_path, HALL | {"until": "2027-03-31"}))
    (place,) = found.places
    assert (place.code, place.kind, place.level, place.city) == ("NC-001", "hall", 1, "3601")
    assert place.point == Point(longitude=115_897_920, latitude=28_694_735)
    assert place.services == (Service.NEW_LINE, Service.PAYMENT)
    assert (place.hours, place.until, place.demo) == (HALL["hours"], date(2027, 3, 31), False)
    assert found.faults == ()


@pytest.mark.parametrize(
    ("word", "micro"),
    [
        ("115.857963", 115_857_963),
        ("115.9", 115_900_000),
        ("28", 28_000_000),
        ("-0.000001", -1),
        ("0.5", 500_000),
    ],
)
def test_degrees_are_read_to_the_millionth(word: str, micro: int) -> None:
    assert microdegrees(word) == micro


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("code", "", "1 to 32 letters"),
        ("code", "NC 001", "1 to 32 letters"),
        ("code", "N" * 33, "1 to 32 letters"),
        ("kind", "shop", "'shop' is not one of hall, agent, hotspot"),
        ("level", "", "a hall has level 1, 2 or 3"),
        ("level", "4", "a hall has level 1, 2 or 3"),
        ("name_zh", "", "is empty"),
        ("name_zh", "厅" * 81, "longer than 80"),
        ("address_zh", "", "is empty"),
        ("name_en", "a\x07b", "cannot be printed"),
        ("city", "9999", "'9999' is not a city of this operator"),
        ("longitude", "115.8579631", "at most six digits"),
        ("longitude", "115,8", "not one field for each column"),
        ("longitude", "1e2", "at most six digits"),
        ("latitude", "91", "no such point"),
        ("latitude", "115.9", "no such point"),
        ("hours", "always", "not like Mo-Fr"),
        ("services", "payment;tea", "'tea' is not a valid Service; known are new-line"),
        ("ssid", "wifi", "only a hotspot has one"),
        ("until", "31.3.2027", "'31.3.2027' is not a day"),
    ],
)
def test_a_wrong_field_is_told_and_its_row_left_out(
    column: str, value: str, told: str, tmp_path: Path
) -> None:
    good = HALL | {"code": "NC-002"}
    found = read_places(a_file(tmp_path, HALL | {column: value}, good))
    assert [place.code for place in found.places] == ["NC-002"]
    (fault,) = found.faults
    assert (fault.row, told in fault.reason) == (2, True), fault.reason
    assert fault.column == ("" if "each column" in told else column)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [("level", "1", "only a hall"), ("ssid", "", "1 to 32 octets"), ("ssid", "网" * 11, "octets")],
)
def test_a_hotspot_has_a_network_and_no_level(
    column: str, value: str, told: str, tmp_path: Path
) -> None:
    found = read_places(a_file(tmp_path, HOTSPOT | {column: value}))
    assert [told in fault.reason for fault in found.faults] == [True]


def test_a_code_counts_once(tmp_path: Path) -> None:
    found = read_places(a_file(tmp_path, HALL, HALL | {"name_zh": "another"}))
    assert [place.name_zh for place in found.places] == [HALL["name_zh"]]
    assert [(one.row, one.column) for one in found.faults] == [(3, "code")]


def test_columns_may_stand_in_any_order_and_optional_ones_may_be_missing(tmp_path: Path) -> None:
    header = (*reversed(NEEDED), "level")
    (place,) = read_places(a_file(tmp_path, HALL, header=header)).places
    assert (place.name_en, place.hours, place.services) == ("", "", ())


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (HEADER[1:], "lacks columns: code"),
        ((*HEADER, "colour"), "has unknown columns: colour"),
        ((*HEADER, "code"), "has twice columns: code"),
        ((), "lacks columns: code, kind"),
    ],
)
def test_a_file_without_its_columns_is_refused(
    header: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    with pytest.raises(WanhaoError, match=told):
        read_places(a_file(tmp_path, HALL, header=header))


@pytest.mark.parametrize("content", ["名".encode("gb18030"), b"\xff\xfe", b'"code\n'])
def test_a_file_that_is_no_csv_in_utf_8_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_bytes(content)
    with pytest.raises(WanhaoError, match=r"places\.csv (is|lacks)"):
        read_places(path)


def test_a_file_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = a_file(tmp_path, HALL)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b",,,\r\n\r\n")
    assert len(read_places(path).places) == 1


def test_too_long_a_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_ROWS", 1)
    with pytest.raises(WanhaoError, match="more than 1 rows"):
        read_places(a_file(tmp_path, HALL, HALL | {"code": "NC-002"}))


def test_what_was_left_out_is_written_beside_the_file_and_goes_when_it_is_mended(
    tmp_path: Path,
) -> None:
    path = tmp_path / "places.csv"
    fault = Fault(row=7, code="=1+1", column="level", reason="a hall has level 1, 2 or 3")
    report = write_report(path, [fault])
    assert report == tmp_path / "places.bad-rows.csv"
    assert report.read_text("utf-8-sig").splitlines() == [
        "file,row,code,column,reason",
        'places.csv,7,\'=1+1,level,"a hall has level 1, 2 or 3"',
    ]
    assert write_report(path, []) is None
    assert not report.exists()
    report.write_text("somebody else's file\n")
    write_report(path, [])
    assert report_path(path).exists()


def test_the_example_of_the_page_is_read_as_it_stands(tmp_path: Path) -> None:
    example = re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)
    assert example
    path = tmp_path / "example.csv"
    path.write_text(example[1])
    found = read_places(path)
    assert found.faults == ()
    assert [place.kind for place in found.places] == list(PlaceKind)
    assert {place.city for place in found.places} == {"3601"}


def test_the_page_names_every_column_and_service() -> None:
    named = set(re.findall(r"`([a-z_-]+)`", PAGE))
    assert set(COLUMNS) <= named
    assert set(Service) <= named
    assert f"{reading.MOST_ROWS:,} rows" in PAGE
