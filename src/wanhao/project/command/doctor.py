"""`wanhao doctor`: what is wrong, and what to do."""

import sys
from collections.abc import Iterator
from importlib import import_module

import click

from wanhao.project import clock
from wanhao.project.command.sessions import database, start_django
from wanhao.project.doctor import Finding, examine_machine
from wanhao.project.env import Environment, environment
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.values.errors import WanhaoError


@click.command()
def doctor() -> None:
    """Look at everything wanhao needs; ends with 1 when something is wrong."""
    wrong = 0
    for finding in _findings():
        wrong += not finding.ok
        click.echo(f"{_mark(finding)}  {finding.subject:<12}  {finding.told}")
        if finding.warns or not finding.ok:
            click.echo(f"        {'':<12}  -> {finding.remedy}")
    click.echo("All is well." if not wrong else f"{wrong} to mend.")
    sys.exit(1 if wrong else 0)


def _mark(finding: Finding) -> str:
    if finding.warns:
        return click.style("warn  ", fg="yellow")
    return click.style("ok    ", fg="green") if finding.ok else click.style("not ok", fg="red")


def _findings() -> Iterator[Finding]:
    env = environment()
    machine = list(examine_machine(env))
    yield from machine
    # Settings keep a key in the data folder, and a server its cluster: neither goes without it.
    if any(item.subject == "data folder" and not item.ok for item in machine):
        return
    try:
        yield from _of_the_database(env)
    except WanhaoError as error:
        yield Finding(subject="database", ok=False, told=error.message, remedy=error.remedy)


def _of_the_database(env: Environment) -> Iterator[Finding]:
    """Look into the database; one that was never made is not made here."""
    if not env.database_url and not EmbeddedPostgres(env.data).is_made:
        told, remedy = "not made yet", "The first start makes it: wanhao up"
        yield Finding(subject="database", ok=False, told=told, remedy=remedy)
        return
    start_django()
    # Its imports need the settings, which may be what is wrong.
    rooms = import_module("wanhao.project.doctor_database")
    with database():
        yield from rooms.examine_database(clock.now())
