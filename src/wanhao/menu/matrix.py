"""Every item at every door: which answer, which are missing, and which come later; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wanhao.menu.contracts import Door, MenuItem
from wanhao.menu.plan import Plan, Planned

OWN = Door.COMMAND
"""The operator's own door: nobody plans what it offers, it takes what there is."""


class Cell(StrEnum):
    """How an item stands at a door."""

    ANSWERS = "answers"
    MISSING = "missing"
    UNPLANNED = "unplanned"
    NOT_HERE = "not here"
    NO_DOOR = "door not yet"
    NO_ITEM = "item not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An item at every door; `zh` and `en` are empty where it is not built, `why` says why not."""

    planned: Planned
    zh: str
    en: str
    why: str
    cells: Mapping[Door, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Items by doors, and everything in which the menu is not what the plan says."""

    rows: tuple[Row, ...]
    doors: frozenset[Door]
    wrong: tuple[str, ...]

    def count(self, cell: Cell) -> int:
        """How many cells stand like this."""
        return sum(found is cell for row in self.rows for found in row.cells.values())


def matrix(
    plan: Plan, built: Mapping[str, MenuItem[Any]], offered: Mapping[Door, frozenset[str]]
) -> Matrix:
    """Hold what is built and offered against the plan."""
    rows = tuple(_row(planned, built.get(planned.code), offered) for planned in plan.items.values())
    strangers = [code for code in built if code not in plan.items]
    wrong = [f"{code}: is built, and plan.toml does not name it" for code in strangers]
    for row in rows:
        wrong.extend(_wrong(row, built.get(row.planned.code)))
    return Matrix(rows=rows, doors=frozenset(offered), wrong=tuple(wrong))


def _row(
    planned: Planned, item: MenuItem[Any] | None, offered: Mapping[Door, frozenset[str]]
) -> Row:
    return Row(
        planned=planned,
        zh=item.zh if item else "",
        en=item.en if item else "",
        why="" if item else planned.not_yet,
        cells={door: _cell(planned, item, door, offered.get(door)) for door in Door},
    )


def _cell(
    planned: Planned, item: MenuItem[Any] | None, door: Door, offers: frozenset[str] | None
) -> Cell:
    allowed = item is not None and door in item.doors
    answers = allowed and offers is not None and planned.code in offers
    if door is OWN:
        return Cell.ANSWERS if answers else Cell.NOT_HERE
    if door not in planned.doors:
        return Cell.UNPLANNED if allowed else Cell.NOT_HERE
    if item is None and planned.not_yet:
        return Cell.NO_ITEM
    if offers is None and (allowed or item is None):
        return Cell.NO_DOOR
    return Cell.ANSWERS if answers else Cell.MISSING


def _wrong(row: Row, item: MenuItem[Any] | None) -> list[str]:
    planned = row.planned
    found = [
        f"{planned.code} at {door.value}: {cell.value}"
        for door, cell in row.cells.items()
        if cell in {Cell.MISSING, Cell.UNPLANNED}
    ]
    if item is None:
        return found
    if planned.not_yet:
        found.append(f"{planned.code}: is built, and plan.toml says: {planned.not_yet}")
    if item.level is not planned.level:
        found.append(f"{planned.code}: level {item.level:d}, planned {planned.level:d}")
    if item.confirmed is not planned.confirmed:
        found.append(
            f"{planned.code}: {_asks(item.confirmed)}, planned: {_asks(planned.confirmed)}"
        )
    return found


def _asks(confirmed: bool) -> str:
    return "asks for a yes" if confirmed else "asks for no yes"
