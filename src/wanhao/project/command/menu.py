"""`wanhao menu`: what can be asked for; held against the plan. Asking is in `menu_ask.py`."""

import json
import sys
from pathlib import Path

import click

from wanhao.menu.contracts import Door
from wanhao.menu.matrix import Cell, Matrix, Row
from wanhao.menu.matrix_page import matrix_lines, matrix_page
from wanhao.menu.queries import menu_matrix
from wanhao.project.command.menu_ask import ask_command, confirm_command


@click.group()
def menu() -> None:
    """What customers can ask for: list it, ask it on behalf of a line, hold it against the plan."""


menu.add_command(ask_command)
menu.add_command(confirm_command)


@menu.command("list")
@click.option("--json", "as_json", is_flag=True, help="As data.")
def list_command(as_json: bool) -> None:
    """List the items with their identity level, where they answer, and why one is not built."""
    rows = menu_matrix().rows
    if as_json:
        told = [_as_data(row) for row in rows]
        click.echo(json.dumps(told, ensure_ascii=False, indent=1))
        return
    for row in rows:
        click.echo(_listed(row))


@menu.command("matrix")
@click.option(
    "--page", type=click.Path(path_type=Path, dir_okay=False), help="Write the page to this file."
)
def matrix_command(page: Path | None) -> None:
    """Show every item at every door; ends with 1 where one is missing or is not as planned."""
    found = menu_matrix()
    if page:
        page.write_text(matrix_page(found))
    for line in matrix_lines(found):
        click.echo(line)
    sys.exit(1 if _is_wrong(found) else 0)


def _is_wrong(found: Matrix) -> bool:
    return bool(found.wrong)


def _listed(row: Row) -> str:
    planned = row.planned
    asks = "Y" if planned.confirmed else " "
    name = f"{row.zh} {row.en}" if row.en else f"not built: {row.why or 'missing'}"
    return f"{planned.code:<18}{planned.level:d} {asks}  {','.join(_answers(row)):<24}{name}"


def _answers(row: Row) -> list[Door]:
    return [door for door, cell in row.cells.items() if cell is Cell.ANSWERS]


def _as_data(row: Row) -> dict[str, object]:
    planned = row.planned
    return {
        "item": planned.code,
        "zh": row.zh,
        "en": row.en,
        "level": int(planned.level),
        "confirmed": planned.confirmed,
        "planned_at": sorted(planned.doors),
        "answers_at": sorted(_answers(row)),
        "built": bool(row.en),
        "why_not": row.why,
    }
