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
    # Django's own cursors write the values into the question, so that each is another one.
    cursor: Any = psycopg.Cursor(connection.connection)
    told = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    with told(cursor) as asking:
        asking.execute(question, asked)
        found: Sequence[tuple[Any, ...]] = asking.fetchall()
    return found
