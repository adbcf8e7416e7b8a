"""`wanhao migrate` and `wanhao manage`."""

import click
from django.contrib.auth import get_user_model
from django.core.management import call_command, execute_from_command_line

from wanhao.products.actions import load_catalogue
from wanhao.project import clock
from wanhao.project.command.sessions import database
from wanhao.project.env import environment
from wanhao.workflows.tell_tariffs import tell_tariffs
from wanhao.workflows.watch_thresholds import watch_thresholds


@click.command()
@database()
def migrate() -> None:
    """Bring the database up to date: tables, offerings on sale, thresholds watched."""
    call_command("migrate", interactive=False, verbosity=0)
    load_catalogue()
    tell_tariffs()
    watch_thresholds(clock.now())
    click.echo("The database is up to date.")
    # The demo is open to everybody; elsewhere the pages ask who one is.
    if not environment().demo and not get_user_model().objects.exists():
        click.echo("Nobody can sign in yet. Make the first employee: wanhao manage createsuperuser")


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@database()
def manage(arguments: tuple[str, ...]) -> None:
    """Run one of Django's management commands."""
    execute_from_command_line(["wanhao manage", *arguments])
