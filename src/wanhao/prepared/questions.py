"""Asks a question that the database keeps planned."""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection


def ask(question: LiteralString, *asked: Any) -> Sequence[tuple[Any, ...]]:
    """All rows; `%s` in the question stands for what is asked, one after the other.

    It is counted and logged as any other of Django's, and is part of the transaction that is open.
    """
    connection.ensure_connection()
    with _logged() if connection.queries_logged else _prepared() as cursor:
        cursor.execute(question, asked)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return found


def _logged() -> Any:
    """A log wants the question with its values."""
    return connection.cursor()


def _prepared() -> Any:
    """Django's own cursors write the values into a question, so that each is another one."""
    cursor: Any = psycopg.Cursor(connection.connection)
    return connection.make_cursor(cursor)
