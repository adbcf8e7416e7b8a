"""The matrix says of each item and door whether it answers, is missing, or comes later."""

from types import MappingProxyType

import pytest

from tests.architecture.tree import REPOSITORY
from tests.menu.examples import greet
from wanhao.menu.contracts import Door, IdentityLevel, MenuItem, NoInputs
from wanhao.menu.matrix import Cell, Matrix, matrix
from wanhao.menu.matrix_page import matrix_lines, matrix_page
from wanhao.menu.plan import LETTERS, Plan, Planned, plan
from wanhao.menu.queries import menu_matrix

S, M, W, COMMAND = Door.SMS, Door.ASSISTANT, Door.WEB, Door.COMMAND
PAGE = REPOSITORY / "docs" / "reference" / "menu.md"


def item(*doors: Door, level: int = 1, confirmed: bool = False) -> MenuItem[NoInputs]:
    return MenuItem(
        code="tea",
        zh="茶",
        en="Tea",
        level=IdentityLevel(level),
        doors=frozenset(doors),
        inputs=NoInputs,
        answer=greet,
        propose=greet if confirmed else None,
    )


def held(built: MenuItem[NoInputs] | None, *offering: Door, not_yet: str = "") -> Matrix:
    """Tea, planned at S and M, with doors of which each offers it."""
    planned = Planned(
        code="tea",
        level=IdentityLevel.KNOWN,
        confirmed=False,
        doors=frozenset({S, M}),
        room="kitchen",
        not_yet=not_yet,
    )
    wanted = Plan(items=MappingProxyType({"tea": planned}))
    has = {} if built is None else {"tea": built}
    return matrix(wanted, has, {door: frozenset({"tea"}) for door in offering})


def cells(found: Matrix) -> dict[Door, Cell]:
    (row,) = found.rows
    return {door: cell for door, cell in row.cells.items() if cell is not Cell.NOT_HERE}


def test_it_answers_where_it_is_allowed_and_offered() -> None:
    found = held(item(S, M, COMMAND), S, M, COMMAND)
    assert cells(found) == {S: Cell.ANSWERS, M: Cell.ANSWERS, COMMAND: Cell.ANSWERS}
    assert found.wrong == ()


def test_a_door_that_does_not_offer_it_misses_it() -> None:
    wanted = matrix(
        Plan(items={"tea": held(None).rows[0].planned}),
        {"tea": item(S, M)},
        {S: frozenset(), M: frozenset({"tea"})},
    )
    assert cells(wanted) == {S: Cell.MISSING, M: Cell.ANSWERS}
    assert wanted.wrong == ("tea at sms: missing",)


def test_an_item_that_is_not_allowed_where_it_is_planned_is_missing_there() -> None:
    assert cells(held(item(S), S)) == {S: Cell.ANSWERS, M: Cell.MISSING}


def test_an_item_that_nobody_built_is_missing_at_every_door_there_is() -> None:
    assert cells(held(None, S)) == {S: Cell.MISSING, M: Cell.NO_DOOR}


def test_a_reason_puts_it_off() -> None:
    found = held(None, S, M, not_yet="comes with the kitchen")
    assert cells(found) == {S: Cell.NO_ITEM, M: Cell.NO_ITEM}
    assert found.wrong == ()
    assert found.rows[0].why == "comes with the kitchen"


def test_a_reason_that_is_over_is_wrong() -> None:
    found = held(item(S, M), S, M, not_yet="comes with the kitchen")
    assert found.wrong == ("tea: is built, and plan.toml says: comes with the kitchen",)


def test_a_door_that_is_not_there_yet_is_waited_for() -> None:
    assert cells(held(item(S, M), S)) == {S: Cell.ANSWERS, M: Cell.NO_DOOR}


def test_nothing_is_offered_where_it_is_not_planned() -> None:
    found = held(item(S, M, W), S, M)
    assert cells(found)[W] is Cell.UNPLANNED
    assert found.wrong == ("tea at web: unplanned",)


@pytest.mark.parametrize(
    ("built", "told"),
    [
        (item(S, M, level=2), "tea: level 2, planned 1"),
        (item(S, M, confirmed=True), "tea: asks for a yes, planned: asks for no yes"),
    ],
)
def test_the_item_is_as_sure_and_as_careful_as_planned(
    built: MenuItem[NoInputs], told: str
) -> None:
    assert held(built, S, M).wrong == (told,)


def test_what_nobody_planned_is_named() -> None:
    found = matrix(Plan(), {"tea": item(S)}, {})
    assert found.wrong == ("tea: is built, and plan.toml does not name it",)


def test_the_table_shows_each_door_and_what_is_wrong() -> None:
    lines = matrix_lines(held(item(S), S))
    assert lines[1].split() == ["tea", "1", "●", "✗"]
    assert lines[-1] == "tea at assistant: missing"


def test_every_letter_of_the_plan_is_a_door() -> None:
    assert len(LETTERS) == len(Door) - 1
    assert set(LETTERS.values()) == set(Door) - {COMMAND}
    assert len(plan().items) > 60


def test_nothing_is_missing_at_the_doors_there_are() -> None:
    assert menu_matrix().wrong == ()


def test_the_page_is_that_of_the_matrix() -> None:
    assert PAGE.read_text() == matrix_page(menu_matrix()), (
        "make it anew: wanhao menu matrix --page docs/reference/menu.md"
    )
