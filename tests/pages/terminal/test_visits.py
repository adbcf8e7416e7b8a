"""What a visit proved, and what of it stays."""

from datetime import UTC, datetime

import pytest

from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.terminal.keypad import pressed
from wanhao.pages.terminal.visits import Done, Shown, Visit, from_json, to_json

MINE, OTHER = 1, 2
NOW = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)
NEW = Visit(key="v")


@pytest.mark.parametrize(
    ("shown", "level"),
    [
        ([], IdentityLevel.ANYONE),
        ([Shown.CODE], IdentityLevel.KNOWN),
        ([Shown.CODE, Shown.PASSWORD], IdentityLevel.VERIFIED),
        ([Shown.PASSWORD], IdentityLevel.ANYONE),
        ([Shown.CARD], IdentityLevel.STRONG),
        ([Shown.CODE, Shown.CARD], IdentityLevel.STRONG),
    ],
)
def test_each_proof_makes_us_surer(shown: list[Shown], level: IdentityLevel) -> None:
    visit = NEW
    for proof in shown:
        visit = visit.proving(MINE, proof)
    assert visit.level is level


def test_what_was_shown_for_one_line_says_nothing_of_another() -> None:
    visit = NEW.proving(MINE, Shown.CARD).proving(OTHER, Shown.CODE)
    assert visit.level is IdentityLevel.KNOWN


def test_a_number_that_was_only_typed_proves_nothing() -> None:
    assert Visit(key="v", number=16907910001, code_id=7).level is IdentityLevel.ANYONE


def test_what_is_done_stands_on_the_receipt_once() -> None:
    done = Done(number="H1-T1-20261205-0001", title="短信包", words=("已开通",), at=NOW)
    assert NEW.having(done).having(done).done == (done,)


def test_it_is_kept_as_it_was() -> None:
    done = Done(number="1", title="充值", words=("a", "b"), at=NOW, amount_fen=5000)
    visit = NEW.proving(MINE, Shown.CODE).having(done)
    assert from_json(to_json(visit)) == visit


@pytest.mark.parametrize(
    ("typed", "key", "left"),
    [
        ("16", "9", "169"),
        ("", "0", "0"),
        ("169", "back", "16"),
        ("", "back", ""),
        ("169", "clear", ""),
        ("16907910001", "2", "16907910001"),
        ("169", "<b>", "169"),
    ],
)
def test_keys_of_the_screen_write_without_javascript(typed: str, key: str, left: str) -> None:
    assert pressed(typed, key, 11) == left
