"""Wakes workers when something is due at once; PostgreSQL passes it on when it is committed."""

from django.db import connection

CHANNEL = "wanhao_promises"


def wake() -> None:
    """Tell the workers that wait to look for due promises."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def listen() -> None:
    """Let this connection hear of it; ends with the connection."""
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")


def wait(seconds: float) -> bool:
    """Wait until something is due at once, at most so long; whether it was. A connection that ends
    meanwhile is an OperationalError."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        notices = connection.connection.notifies(timeout=seconds, stop_after=1)
        return sum(1 for _ in notices) > 0
