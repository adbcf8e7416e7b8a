"""Any number of workers, killed at any moment: every promise is kept once; nothing is swept."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection, transaction

from tests.promises.examples import HOUR, NOON, Kept, promised
from wanhao.promises.actions import keep_due, make, withdraw
from wanhao.promises.keeping import CLAIM, DUE_KINDS
from wanhao.promises.queries import NEXT_DUE, promises
from wanhao.promises.waking import listen, wait

pytestmark = pytest.mark.django_db(transaction=True)
SCRIPT = Path(__file__).with_name("keeping_worker.py")
KIND = "supper"
PLACES = ("before", "after", "marked")
PATIENCE = 240


def started(lives: int, place: str) -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    url = f"postgresql://postgres@/{database['NAME']}?host={database['HOST']}"
    env = {**os.environ, "DATABASE_URL": url, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    return subprocess.Popen([sys.executable, str(SCRIPT), str(lives), place], env=env)


def kept_keys() -> Counter[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM kept")
        return Counter(key for (key,) in cursor.fetchall())


@pytest.fixture
def keys() -> set[str]:
    """Promises of the hours before, and the table in which workers write what they kept."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE kept (key text, at timestamptz)")
    now = datetime.now(UTC)
    make([promised(str(n), now - n * HOUR / 1000, kind=KIND) for n in range(700)], now)
    return {str(n) for n in range(700)}


def test_killed_workers_lose_nothing_and_do_nothing_twice(keys: set[str]) -> None:
    doomed = [started(40 + 60 * n, place) for n, place in enumerate(PLACES)]
    ends = [worker.wait(PATIENCE) for worker in doomed]
    assert ends == [-signal.SIGKILL] * len(doomed)
    between = kept_keys()
    assert 0 < len(between) < len(keys)

    survivors = [started(-1, "never") for _ in range(2)]
    assert [worker.wait(PATIENCE) for worker in survivors] == [0, 0]

    assert set(kept_keys()) == keys
    assert set(kept_keys().values()) == {1}
    assert {promise.state for promise in promises(KIND, keys).values()} == {"kept"}


def test_who_takes_a_promise_back_does_not_wait_for_its_keeper() -> None:
    """Who pays has the account locked, and the keeper of the stop waits for the account."""
    make([promised("a"), promised("b")], NOON)
    in_hand, go_on = threading.Event(), threading.Event()

    def slow(due, now) -> None:
        in_hand.set()
        assert go_on.wait(PATIENCE)

    def work() -> None:
        keep_due({"call-back": slow}, NOON, limit=1)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert in_hand.wait(PATIENCE)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '5s'")
            assert withdraw("call-back", ["a", "b"], NOON) == 1
    finally:
        go_on.set()
        worker.join()
    states = sorted(view.state for view in promises("call-back", ["a", "b"]).values())
    assert states == ["kept", "withdrawn"]


def test_what_one_worker_has_in_hand_another_passes_by() -> None:
    make([promised("a"), promised("b")], NOON)
    in_hand, go_on, first, second = threading.Event(), threading.Event(), Kept(), Kept()

    def slow(due, now) -> None:
        first(due, now)
        in_hand.set()
        assert go_on.wait(PATIENCE)

    def work() -> None:
        keep_due({"call-back": slow}, NOON, limit=1)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert in_hand.wait(PATIENCE)
    assert keep_due({"call-back": second}, NOON) == 1
    go_on.set()
    worker.join(PATIENCE)
    assert (first.calls, second.calls) == ([["a"]], [["b"]])
    assert {promise.state for promise in promises("call-back", ["a", "b"]).values()} == {"kept"}


def test_what_is_due_at_once_wakes_who_waits() -> None:
    heard, listening = threading.Event(), threading.Event()

    def work() -> None:
        listen()
        listening.set()
        while not heard.is_set():
            if wait(PATIENCE):
                heard.set()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert listening.wait(PATIENCE)
    make([promised("later", NOON + HOUR), promised("now", NOON)], NOON)
    worker.join(PATIENCE)
    assert heard.is_set()


def plan_of(statement: str, *arguments: object) -> str:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, BUFFERS OFF) {statement}", arguments)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_nothing_sweeps_the_table_however_much_was_kept() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO wanhao_promises_promise
                (kind, key, due_at, next_at, payload, state, attempts, error, made_at, settled_at)
            SELECT 'call-back', n::text, %s, %s, '{}', 'kept', 0, '', %s, %s
            FROM generate_series(1, 20000) AS n
            """,
            [NOON - HOUR] * 4,
        )
    make([promised("due", NOON), promised("later", NOON + HOUR)], NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE wanhao_promises_promise")
    plans = [
        plan_of(CLAIM, "call-back", NOON, 500),
        plan_of(DUE_KINDS, ["call-back", "other"], NOON),
        plan_of(NEXT_DUE, ["call-back", "other"]),
    ]
    for plan in plans:
        assert "promise_due" in plan
        assert "Seq Scan on wanhao_promises_promise" not in plan
    # The one that is due is all that the claim reads.
    assert re.search(r"Index Scan using promise_due .*rows=1(\.00)? loops=1", plans[0])
