"""`wanhao line`: what a customer asks for about one line: kept, lost, found, served for a while."""

import click

from wanhao.parties.queries import lines_by_number
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.workflows.emergency_resume import emergency_resume
from wanhao.workflows.keep_number import keep_number, resume_number
from wanhao.workflows.report_loss import cancel_loss, report_loss


@click.group()
def line() -> None:
    """Numbers that are kept or lost, and service for a while."""


@line.command("keep")
@click.argument("number", type=int)
@click.option("--months", type=int, required=True, help="Whole months after this one.")
def keep_command(number: int, months: int) -> None:
    """Stop a line at once and keep its NUMBER for some months."""
    refuse_without_database()
    with database():
        stop = keep_number(number, months, clock.now())
    assert stop.until is not None
    click.echo(f"kept until {stop.until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")


@line.command("resume")
@click.argument("number", type=int)
def resume_command(number: int) -> None:
    """A kept NUMBER is in use again at once."""
    refuse_without_database()
    with database():
        resume_number(number, clock.now())
    click.echo("in use again")


@line.command("lost")
@click.argument("number", type=int)
def lost_command(number: int) -> None:
    """Stop the line of a NUMBER whose card was lost."""
    refuse_without_database()
    with database():
        new = report_loss(number, clock.now())
    click.echo("stopped" if new else "it was reported lost before")


@line.command("found")
@click.argument("number", type=int)
def found_command(number: int) -> None:
    """The line of a NUMBER is not lost any more."""
    refuse_without_database()
    with database():
        new = cancel_loss(number, clock.now())
    click.echo("not lost any more" if new else "it was not reported lost")


@line.command("emergency")
@click.argument("number", type=int)
def emergency_command(number: int) -> None:
    """Give the stopped account of a NUMBER service for a while, by its star's right."""
    refuse_without_database()
    with database():
        found = lines_by_number([number]).get(number)
        if found is None:
            raise WanhaoError(f"Nobody uses the number {number}.", "Give a number in use.")
        grant = emergency_resume(found.account_id, clock.now())
    click.echo(f"served until {grant.until.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
