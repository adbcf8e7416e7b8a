"""`wanhao doctor`: what is wrong, and what to do."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime

import click

from wanhao.project.command.sessions import database
from wanhao.project.doctor import Finding, examine_machine
from wanhao.project.doctor_database import examine_database
from wanhao.project.env import environment
from wanhao.values.errors import WanhaoError


@click.command()
def doctor() -> None:
    """Look at everything wanhao needs; ends with 1 when something is wrong."""
    wrong = 0
    for finding in _findings():
        wrong += not finding.ok
        mark = click.style("ok    ", fg="green") if finding.ok else click.style("not ok", fg="red")
        click.echo(f"{mark}  {finding.subject:<12}  {finding.told}")
        if not finding.ok:
            click.echo(f"        {'':<12}  -> {finding.remedy}")
    click.echo("All is well." if not wrong else f"{wrong} to mend.")
    sys.exit(1 if wrong else 0)


def _findings() -> Iterator[Finding]:
    yield from examine_machine(environment())
    try:
        with database():
            yield from examine_database(datetime.now(UTC))
    except WanhaoError as error:
        yield Finding(subject="database", ok=False, told=error.message, remedy=error.remedy)
