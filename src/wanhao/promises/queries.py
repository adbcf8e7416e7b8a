"""Reads of promises."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Count

from wanhao.promises.contracts import Lateness, PromiseState, PromiseView
from wanhao.promises.models import Promise, one_of

NEXT_DUE = """
SELECT min((
    SELECT min(next_at) FROM wanhao_promises_promise AS promise
    WHERE promise.state = 'open' AND promise.kind = asked.kind
)) FROM unnest(%s::text[]) AS asked(kind)
"""
LATENESS = """
SELECT count(*), percentile_disc(0.5) WITHIN GROUP (ORDER BY late),
    percentile_disc(0.99) WITHIN GROUP (ORDER BY late), max(late)
FROM (
    SELECT extract(epoch FROM settled_at - due_at)::float8 AS late FROM (
        SELECT settled_at, due_at, state FROM wanhao_promises_promise
        WHERE state IN ('kept', 'withdrawn') AND settled_at > %s
        ORDER BY settled_at DESC LIMIT %s
    ) AS latest WHERE state = 'kept'
) AS kept
"""


def next_due(kinds: Collection[str]) -> datetime | None:
    """When the next promise of these kinds is due; None when none is open."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_DUE, [list(kinds)])
        found: datetime | None = cursor.fetchone()[0]
    return found


def overdue(now: datetime) -> dict[str, int]:
    """How many open promises of each kind are past their time."""
    rows = Promise.objects.filter(state=PromiseState.OPEN.value, next_at__lte=now)
    return dict(rows.values_list("kind").annotate(Count("id")).order_by("kind"))


def waiting(state: PromiseState) -> dict[str, int]:
    """How many promises of each kind are held, or stuck."""
    rows = Promise.objects.filter(state=state.value)
    return dict(rows.values_list("kind").annotate(Count("id")).order_by("kind"))


def promises(kind: str, keys: Collection[str]) -> dict[str, PromiseView]:
    """The promises of a kind with these keys, by key; one never made is left out."""
    rows = Promise.objects.filter(kind=kind, key__in=one_of(keys))
    return {row.key: _view(row) for row in rows}


def latest_stuck(limit: int) -> list[PromiseView]:
    """Promises that failed too often and wait for a person, the latest first."""
    rows = Promise.objects.filter(state=PromiseState.STUCK.value).order_by("-next_at")
    return [_view(row) for row in rows[:limit]]


def lateness(since: datetime, most: int = 10_000) -> Lateness:
    """How late the last promises were kept, as far as they were settled since then."""
    with connection.cursor() as cursor:
        cursor.execute(LATENESS, [since, most])
        kept, median, p99, worst = cursor.fetchone()
    return Lateness(kept=kept, median=median or 0.0, p99=p99 or 0.0, worst=worst or 0.0)


def _view(row: Promise) -> PromiseView:
    return PromiseView(
        promise_id=row.pk,
        kind=row.kind,
        key=row.key,
        due_at=row.due_at,
        next_at=row.next_at,
        payload=row.payload,
        state=PromiseState(row.state),
        attempts=row.attempts,
        error=row.error,
        settled_at=row.settled_at,
    )
