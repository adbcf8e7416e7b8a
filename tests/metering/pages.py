"""The tables of the pages in docs/rules/, as lists of rows."""

from tests.architecture.tree import REPOSITORY


def rows_of(page, first_column, which=None):
    """The rows of the page's only table whose first column has this head, or of one of several."""
    lines = (REPOSITORY / "docs" / "rules" / page).read_text().splitlines()
    heads = [place for place, line in enumerate(lines) if line.startswith(f"| {first_column} |")]
    (head,) = heads if which is None else heads[which : which + 1]
    rows = []
    for line in lines[head + 2 :]:
        if not line.startswith("|"):
            break
        rows.append(tuple(cell.strip() for cell in line.strip("|").split("|")))
    return rows


def listed(cell):
    """What a cell lists, nothing for "none"."""
    return [] if cell == "none" else [part.strip() for part in cell.split(",")]
