"""The page about import files says what the import does, and its example comes in."""

import csv
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.architecture.tree import REPOSITORY
from wanhao.parties.importing.columns import (
    COLUMNS,
    LONGEST_NAME,
    LONGEST_REFERENCE,
    REQUIRED,
)
from wanhao.parties.importing.contracts import FAULT_TEXTS
from wanhao.parties.importing.reading import ENDINGS
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import offerings_held
from wanhao.workflows.import_parties import Wish, import_parties

PAGE = (REPOSITORY / "docs" / "reference" / "import-files.md").read_text()
EXAMPLE = re.search(r"```csv\n(.*?)```", PAGE, re.DOTALL)


def table_under(heading: str) -> list[list[str]]:
    """The cells of the first table below a heading."""
    below = PAGE.split(f"## {heading}\n")[1]
    lines = re.search(r"(^\|.*\n)+", below, re.MULTILINE)
    assert lines
    return [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in lines[0].splitlines()[2:]
    ]


def test_the_columns_are_those_of_the_page() -> None:
    told = table_under("Columns")
    assert {row[0] for row in told} == set(COLUMNS)
    assert {row[0] for row in told if row[1] == "yes"} == set(REQUIRED)
    assert f"up to {LONGEST_REFERENCE} letters" in PAGE
    assert f"up to {LONGEST_NAME} letters" in PAGE


def test_the_endings_are_those_of_the_page() -> None:
    assert tuple(row[0] for row in table_under("Formats")) == ENDINGS


def test_every_fault_is_told_with_its_words() -> None:
    told = [tuple(row) for row in table_under("Bad rows")]
    assert told == [(fault.value, *text) for fault, text in FAULT_TEXTS.items()]


@pytest.mark.django_db
def test_the_example_comes_in_whole(tmp_path: Path) -> None:
    load_catalogue()
    assert EXAMPLE
    path = tmp_path / "example.csv"
    path.write_text(EXAMPLE[1])
    outcome = import_parties(
        path,
        Wish(strict=True),
        tell=lambda name, faults: None,
        watch=lambda step, done, total: None,
        clock=lambda: datetime(2026, 11, 22, 4, 0, tzinfo=UTC),
    )
    assert (outcome.faults, outcome.ignored_columns) == ((), ())
    assert (outcome.accounts_opened, outcome.rows_opened) == (3, 6)
    rows = {int(row["number"]): row for row in csv.DictReader(EXAMPLE[1].splitlines())}
    lines = lines_by_number(rows)
    held = offerings_held([line.group_id for line in lines.values()])
    for number, row in rows.items():
        assert held[lines[number].group_id].code == row["plan"]
