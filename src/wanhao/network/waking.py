"""Wakes the senders when profiles were requested; PostgreSQL passes it on at the commit."""

from django.db import connection

CHANNEL = "wanhao_network"


def wake() -> None:
    """Tell the senders that wait to look for profiles."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def listen() -> None:
    """Let this connection hear of it; ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")


def wait(seconds: float) -> bool:
    """Wait until profiles were requested, at most so long; whether they were. A connection that
    ends meanwhile is an OperationalError."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        notices = connection.connection.notifies(timeout=seconds, stop_after=1)
        return sum(1 for _ in notices) > 0
