"""What several commands need while they run: the database, and a way to be stopped."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click
import django

from wanhao.project.env import environment
from wanhao.project.postgres import EmbeddedPostgres
from wanhao.values.errors import WanhaoError


def start_django() -> None:
    """Read the settings and load the rooms; a wrong environment is told by name."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wanhao.project.settings")
    django.setup()


@contextmanager
def database() -> Iterator[None]:
    """Have the database for the length of a command: the operator's, or the embedded one.

    An embedded server that already runs is used and left running.
    """
    if environment().database_url:
        yield
        return
    server = EmbeddedPostgres(environment().data)
    server.start(lambda told: click.echo(told, err=True))
    try:
        yield
    finally:
        server.stop()


def refuse_without_database() -> None:
    """Stop where no database was ever made: a command that only reads should not make one."""
    env = environment()
    if not env.database_url and not EmbeddedPostgres(env.data).is_made:
        raise WanhaoError(
            f"There is no database in {env.data} yet.",
            "Start everything with: wanhao up. Or only make the database: wanhao migrate",
        )


def stopped_by_signals() -> threading.Event:
    """An event that SIGTERM or Ctrl-C sets, for a process that runs until it is stopped."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
