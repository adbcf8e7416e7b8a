"""Keeps due promises: claims them, has them kept, and says so, all in one transaction."""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from wanhao.promises.contracts import DuePromise, Keeper, PromiseState
from wanhao.promises.models import Promise

AT_ONCE = 500
MOST_ATTEMPTS = 10
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(hours=1)
ERROR_LENGTH = 400

DUE_KINDS = """
SELECT asked.kind FROM unnest(%s::text[]) AS asked(kind)
WHERE EXISTS (
    SELECT FROM wanhao_promises_promise AS promise
    WHERE promise.state = 'open' AND promise.kind = asked.kind AND promise.next_at <= %s
)
"""
CLAIM = """
SELECT id, kind, key, due_at, payload, attempts FROM wanhao_promises_promise
WHERE state = 'open' AND kind = %s AND next_at <= %s
ORDER BY next_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
KEPT = """
UPDATE wanhao_promises_promise SET state = 'kept', settled_at = %s, error = ''
WHERE id = ANY(%s::bigint[]) AND state = 'open'
"""

logger = logging.getLogger(__name__)


def keep_due(keepers: Mapping[str, Keeper], now: datetime, limit: int = AT_ONCE) -> int:
    """Keep up to `limit` due promises of each kind that has a keeper; returns how many were taken
    in hand.

    Any number of workers may call it. A promise whose keeper fails is tried later, and one that
    fails too often is left to a person; the others of its kind are kept all the same.
    """
    return sum(_keep_kind(kind, keepers[kind], now, limit) for kind in _due_kinds(keepers, now))


def pause_after(attempts: int) -> timedelta:
    """How long to wait after so many failures in a row: 5 s, doubled each time, at most an hour."""
    longer: int = 2 ** (attempts - 1)
    return min(FIRST_PAUSE * longer, LONGEST_PAUSE)


def _due_kinds(kinds: Collection[str], now: datetime) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(DUE_KINDS, [list(kinds), now])
        return [kind for (kind,) in cursor.fetchall()]


@transaction.atomic
def _keep_kind(kind: str, keeper: Keeper, now: datetime, limit: int) -> int:
    due = _claim(kind, now, limit)
    if due and (error := _keep(keeper, due, now)):
        _keep_singly(keeper, due, now, error)
    return len(due)


def _keep_singly(
    keeper: Keeper, due: Sequence[DuePromise], now: datetime, error: Exception
) -> None:
    """One of them failed: keep the others, and postpone those that fail alone too."""
    if len(due) == 1:
        _postpone(due[0], error, now)
        return
    for promise in due:
        if failed := _keep(keeper, [promise], now):
            _postpone(promise, failed, now)


def _claim(kind: str, now: datetime, limit: int) -> list[DuePromise]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [kind, now, limit])
        return [
            DuePromise(
                promise_id=promise_id,
                kind=name,
                key=key,
                due_at=due_at,
                payload=json.loads(payload),
                attempts=attempts,
            )
            for promise_id, name, key, due_at, payload, attempts in cursor.fetchall()
        ]


def _keep(keeper: Keeper, due: Sequence[DuePromise], now: datetime) -> Exception | None:
    """Have them kept and say so, or undo what the keeper wrote and return why it failed."""
    try:
        with transaction.atomic():
            keeper(due, now)
            with connection.cursor() as cursor:
                cursor.execute(KEPT, [now, [promise.promise_id for promise in due]])
    except Exception as error:
        if connection.needs_rollback:  # the database itself went away: nothing was claimed
            raise
        return error
    return None


def _postpone(promise: DuePromise, error: Exception, now: datetime) -> None:
    attempts = promise.attempts + 1
    stuck = attempts >= MOST_ATTEMPTS
    logger.warning(
        "promise %s %s failed (%d): %s", promise.kind, promise.key, attempts, error, exc_info=error
    )
    Promise.objects.filter(pk=promise.promise_id).update(
        state=(PromiseState.STUCK if stuck else PromiseState.OPEN).value,
        attempts=attempts,
        error=f"{type(error).__name__}: {error}".replace("\0", "")[:ERROR_LENGTH],
        next_at=now + pause_after(attempts),
    )
