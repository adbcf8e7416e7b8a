"""Writes of promises: make, move, withdraw, release, try again. Keeping is in `keeping.py`."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection

from wanhao.promises.contracts import NewPromise, PromiseState
from wanhao.promises.keeping import keep_due
from wanhao.promises.models import Promise, one_of
from wanhao.promises.pruning import prune
from wanhao.promises.states import may_come_from
from wanhao.promises.waking import wake
from wanhao.values.errors import WanhaoError

__all__ = ["keep_due", "make", "move", "prune", "release", "try_again", "withdraw"]

MAKE = """
INSERT INTO wanhao_promises_promise
    (kind, key, due_at, next_at, payload, state, attempts, error, made_at)
SELECT kind, key, due_at, due_at, payload, state, 0, '', %s
FROM unnest(%s::text[], %s::text[], %s::timestamptz[], %s::jsonb[], %s::text[])
    AS made(kind, key, due_at, payload, state)
ON CONFLICT (kind, key) DO NOTHING
"""
RELEASE = """
UPDATE wanhao_promises_promise SET state = 'open', next_at = greatest(due_at, %s)
WHERE kind = %s AND key = ANY(%s::text[]) AND state = 'held'
"""


def make(promises: Sequence[NewPromise], now: datetime) -> int:
    """Make promises, each once per kind and key; returns how many are new.

    One that exists is left alone, whatever became of it. Belongs into the transaction that causes
    them.
    """
    # Sorted, so that two who make the same ones never wait for each other in a circle.
    rows = [
        (
            one.kind,
            one.key,
            one.due_at,
            json.dumps(one.payload, ensure_ascii=False),
            (PromiseState.HELD if one.held else PromiseState.OPEN).value,
        )
        for one in sorted(promises, key=lambda one: (one.kind, one.key))
    ]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(MAKE, [now, *(list(column) for column in zip(*rows, strict=True))])
        made: int = cursor.rowcount
    if made and any(one.due_at <= now and not one.held for one in promises):
        wake()
    return made


def move(kind: str, key: str, due_at: datetime, now: datetime) -> bool:
    """Promise it for another time; False when it is settled already, or was never made."""
    rows = Promise.objects.filter(kind=kind, key=key, state__in=["open", "held"])
    moved = rows.update(due_at=due_at, next_at=due_at, attempts=0, error="")
    if moved and due_at <= now:
        wake()
    return moved > 0


def withdraw(kind: str, keys: Collection[str], now: datetime) -> int:
    """Take back what is not kept yet; returns how many were. Belongs into a transaction.

    What is being kept at this moment is passed by: its keeper may wait for what the caller has
    locked, so to wait for the keeper could be for ever.
    """
    rows = Promise.objects.filter(
        kind=kind,
        key__in=one_of(keys),
        state__in=[state.value for state in may_come_from(PromiseState.WITHDRAWN)],
    )
    free = rows.select_for_update(skip_locked=True).values_list("id", flat=True)
    return Promise.objects.filter(id__in=list(free)).update(
        state=PromiseState.WITHDRAWN.value, settled_at=now
    )


def release(kind: str, keys: Collection[str], now: datetime) -> int:
    """Let held promises be kept: at their time, or now if that is past; returns how many."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, [now, kind, list(keys)])
        released: int = cursor.rowcount
    if released:
        wake()
    return released


def try_again(promise_id: int, now: datetime) -> None:
    """Try a stuck promise once more; WanhaoError when it is not stuck."""
    rows = Promise.objects.filter(pk=promise_id, state=PromiseState.STUCK.value)
    if not rows.update(state=PromiseState.OPEN.value, next_at=now, attempts=0):
        raise WanhaoError(
            f"Promise {promise_id} is not stuck.", "Look at it again; somebody may have been first."
        )
    wake()
