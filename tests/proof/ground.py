"""Where the proof is carried out: a PostgreSQL of its own, and a copy of one operator per run."""

import os
import shutil
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.core.management import call_command
from django.db import connection
from psycopg import sql

from tests.proof.world import World
from wanhao.project.postgres import EmbeddedPostgres

TEMPLATE = "operator"
# Processes are killed, not the machine: what they wrote is there without waiting for the disk.
SERVER = {"fsync": "off", "full_page_writes": "off", "max_connections": "60"}


class Ground:
    """The server, the operator as it is before counting, and one database for each run."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder = folder
        self.world = world
        self._cluster = EmbeddedPostgres(folder / "server", SERVER)
        self._copying = threading.Lock()

    def __enter__(self) -> "Ground":
        self._cluster.start()
        self._ask(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        with office(self.url(TEMPLATE)):
            call_command("migrate", verbosity=0)
            self.world.open()
        return self

    def __exit__(self, *error: object) -> None:
        self._cluster.stop()

    def url(self, database: str) -> str:
        """The address of a database of this server."""
        return self._cluster.url(database)

    def copy(self, name: str) -> str:
        """A database in which the operator is as it was in the beginning; returns its address."""
        copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self._copying:
            self._ask(copied.format(sql.Identifier(name), sql.Identifier(TEMPLATE)))
        return self.url(name)

    def drop(self, name: str) -> None:
        """Remove a run's database and its folder."""
        self._ask(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def restart(self) -> None:
        """End the server as a crash would, and start it again; only from the thread that made
        it, since the server ends with the thread that started it."""
        os.kill(self._cluster.server_pid(), signal.SIGQUIT)
        self._cluster.stop()
        self._cluster.start()

    def _ask(self, question: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as asking:
            asking.execute(question)


@contextmanager
def office(url: str) -> Iterator[None]:
    """Django's connection of this thread goes to a database of the proof."""
    usual: Mapping[str, object] = connection.settings_dict
    parts = psycopg.conninfo.conninfo_to_dict(url)
    connection.close()
    connection.settings_dict = {
        **usual,
        "NAME": str(parts["dbname"]),
        "HOST": str(parts["host"]),
        "USER": "postgres",
        "PORT": "",
        "PASSWORD": "",
    }
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = usual
