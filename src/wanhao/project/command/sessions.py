"""What several commands need while they run: the database, and a way to be stopped."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import click

from wanhao.project.env import environment
from wanhao.project.postgres import EmbeddedPostgres


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


def stopped_by_signals() -> threading.Event:
    """An event that SIGTERM or Ctrl-C sets, for a process that runs until it is stopped."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop
