"""Who visits reads the month's list, opens a file for the record, and says what came of it."""

import pytest
from click.testing import CliRunner

from tests.parties.care_examples import ADDRESS, MOTHER, day, keep, open_family, registered
from wanhao.access.queries import reads_of
from wanhao.project.command.care import care
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    return CliRunner().invoke(care, words, catch_exceptions=False).output


def test_a_month_of_visits() -> None:
    open_family()
    made = registered(MOTHER)
    assert run("visits", "--cycle", "202612") == "No visits in this month.\n"
    keep(day("2026-12-01"))
    listed = run("visits", "--cycle", "202612")
    assert f"file {made.care_id}  169****0001  3601  due  until 2026-12-05" in listed
    assert str(MOTHER) not in listed
    assert ADDRESS in run("show", str(made.care_id), "--reason", "visit")
    (read,) = reads_of(f"care file {made.care_id}")
    assert read.purpose == "care file by command"
    assert read.reason.startswith("visit (")
    visit = listed.split()[0]
    with pytest.raises(WanhaoError, match="two people"):
        run("visited", visit, "--by", "li.na", "--result", "好")
    both = ("--by", "li.na", "--by", "zhao.min")
    assert run("visited", visit, *both, "--result", "好") == f"Visit {visit} of 202612: made.\n"
    assert "made  until 2026-12-05  li.na, zhao.min" in run("visits", "--cycle", "202612")
    with pytest.raises(WanhaoError, match="no care file 0"):
        run("show", "0", "--reason", "visit")
