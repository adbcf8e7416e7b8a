"""Two who do something at the same moment."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


def while_uncommitted(first: Callable[[], object], rival: Callable[[], object]) -> None:
    """The rival does its work when the first has done its own, but has not committed it yet."""

    def work() -> None:
        try:
            rival()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    with transaction.atomic():
        first()
        thread.start()
        _wait_until_it_waits(thread)
    thread.join(30)
    assert not thread.is_alive()


@contextmanager
def rival_after(statement: str, rival: Callable[[], object]) -> Iterator[None]:
    """Around work of this connection: after its first statement that has these words the rival
    begins, and comes as far as it gets before the work goes on. What the rival raises is raised."""
    errors: list[BaseException] = []
    threads: list[threading.Thread] = []

    def work() -> None:
        try:
            rival()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    def look(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if not threads and statement in sql:
            threads.append(threading.Thread(target=work))
            threads[0].start()
            _wait_until_it_waits(threads[0])
        return found

    with connection.execute_wrapper(look):
        yield
    threads[0].join(30)
    assert not threads[0].is_alive()
    if errors:
        raise errors[0]


def _wait_until_it_waits(thread: threading.Thread) -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,) or not thread.is_alive():
                return
        time.sleep(0.05)
    raise AssertionError("the rival neither waits nor ends")
