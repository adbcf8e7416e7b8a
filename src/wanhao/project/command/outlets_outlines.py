"""`wanhao outlets outlines`: the cities and counties that the hall's map is drawn with."""

from collections import Counter
from pathlib import Path

import click

from wanhao.outlets.outline_contracts import Outline
from wanhao.outlets.outline_reading import read_outlines
from wanhao.outlets.outlining import known_outlines, replace_outlines
from wanhao.parties.cities import known_cities
from wanhao.project.command.sessions import database, refuse_without_database


@click.group(name="outlines")
def outlines_group() -> None:
    """Outlines of cities and counties for the hall's map: load, list, remove."""


@outlines_group.command("load")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only look whether the file is right.")
@database()
def load_command(file: Path, dry_run: bool) -> None:
    """Let the outlines of a GeoJSON FILE (WGS-84) take the place of all there were."""
    found = read_outlines(file)
    _tell(found)
    if dry_run:
        click.echo("Nothing was written.")
    elif not replace_outlines(found):
        click.echo("They are the same already.")


@outlines_group.command("list")
def list_command() -> None:
    """How many outlines each city has, of how many points."""
    refuse_without_database()
    with database():
        found = known_outlines()
    _tell(found)
    if any(one.schematic for one in found):
        click.echo("Some are schematic: computed, and no real boundaries.")


@outlines_group.command("remove")
@click.confirmation_option(prompt="Remove all outlines from the map?")
@database()
def remove_command() -> None:
    """Leave the map without outlines; places stay."""
    click.echo("The outlines are removed." if replace_outlines([]) else "There were none.")


def _tell(outlines: list[Outline] | tuple[Outline, ...]) -> None:
    if not outlines:
        click.echo("There are no outlines.")
    counts = Counter(one.city for one in outlines)
    points: Counter[str] = Counter()
    for one in outlines:
        points[one.city] += one.positions
    for city in known_cities():
        if counts[city.code]:
            click.echo(
                f"{city.code}  {city.name_zh} {city.name_en:<14}"
                f"{counts[city.code]:>5} outlines {points[city.code]:>7,} points"
            )
