"""Importing customers: what comes in, what stays out, and what happens when it is done again."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.parties.importing.files import FAMILY, WANG, write
from wanhao.parties.importing.checking import RowFault
from wanhao.parties.queries import lines_by_number
from wanhao.workflows.import_parties import ImportOutcome, Wish, import_parties

pytestmark = pytest.mark.usefixtures("catalogue")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
told: list[RowFault] = []


def run(path: Path, **wishes: bool | str) -> ImportOutcome:
    told.clear()
    return import_parties(
        path,
        Wish(**wishes),
        tell=lambda name, faults: told.extend(faults),
        watch=lambda step, done, total: None,
        clock=lambda: NOW,
    )


def test_a_person_and_a_family_come_in(tmp_path: Path) -> None:
    outcome = run(write(tmp_path, WANG, *FAMILY))

    assert (outcome.rows, outcome.rows_opened, outcome.rows_left_out) == (4, 4, 0)
    assert told == []
    lines = lines_by_number([16907910001, 16907920001, 16907920003])
    assert lines[16907910001].customer_name == "王小明"
    assert lines[16907920001].group_id == lines[16907920003].group_id
    assert lines[16907920001].city == "3604"
