"""The meter's lock: one writer for one database."""

import time

from django.db import connection

from wanhao.values.errors import WanhaoError

METER_LOCK = 7_110_000_002
PATIENCE_SECONDS = 5.0
"""How long the server may take to notice that a meter before us has died."""
RETRY_SECONDS = 0.05


def take_lock() -> None:
    """Only one meter may count: a second one is refused before it reads anything."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not _taken():
        if time.monotonic() > until:
            raise WanhaoError(
                "Another meter is counting into this database.",
                "Stop it first; two would not be told apart.",
            )
        time.sleep(RETRY_SECONDS)


def give_lock_back() -> None:
    """Let another meter count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [METER_LOCK])


def _taken() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [METER_LOCK])
        return bool(cursor.fetchone()[0])
