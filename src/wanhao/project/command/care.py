"""`wanhao care`: the visits of a month, a file for who visits, and what came of a visit."""

import getpass

import click

from wanhao.access.actions import record_read
from wanhao.parties.care import care_file, care_terms
from wanhao.parties.care_visits import record_visit, visits_of_month
from wanhao.parties.queries import lines_by_id
from wanhao.project import clock
from wanhao.project.command.sessions import database
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn


@click.group()
def care() -> None:
    """Visits of people with special needs: the month's list, a file, the result."""


@care.command()
@click.option("--cycle", type=int, help="The month, as 202612; this one if left out.")
@database()
def visits(cycle: int | None) -> None:
    """List the visits of a month: missed ones first, then those due."""
    found = visits_of_month(cycle or Cycle.of(clock.now()).number)
    numbers = lines_by_id([one.person_line for one in found])
    for one in found:
        line = numbers.get(one.person_line)
        who, city = (Msisdn(line.number).masked, line.city) if line else ("***", "")
        by = ", ".join(one.visitors)
        told = f"{one.visit_id}  file {one.care_id}  {who}  {city}  {one.state.value}"
        click.echo(f"{told}  until {one.until.isoformat()}  {by}".rstrip())
    if not found:
        click.echo("No visits in this month.")


@care.command()
@click.argument("file", type=int)
@click.option("--reason", required=True, help="What it is read for; it is written down.")
@database()
def show(file: int, reason: str) -> None:
    """Show a care FILE with its address. The reading is recorded."""
    view = care_file(file)
    if view is None:
        raise WanhaoError(f"There is no care file {file}.", "See: wanhao care visits.")
    why = f"{reason.strip()} ({getpass.getuser()})"
    record_read(None, f"care file {file}", "care file by command", clock.now(), reason=why)
    line = lines_by_id([view.person_line]).get(view.person_line)
    click.echo(f"{line.number if line else '***'}  {view.state.value}  {view.reason.value}")
    click.echo(", ".join(care_terms().needs[need][1] for need in view.needs))
    click.echo(view.address or "The file ended; its address was forgotten.")


@care.command()
@click.argument("visit", type=int)
@click.option("--by", "visitors", multiple=True, required=True, help="Who visited; give both.")
@click.option("--result", required=True, help="What was done.")
@database()
def visited(visit: int, visitors: tuple[str, ...], result: str) -> None:
    """Say that a VISIT was made, by whom, and what came of it."""
    view = record_visit(visit, visitors, result, clock.now())
    click.echo(f"Visit {view.visit_id} of {view.cycle}: {view.state.value}.")
