"""`wanhao parties`: what an operator's IT people see of an import."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.parties.importing.files import FAMILY, LI, WANG, other, write
from wanhao.parties.importing.contracts import RunView
from wanhao.parties.queries import line_count
from wanhao.parties.states import RunState
from wanhao.products.actions import load_catalogue
from wanhao.project.command import main
from wanhao.project.command.parties import run_line

pytestmark = pytest.mark.django_db
BAD = other(WANG, account="B1", number="12345")


@pytest.fixture(autouse=True)
def _on_sale(db: None) -> None:
    load_catalogue()


def wanhao(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["parties", *map(str, words)])


def report_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_an_import_says_what_became_of_the_rows(tmp_path: Path) -> None:
    ended = wanhao("import", write(tmp_path, WANG, *FAMILY, BAD))

    assert ended.exit_code == 0
    assert "5 (3 accounts)" in ended.output
    assert "4 (2 accounts)" in ended.output
    assert "number: this is no mobile number (row 6)" in ended.output
    assert line_count() == 4


def test_bad_rows_are_reported_beside_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, other(LI, customer="李大国"), *FAMILY[1:], BAD)
    ended = wanhao("import", path)

    report = tmp_path / "customers.bad-rows.csv"
    assert str(report) in ended.output.replace("\n", "")
    told = report_of(report)
    assert [(row["row"], row["column"], row["value"]) for row in told] == [
        ("2", "customer", ""),
        ("3", "customer", ""),
        ("4", "customer", ""),
        ("5", "number", "12345"),
    ]
    assert told[-1]["remedy"] == "Give eleven digits that begin with 1."
    assert "李" not in report.read_text(encoding="utf-8-sig")


def test_without_bad_rows_there_is_no_report(tmp_path: Path) -> None:
    wanhao("import", write(tmp_path, WANG))
    assert [path.name for path in tmp_path.iterdir()] == ["customers.csv"]


def test_a_report_goes_when_its_rows_are_mended(tmp_path: Path) -> None:
    wanhao("import", write(tmp_path, WANG, BAD))
    assert (tmp_path / "customers.bad-rows.csv").exists()
    wanhao("import", write(tmp_path, WANG, other(BAD, number="16907910002")))
    assert [path.name for path in tmp_path.iterdir()] == ["customers.csv"]


def test_without_bad_rows_a_file_that_is_no_report_is_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "notes.csv"
    notes.write_text("mine\n")
    wanhao("import", write(tmp_path, WANG), "--report", notes)
    assert notes.read_text() == "mine\n"


def test_several_files_may_share_a_report(tmp_path: Path) -> None:
    one = write(tmp_path, WANG, BAD, name="one.csv")
    two = write(tmp_path, LI, other(BAD, account="B2"), name="two.csv")
    report = tmp_path / "mend-these.csv"
    assert wanhao("import", one, two, "--report", report).exit_code == 0
    assert [row["file"] for row in report_of(report)] == ["one.csv", "two.csv"]


def test_a_dry_run_opens_nothing(tmp_path: Path) -> None:
    ended = wanhao("import", "--dry-run", write(tmp_path, WANG, BAD))
    assert ended.exit_code == 0
    assert "would be open" in ended.output
    assert (tmp_path / "customers.bad-rows.csv").exists()
    assert (line_count(), wanhao("imports").output) == (0, "Nothing was imported yet.\n")


def test_strict_ends_with_one_and_opens_nothing(tmp_path: Path) -> None:
    ended = wanhao("import", "--strict", write(tmp_path, WANG, BAD))
    assert ended.exit_code == 1
    assert "nothing of them was imported" in ended.output
    assert line_count() == 0


def test_a_gbk_file_comes_in_when_its_encoding_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, WANG, encoding="gbk")
    refused = wanhao("import", path)
    assert refused.exit_code == 1
    assert "--encoding gb18030" in refused.output
    assert wanhao("import", "--encoding", "gbk", path).exit_code == 0
    assert line_count() == 1


def test_the_imports_are_listed(tmp_path: Path) -> None:
    wanhao("import", write(tmp_path, WANG, BAD))
    listed = wanhao("imports").output
    assert "customers.csv  finished  1/1 chunks  2 rows  1 accounts, 1 lines opened" in listed
    assert "1 rows left out" in listed


@pytest.mark.parametrize(
    ("running", "told"), [(True, "opening  2/9 chunks"), (False, "interrupted  2/9 chunks")]
)
def test_an_import_that_nobody_works_at_is_shown_as_interrupted(running: bool, told: str) -> None:
    at = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    run = RunView(
        name="customers.csv",
        digest="0" * 64,
        state=RunState.OPENING,
        running=running,
        rows=90_000,
        chunks=9,
        chunks_done=2,
        accounts_opened=20_000,
        lines_opened=20_000,
        rows_left_out=0,
        trouble="",
        started_at=at,
        changed_at=at,
    )
    assert told in run_line(run)


def test_a_report_that_cannot_be_written_is_told_before_anything_is_read(tmp_path: Path) -> None:
    ended = wanhao("import", write(tmp_path, WANG), "--report", tmp_path / "no" / "report.csv")
    assert ended.exit_code == 1
    assert "--report FILE" in ended.output
    assert line_count() == 0
