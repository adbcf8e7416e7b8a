"""Two who do something at the same moment."""

import threading
import time
from collections.abc import Callable

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


def _wait_until_it_waits(thread: threading.Thread) -> None:
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,) or not thread.is_alive():
                return
        time.sleep(0.05)
    raise AssertionError("the rival neither waits nor ends")
