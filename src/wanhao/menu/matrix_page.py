"""The matrix as people read it: a table for the terminal, a page for the documents."""

from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.menu.matrix import Cell, Matrix, Row
from wanhao.menu.plan import LETTERS

SIGNS = {
    Cell.ANSWERS: "●",
    Cell.MISSING: "✗",
    Cell.UNPLANNED: "?",
    Cell.NOT_HERE: " ",
    Cell.NO_DOOR: "○",
    Cell.NO_ITEM: "○",
}
COLUMNS = (*LETTERS.items(), ("$", Door.COMMAND))
LEVELS = {
    IdentityLevel.ANYONE: "anyone",
    IdentityLevel.KNOWN: "the line is known",
    IdentityLevel.VERIFIED: "verified",
    IdentityLevel.STRONG: "strong",
}
DOOR_WORDS = {
    "S": "SMS to 10001",
    "H": "hotline 10000",
    "W": "online hall",
    "A": "app",
    "C": "chats",
    "T": "terminal of a hall",
    "K": "counter of a hall",
    "G": "agent",
    "M": "AI assistant",
    "P": "open API",
    "$": "command",
}
HEAD = """# The menu

Everything a customer can ask for, and at which doors. Level: {levels}.
`Y` is asked for a yes first, since it costs money or cannot be undone.
Doors: {doors}.

● answers · ○ comes with its door or its item · blank: not at this door.
The plan is `src/wanhao/menu/plan.toml`; `make menu-matrix` holds what is built against it.
This page is made with `wanhao menu matrix --page docs/reference/menu.md`.

{figures}
"""


def matrix_lines(found: Matrix) -> list[str]:
    """The table for a terminal, then everything that is wrong."""
    head = "  ".join(letter for letter, _ in COLUMNS)
    lines = [f"{'':<18}{'level':<7}{head}"]
    for row in found.rows:
        signs = "  ".join(SIGNS[row.cells[door]] for _, door in COLUMNS)
        lines.append(f"{row.planned.code:<18}{_level(row):<7}{signs}  {row.why}".rstrip())
    return [*lines, "", figures(found), *found.wrong]


def matrix_page(found: Matrix) -> str:
    """The page of the documents."""
    head = HEAD.format(
        levels=", ".join(f"{level:d} {words}" for level, words in LEVELS.items()),
        doors=", ".join(f"{letter} {words}" for letter, words in DOOR_WORDS.items()),
        figures=figures(found),
    )
    letters = [letter for letter, _ in COLUMNS]
    rows = [
        _markdown(["item", "中文", "level", *letters, "room"]),
        _markdown(["---"] * (len(letters) + 4)),
        *(_page_row(row) for row in found.rows),
    ]
    return f"{head}\n" + "\n".join(rows) + "\n"


def figures(found: Matrix) -> str:
    """How many cells answer, are missing, and come later."""
    later = found.count(Cell.NO_DOOR) + found.count(Cell.NO_ITEM)
    built = sum(bool(row.en) for row in found.rows)
    return (
        f"{built} of {len(found.rows)} items are built; {found.count(Cell.ANSWERS)} cells answer,"
        f" {found.count(Cell.MISSING)} are missing, {later} come later."
    )


def _page_row(row: Row) -> str:
    signs = [SIGNS[row.cells[door]].strip() for _, door in COLUMNS]
    where = row.planned.room if not row.why else f"{row.planned.room}; {row.why}"
    return _markdown([f"`{row.planned.code}`", row.zh, _level(row), *signs, where])


def _level(row: Row) -> str:
    return f"{row.planned.level:d}{' Y' if row.planned.confirmed else ''}"


def _markdown(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
