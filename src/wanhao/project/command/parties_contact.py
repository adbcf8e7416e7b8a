"""`wanhao parties contact`: where a customer can be reached besides the number."""

import click

from wanhao.access.actions import record_read
from wanhao.parties.actions import set_medium_of_customer, set_medium_of_line
from wanhao.parties.contracts import ContactMedium, MediumKind
from wanhao.parties.queries import lines_by_number, media_of_lines
from wanhao.project import clock
from wanhao.project.command.sessions import database, refuse_without_database
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn


@click.command(name="contact")
@click.argument("number", type=int)
@click.option("--email", help="A mail address for required messages SMS does not carry.")
@click.option("--app", help="How the app knows the customer.")
@click.option("--line-only", is_flag=True, help="Only this line, not all of the customer's.")
def contact_command(number: int, email: str | None, app: str | None, line_only: bool) -> None:
    """Say where the customer of the line NUMBER is reached besides it; list where they are."""
    refuse_without_database()
    with database():
        now = clock.now()
        line = lines_by_number({Msisdn(number).value}).get(number)
        if line is None:
            raise WanhaoError(
                f"Nobody uses the number {Msisdn(number).masked}.", "Look the number up."
            )
        given = ((MediumKind.APP, app), (MediumKind.EMAIL, email))
        for kind, value in given:
            if value is not None:
                reach = set_medium_of_line if line_only else set_medium_of_customer
                reach(line.line_id, ContactMedium(kind=kind, value=value), now)
        record_read(None, f"line {line.line_id}", "looked up contact by command", now)
        media = media_of_lines([line.line_id]).get(line.line_id, ())
        for medium in media:
            click.echo(f"{medium.kind:<6}{medium.value}")
        if not media:
            click.echo("only by the number")
