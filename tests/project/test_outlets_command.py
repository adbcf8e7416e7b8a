"""`wanhao outlets`: a file comes in, places are listed and the nearest found."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.outlets.examples import HALL, HOTSPOT, a_file
from tests.outlets.test_outlines import a_feature, an_outline
from tests.outlets.test_outlines import a_file as a_map
from wanhao.outlets.actions import import_places
from wanhao.outlets.outlining import known_outlines, replace_outlines
from wanhao.project.command.outlets import outlets
from wanhao.project.demo.outlets import demo_places
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Result:
    return CliRunner().invoke(outlets, arguments, catch_exceptions=False)


def test_a_file_comes_in_and_again_changes_nothing(tmp_path: Path) -> None:
    path = str(a_file(tmp_path, HALL, HOTSPOT))
    dry = run("import", "--dry-run", path)
    assert "would be new        2" in dry.output
    assert run("list").output == "There is no such place.\n"
    assert "new                 2" in run("import", path).output
    assert "already so          2" in run("import", path).output


def test_bad_rows_are_told_and_the_others_come_in(tmp_path: Path) -> None:
    path = a_file(tmp_path, HALL, HALL | {"code": "NC-002", "level": "9"})
    told = run("import", str(path))
    assert told.exit_code == 0
    assert "left out            1" in told.output
    report = tmp_path / "places.bad-rows.csv"
    assert f"Bad rows: {report}" in told.output
    assert "NC-002,level" in report.read_text("utf-8-sig")
    assert "NC-001" in run("list").output


def test_a_hall_is_shown_with_all_that_is_known_of_it(tmp_path: Path) -> None:
    run("import", str(a_file(tmp_path, HALL, HOTSPOT)))
    hall, hotspot = (run("list", "--kind", kind).output for kind in ("hall", "hotspot"))
    assert hall.splitlines()[:3] == [
        "NC-001  南昌样例营业厅 Nanchang Sample Hall",
        "  hall level 1 in 东湖 Donghu",
        "  样例路1号 1 Sample Road",
    ]
    assert hall.splitlines()[3] in {
        f"  Mo-Su 08:30-18:30 ({state} now)" for state in ("open", "closed")
    }
    assert hall.splitlines()[4] == "  new lines, payments"
    assert "network name sample-wifi" in hotspot


def test_the_nearest_halls_are_found() -> None:
    import_places(demo_places())
    told = run("near", "115.897920", "28.694735", "--kind", "hall", "--limit", "2").output
    assert "DEMO-HALL-001  南昌东湖营业厅（演示） Nanchang Donghu Hall (demo), 0 m" in told
    assert "hall level 1 in 东湖 Donghu, made up" in told
    assert told.count("DEMO-HALL-") == 2


@pytest.mark.parametrize("city", ["3604", "0792", "九江", "九江市", "jiujiang", "Jiujiang"])
def test_a_city_may_be_named_in_any_way(city: str) -> None:
    import_places(demo_places())
    told = run("list", "--city", city, "--kind", "hall", "--find", "第二").output
    assert "九江濂溪第二营业厅（演示）" in told


def test_a_long_list_says_that_there_is_more() -> None:
    import_places(demo_places())
    told = run("list", "--limit", "3")
    assert told.stdout.count("DEMO-") == 3
    assert "There are more than 3" in told.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("list", "--city", "武汉"), "'武汉' is not a city of this operator"),
        (("near", "here", "28"), "'here 28' is not a point"),
        (("near", "28.68", "115.85"), "no such point"),
    ],
)
def test_what_is_not_understood_is_told(arguments: tuple[str, ...], told: str) -> None:
    with pytest.raises(WanhaoError, match=told):
        run(*arguments)


def test_outlines_are_loaded_listed_and_removed(tmp_path: Path) -> None:
    path = str(a_map(tmp_path, a_feature()))
    assert run("outlines", "list").output == "There are no outlines.\n"
    assert "Nothing was written." in run("outlines", "load", "--dry-run", path).output
    assert known_outlines() == []
    told = run("outlines", "load", path).output
    assert told == "3601  南昌 Nanchang          1 outlines       5 points\n"
    assert "They are the same already." in run("outlines", "load", path).output
    assert run("outlines", "list").output == told
    assert run("outlines", "remove", "--yes").output == "The outlines are removed.\n"
    assert run("outlines", "remove", "--yes").output == "There were none.\n"


def test_a_wrong_file_of_outlines_leaves_those_that_were_there(tmp_path: Path) -> None:
    run("outlines", "load", str(a_map(tmp_path, a_feature())))
    before = known_outlines()
    with pytest.raises(WanhaoError, match="feature 1"):
        run("outlines", "load", str(a_map(tmp_path, a_feature({"city": "Nowhere"}))))
    assert known_outlines() == before
    replace_outlines([an_outline(schematic=True)])
    assert "no real boundaries" in run("outlines", "list").output
