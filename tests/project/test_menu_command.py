"""`wanhao menu`: what there is, asked on behalf of a line, with a reason that is recorded."""

import json
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner, Result

from tests.parties.examples import a_line, an_account
from wanhao.access.queries import reads_of
from wanhao.menu.contracts import Inputs, NoInputs
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.products.queries import codes_held
from wanhao.project.command import menu, menu_ask
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

NUMBER = 16907910001
LINE = ("--line", str(NUMBER))
WHY = ("--reason", "called us")
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)


class Cups(Inputs):
    """Some cups."""

    cups: int
    kinds: tuple[str, ...] = ()


@pytest.fixture(autouse=True)
def line(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu_ask, "refuse_without_database", lambda: None)
    monkeypatch.setattr(menu_ask, "database", nullcontext)
    load_catalogue()
    order = AccountOrder(
        account=an_account("A1", (a_line(NUMBER),)), offering_codes=("lexiang-4g-59",)
    )
    open_accounts([order], BEFORE)


def run(*words: str) -> Result:
    return CliRunner().invoke(menu.menu, words, catch_exceptions=False)


def packs() -> frozenset[str]:
    group = lines_by_number({NUMBER})[NUMBER].group_id
    return codes_held([group], datetime.now(UTC))[group] - {"lexiang-4g-59"}


def purposes() -> list[str]:
    return [read.purpose for read in reads_of(f"line {NUMBER}")]


def test_a_question_is_answered_and_recorded_with_its_reason() -> None:
    told = json.loads(run("ask", "balance", *LINE, *WHY, "--json").output)
    assert (told["kind"], told["item"]) == ("answered", "balance")
    assert isinstance(told["data"]["balance_fen"], int)
    (purpose,) = purposes()
    assert purpose.startswith("ask balance by command:")
    assert purpose.endswith("level 1: called us")


def test_the_answer_is_in_the_language_that_is_asked_for() -> None:
    assert "余额" in run("ask", "balance", *LINE, *WHY).output
    assert "Balance" in run("ask", "balance", *LINE, *WHY, "--english").output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((*LINE,), "why this was asked"),
        ((*LINE, "--reason", "x" * 60), "of the reason are kept"),
        (("--line", "16907910002", *WHY), "Nobody has the number 169\\*\\*\\*\\*0002"),
        (("--level", "2"), "about a line"),
    ],
)
def test_nothing_is_read_without_a_line_and_a_reason(words: tuple[str, ...], told: str) -> None:
    with pytest.raises(WanhaoError, match=told):
        run("ask", "balance", *words)
    assert purposes() == []


def test_an_item_that_needs_a_line_says_so() -> None:
    with pytest.raises(WanhaoError, match="Give --level 1"):
        run("ask", "balance", "--english")


def test_what_does_not_exist_is_refused() -> None:
    with pytest.raises(WanhaoError, match="nothing called 'tea'"):
        run("ask", "tea", *LINE, *WHY)


PACK = ("ask", "pack_open", *LINE, *WHY, "--set", "pack=sms-pack-5")


def test_what_must_be_confirmed_waits_for_a_yes_by_its_nonce() -> None:
    told = json.loads(run(*PACK, "--json").output)
    assert (told["kind"], told["data"]["fee_fen"]) == ("to_confirm", 500)
    assert packs() == frozenset()
    yes = ("confirm", *LINE, *WHY, "--nonce", told["nonce"], "--json")
    first, second = (json.loads(run(*yes).output) for _ in range(2))
    assert first == second
    assert (first["kind"], first["data"]["pack"]) == ("answered", "sms-pack-5")
    assert packs() == {"sms-pack-5"}
    assert len(purposes()) == 3


def test_the_last_thing_is_confirmed_without_a_nonce() -> None:
    assert "nonce" in run(*PACK).output
    run("confirm", *LINE, *WHY)
    assert packs() == {"sms-pack-5"}


def test_a_yes_at_once_tells_both_what_it_costs_and_what_was_done() -> None:
    first, second = run(*PACK, "--yes", "--json").output.splitlines()
    assert json.loads(first)["kind"] == "to_confirm"
    assert json.loads(second)["kind"] == "answered"
    assert packs() == {"sms-pack-5"}


def test_a_yes_to_nothing_is_refused() -> None:
    with pytest.raises(WanhaoError, match="Nothing waits"):
        run("confirm", *LINE, *WHY, "--english")


def test_inputs_are_given_by_name() -> None:
    assert menu_ask.read_given(Cups, ["cups=2"]) == {"cups": "2"}
    assert menu_ask.read_given(Cups, ["kinds=a", "kinds=b"]) == {"kinds": ["a", "b"]}
    assert menu_ask.read_given(Cups, ["cups=1=2"]) == {"cups": "1=2"}


@pytest.mark.parametrize(
    ("given", "told"), [(["cups"], "no input"), (["cups=1", "cups=2"], "given twice")]
)
def test_inputs_that_are_not_right_are_told(given: list[str], told: str) -> None:
    with pytest.raises(WanhaoError, match=told):
        menu_ask.read_given(Cups, given)


def test_a_name_that_the_item_does_not_know_is_refused_by_the_item() -> None:
    assert menu_ask.read_given(NoInputs, ["tea=1"]) == {"tea": "1"}
    with pytest.raises(WanhaoError, match="tea"):
        run("ask", "balance", *LINE, *WHY, "--set", "tea=1", "--english")


def test_the_list_says_what_is_built_and_why_the_rest_is_not() -> None:
    rows = {row["item"]: row for row in json.loads(run("list", "--json").output)}
    assert len(rows) > 60
    assert rows["balance"]["built"]
    assert "command" in rows["balance"]["answers_at"]
    assert (rows["speed_up"]["built"], rows["speed_up"]["why_not"]) == (
        False,
        "comes with broadband lines",
    )
    lines = run("list").output.splitlines()
    assert len(lines) == len(rows)
    assert lines[0].startswith("balance           1    ")
