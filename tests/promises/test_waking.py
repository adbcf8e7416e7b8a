"""A worker that waits hears of what is due, and of a database that goes away, in Django's words."""

import threading

import pytest
from django.db import OperationalError, connection

from wanhao.promises.waking import listen, wait

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 60


def test_a_database_that_goes_away_while_one_waits_is_told_as_everywhere_else() -> None:
    told: list[Exception] = []
    ready = threading.Event()
    backends: list[int] = []

    def work() -> None:
        listen()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            backends.append(cursor.fetchone()[0])
        ready.set()
        try:
            wait(PATIENCE)
        except Exception as error:
            told.append(error)
        finally:
            connection.close()

    waiting = threading.Thread(target=work)
    waiting.start()
    assert ready.wait(PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", backends)
    waiting.join(PATIENCE)
    assert [type(error) for error in told] == [OperationalError]
