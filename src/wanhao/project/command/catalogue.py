"""`wanhao catalogue`: check, load and list what is on sale."""

from pathlib import Path

import click

from wanhao.products.actions import load_catalogue
from wanhao.products.catalogue import CATALOGUE_FOLDER, examine
from wanhao.products.contracts import Offering
from wanhao.products.queries import offerings
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.errors import WanhaoError
from wanhao.values.money import Money
from wanhao.workflows.tell_tariffs import tell_tariffs

PATH = click.Path(path_type=Path, exists=True)
at_path = click.argument("path", required=False, default=CATALOGUE_FOLDER, type=PATH)


@click.group()
def catalogue() -> None:
    """Check, load and list what is on sale."""


@catalogue.command()
@at_path
@click.pass_context
def check(context: click.Context, path: Path) -> None:
    """Name every mistake in the files of PATH with file, line and reason."""
    found = examine(path)
    for problem in found.problems:
        click.echo(str(problem))
    if found.problems:
        click.secho(f"{len(found.problems)} mistake(s); nothing was loaded.", fg="red", err=True)
        context.exit(1)
    count = len(found.offerings)
    click.echo(f"{count} offerings in {len(found.families)} families, no mistake.")


@catalogue.command()
@at_path
def load(path: Path) -> None:
    """Bring what is on sale to what the files of PATH say."""
    refuse_without_database()
    with database():
        count = load_catalogue(path)
        tell_tariffs()
    click.echo(f"{count} offerings loaded.")


@catalogue.command(name="list")
@click.option("--family", default="", help="Only this family.")
def list_(family: str) -> None:
    """List the offerings on record, with their fees."""
    refuse_without_database()
    with database():
        found = offerings()
    families = dict.fromkeys(offering.family for offering in found)
    if family and family not in families:
        raise WanhaoError(
            f"No family is called '{family}'.", f"There are: {', '.join(families) or 'none yet'}."
        )
    for offering in found:
        if family in ("", offering.family):
            click.echo(line_of(offering))


def line_of(offering: Offering) -> str:
    """An offering in one line; a star marks figures of the demo."""
    mark = "*" if offering.is_demo or "fee_fen" in offering.demo else " "
    fee = f"{Money(offering.fee_fen)}/{offering.period}"
    return f"{offering.code:<26}{fee:>16}{mark} {offering.name_zh}"
