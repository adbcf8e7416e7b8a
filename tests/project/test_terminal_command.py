"""`wanhao terminal`: added to a hall, registered by its address, listed, and taken away."""

import re
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.outlets.examples import a_place
from wanhao.outlets.actions import import_places
from wanhao.outlets.terminal_contracts import NewReceipt
from wanhao.outlets.terminals import devices_key, terminals, write_receipt
from wanhao.project.command.terminal import terminal
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db
ADDRESS = re.compile(r"^register +http://[^/]+(/terminal/register/[\w-]+/)$", re.MULTILINE)


@pytest.fixture(autouse=True)
def _hall() -> None:
    import_places([a_place("H1")])


def run(*words: str) -> str:
    return CliRunner().invoke(terminal, words, catch_exceptions=False).output


def added(*options: str) -> tuple[int, str]:
    """A terminal of the hall, and what was printed of it."""
    told = run("add", "H1", "01", *options)
    return terminals("H1")[0].terminal_id, told


def registered(told: str) -> Client:
    """A browser that opened the printed address and pressed the button."""
    found = ADDRESS.search(told)
    assert found is not None, told
    browser = Client()
    assert browser.post(found[1]).status_code == 302
    return browser


def test_the_printed_address_makes_one_browser_the_terminal() -> None:
    terminal_id, told = added()
    assert f"terminal    {terminal_id}, 样例营业厅 01\n" in told
    assert "Open it on the terminal within a day; it works once.\n" in told
    assert "devices key" not in told
    assert "not registered" in run("list")
    browser = registered(told)
    assert browser.get("/terminal/").status_code == 200
    assert "H1  样例营业厅  01, registered 20" in run("list")
    found = ADDRESS.search(told)
    assert found is not None
    late = Client().post(found[1])
    assert late.status_code != 302


def test_another_address_leaves_the_browser_that_is_there_until_it_is_used() -> None:
    terminal_id, told = added()
    first = registered(told)
    another = run("code", str(terminal_id))
    assert first.get("/terminal/").status_code == 200
    second = registered(another)
    assert (first.get("/terminal/").status_code, second.get("/terminal/").status_code) == (403, 200)


def test_with_reader_and_printer_the_key_is_printed_and_again_when_asked() -> None:
    terminal_id, told = added("--devices", "http://127.0.0.1:8443")
    key = devices_key(terminal_id)
    assert f"devices key {key}\n" in told
    assert run("key", str(terminal_id)) == f"devices key {key}\n"
    assert "devices at http://127.0.0.1:8443" in run("list", "--hall", "H1")


def test_the_receipts_are_listed_with_what_was_paid() -> None:
    terminal_id, _ = added()
    now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    new = NewReceipt(reference="once", item="topup", line_id=None, amount_fen=1230)
    number = write_receipt(terminal_id, new, now).number
    assert run("receipts", str(terminal_id)) == f"{number}  2026-11-22 12:00  topup, ¥12.30\n"


def test_a_terminal_that_was_taken_away_is_one_no_more() -> None:
    terminal_id, told = added()
    browser = registered(told)
    assert run("remove", str(terminal_id)) == f"Terminal {terminal_id} is none any more.\n"
    assert browser.get("/terminal/").status_code == 403
    assert run("list") == "There is no terminal. Add one with: wanhao terminal add HALL NAME\n"
    with pytest.raises(WanhaoError, match=f"no terminal {terminal_id}"):
        run("remove", str(terminal_id))


def test_no_key_is_printed_for_a_terminal_that_was_taken_away() -> None:
    terminal_id, _ = added("--devices", "http://127.0.0.1:8443")
    run("remove", str(terminal_id))
    with pytest.raises(WanhaoError, match=f"no terminal {terminal_id}"):
        run("key", str(terminal_id))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("add", "H1", " "), "up to 40 characters"),
        (("add", "H1", "01", "--devices", "http://hall.example.cn"), "no address"),
        (("code", "999999"), "There is no terminal 999999"),
        (("key", "999999"), "There is no terminal 999999"),
        (("receipts", "999999"), "There is no terminal 999999"),
    ],
)
def test_what_cannot_be_is_told(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(WanhaoError, match=told):
        run(*words)


def test_a_name_is_given_once_in_a_hall_and_halls_must_be_there() -> None:
    added()
    with pytest.raises(WanhaoError, match="has a terminal '01'"):
        run("add", "H1", "01")
    with pytest.raises(WanhaoError, match="H9"):
        run("add", "H9", "01")
