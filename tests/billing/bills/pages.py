"""The tables of docs/rules/bills.md; a page may have several, each known by its first column."""

from tests.metering.pages import rows_of

PAGE = "bills.md"


def table(first_column: str) -> list[tuple[str, ...]]:
    return [tuple(row) for row in rows_of(PAGE, first_column)]


def whole(cell: str) -> int:
    """A figure of the page, data in octets."""
    number, _, unit = cell.partition(" ")
    return int(number) << (20 if unit == "MB" else 0)
