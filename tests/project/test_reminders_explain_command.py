"""`wanhao reminders explain` and `preview`, over a day that was really counted."""

from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from tests.pages.operator import TALKER, SmallOperator
from wanhao.access.queries import reads_of
from wanhao.project.command.reminders import reminders
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(reminders, arguments, catch_exceptions=False)


@pytest.fixture
def operator(tmp_path):
    """The talker has called for 75 of his 100 minutes."""
    small = SmallOperator(tmp_path)
    small.open()
    small.calls([50, 25])
    yield small
    small.close()


def test_a_line_is_explained(operator) -> None:
    told = run("explain", str(TALKER)).output
    assert "voice-80: nothing to tell: not reached (used 75 of 100 min, 75 %" in told
    assert str(TALKER) not in told
    assert [read.purpose for read in reads_of(f"line {TALKER}")] == ["explanation by command"]
    operator.calls([10])
    told = run("explain", str(TALKER), "--records", "1").output
    assert "3 record(s) counted by then" in told
    assert told.count("msc-1") == 2


def test_a_changed_rule_is_previewed(operator) -> None:
    cycle = str(Cycle.of(datetime.now(UTC)).number)
    told = run("preview", "voice-80", "--set", "threshold=70", "--cycle", cycle).stdout
    assert told.splitlines()[0] == f"voice-80 in {cycle}, messages before merging:"
    assert told.splitlines()[2].split() == ["Nanchang", "0", "1"]
    assert "169****0001" in told
    unchanged = run("preview", "voice-80", "--cycle", cycle).stdout
    assert unchanged.splitlines()[-1].split() == ["all", "0", "0"]


def test_values_that_cannot_be_are_refused() -> None:
    with pytest.raises(WanhaoError, match="gives no value"):
        run("preview", "voice-80", "--set", "threshold")
    with pytest.raises(WanhaoError, match="no reminder rule 'nothing'"):
        run("preview", "nothing")
    with pytest.raises(WanhaoError, match="threshold must be a whole number"):
        run("preview", "voice-80", "--set", "threshold=low")
