"""`wanhao line`: what it does and what it says."""

import pytest
from click.testing import CliRunner

from tests.workflows.debtors import barring_of, opened
from wanhao.network.contracts import Barring
from wanhao.products.actions import load_catalogue
from wanhao.project.command.line import line

pytestmark = pytest.mark.django_db
NUMBER = 16907910001


def told(*arguments: str) -> str:
    result = CliRunner().invoke(line, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_line_is_lost_and_found() -> None:
    load_catalogue()
    opened(NUMBER)
    assert told("lost", str(NUMBER)) == "stopped\n"
    assert told("lost", str(NUMBER)) == "it was reported lost before\n"
    assert barring_of(NUMBER) is Barring.ALL
    assert told("found", str(NUMBER)) == "not lost any more\n"
    assert told("found", str(NUMBER)) == "it was not reported lost\n"
    assert barring_of(NUMBER) is Barring.NONE


def test_a_number_is_kept_and_in_use_again() -> None:
    load_catalogue()
    opened(NUMBER)
    assert told("keep", str(NUMBER), "--months", "2").startswith("kept until ")
    assert barring_of(NUMBER) is Barring.ALL
    assert told("resume", str(NUMBER)) == "in use again\n"
    assert barring_of(NUMBER) is Barring.NONE
