"""What may be wrong with the database, with the meter that writes into it, and its archive."""

from collections.abc import Iterator
from datetime import datetime

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from wanhao.project.doctor import Finding
from wanhao.project.env import environment
from wanhao.usage.archive.keys import keyring_of
from wanhao.usage.queries import meter_status
from wanhao.values.errors import WanhaoError

OLDEST_SERVER = 160_000


def examine_database(now: datetime) -> Iterator[Finding]:
    """Look at the server, its tables, the meter and its archive; stops at the first that hides the
    others."""
    try:
        version = _server_version()
    except (Error, WanhaoError) as error:
        yield _unreachable(error)
        return
    yield Finding(
        subject="database",
        ok=version >= OLDEST_SERVER,
        told=f"PostgreSQL {version // 10_000}.{version % 10_000}",
        remedy="PostgreSQL 16 or newer is needed.",
    )
    pending = _pending_migrations()
    yield Finding(
        subject="tables",
        ok=not pending,
        told=f"{pending} changes are missing" if pending else "up to date",
        remedy="Bring the database up to date: wanhao migrate",
    )
    if not pending:
        yield _meter(now)
        yield _archive()


def _server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int")
        return int(cursor.fetchone()[0])


def _unreachable(error: Exception) -> Finding:
    return Finding(
        subject="database",
        ok=False,
        told=str(error).strip().split("\n", 1)[0],
        remedy="Check DATABASE_URL and that the server runs; without DATABASE_URL,"
        " the embedded one starts with: wanhao up",
    )


def _pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _meter(now: datetime) -> Finding:
    status = meter_status(now)
    return Finding(
        subject="meter",
        ok=status.alive,
        told=f"{status.records_in:,} records came in, {status.waiting_files} files wait"
        if status.alive
        else "does not run",
        remedy="Start everything with: wanhao up; if it runs, read log/meter.log"
        " in the data folder.",
    )


def _archive() -> Finding:
    """Whether the records on the disk can be read by whoever comes by it."""
    env = environment()
    try:
        current = keyring_of(env.archive_keys).current
    except WanhaoError as error:
        return Finding(subject="archive", ok=False, told=error.message, remedy=error.remedy)
    return Finding(
        subject="archive",
        ok=True,
        told=f"encrypted with key {current}" if current else "not encrypted",
        remedy="Where others may come by the disk, set WANHAO_ARCHIVE_KEY_FILE:"
        " docs/how-to/keep-the-archive.md",
        warns=not (current or env.demo),
    )
