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
    while not try_lock():
        if time.monotonic() > until:
            raise WanhaoError(
                "Another meter is counting into this database.",
                "Stop it first, or start this one with --standby, which takes over when it ends.",
            )
        time.sleep(RETRY_SECONDS)


def give_lock_back() -> None:
    """Let another meter count."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [METER_LOCK])


def try_lock() -> bool:
    """Take the lock if nobody else holds it; True also where this session has it already."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [METER_LOCK >> 32, METER_LOCK & 0xFFFFFFFF])
        if cursor.fetchone() is not None:
            return True
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [METER_LOCK])
        return bool(cursor.fetchone()[0])


_HELD = """
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
    AND classid = %s AND objid = %s AND objsubid = 1 AND granted
"""
