"""Figures of messages for pages: how long each stage took, and what a day was like."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from wanhao.communications.contracts import MessageState, Waits
from wanhao.communications.list_contracts import (
    DayFigures,
    HourOfRule,
    MessageDay,
    SlowMessage,
    StageLag,
    Trouble,
)
from wanhao.communications.message_lists import day_bounds
from wanhao.values.cycle import SHANGHAI

MOST_LOOKED_AT = 10_000
SLOWEST = 10
STAGES = ("released", "claimed", "accepted", "delivered")
LAGS = """
WITH latest AS MATERIALIZED (
    SELECT planned_at, released_at, claimed_at, accepted_at, delivered_at
    FROM wanhao_communications_communicationmessage
    WHERE changed_at >= %(since)s ORDER BY changed_at DESC LIMIT %(most)s
), stages AS (
    SELECT stage.name, extract(epoch FROM stage.ended - stage.began) AS seconds
    FROM latest CROSS JOIN LATERAL (VALUES
        ('released', planned_at, released_at), ('claimed', released_at, claimed_at),
        ('accepted', claimed_at, accepted_at), ('delivered', accepted_at, delivered_at)
    ) AS stage(name, began, ended)
    WHERE stage.ended >= %(since)s AND stage.began IS NOT NULL
)
SELECT name, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
    percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds)
FROM stages GROUP BY name
"""
DAYS = """
SELECT (planned_at AT TIME ZONE 'Asia/Shanghai')::date, state, count(*)
FROM wanhao_communications_communicationmessage
WHERE planned_at >= %s AND planned_at < %s
GROUP BY 1, 2
"""
HOURS = """
SELECT extract(hour FROM planned_at AT TIME ZONE 'Asia/Shanghai')::integer, rule, count(*)
FROM wanhao_communications_communicationmessage
WHERE planned_at >= %s AND planned_at < %s
GROUP BY 1, 2 ORDER BY 1, 2
"""
TROUBLES = """
SELECT rule, state, error, count(*) FROM wanhao_communications_communicationmessage
WHERE planned_at >= %s AND planned_at < %s AND state IN ('failed', 'unknown', 'withdrawn')
GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3 LIMIT 50
"""
SLOW = """
SELECT id, rule, number, extract(epoch FROM accepted_at - released_at)
FROM wanhao_communications_communicationmessage
WHERE planned_at >= %s AND planned_at < %s AND accepted_at IS NOT NULL AND released_at IS NOT NULL
ORDER BY accepted_at - released_at DESC, id LIMIT %s
"""
WAITING = """
SELECT waits, count(*) FROM wanhao_communications_communicationmessage
WHERE state = 'planned' AND planned_at >= %s AND planned_at < %s GROUP BY waits
"""


def stage_lags(now: datetime, within: timedelta = timedelta(hours=1)) -> list[StageLag]:
    """How long messages took until each stage, in order; of at most the latest 10,000.

    A stage nothing reached within that time has a count of 0.
    """
    asked: dict[str, Any] = {"since": now - within, "most": MOST_LOOKED_AT}
    with connection.cursor() as cursor:
        cursor.execute(LAGS, asked)
        found = {name: rest for name, *rest in cursor.fetchall()}
    nothing = (0, 0.0, 0.0)
    return [
        StageLag(stage=stage, count=count, median=float(median), p99=float(p99))
        for stage in STAGES
        for count, median, p99 in [found.get(stage, nothing)]
    ]


def messages_per_day(now: datetime, days: int = 14) -> list[MessageDay]:
    """What became of the messages planned on each of the last days, today the last."""
    today = now.astimezone(SHANGHAI).date()
    first = today - timedelta(days=days - 1)
    counted = _states(first, today)
    return [
        MessageDay(day=day, states=counted.get(day, _none()))
        for day in (first + timedelta(days=place) for place in range(days))
    ]


def day_figures(day: date) -> DayFigures:
    """What was planned on a day in Shanghai, what went wrong with it, and what was slow."""
    bounds = day_bounds(day)
    with connection.cursor() as cursor:
        cursor.execute(HOURS, bounds)
        hours = [HourOfRule(hour=h, rule=rule, messages=n) for h, rule, n in cursor.fetchall()]
        cursor.execute(TROUBLES, bounds)
        troubles = [
            Trouble(rule=rule, state=MessageState(state), reason=reason, messages=n)
            for rule, state, reason, n in cursor.fetchall()
        ]
        cursor.execute(SLOW, [*bounds, SLOWEST])
        slowest = [
            SlowMessage(message_id=key, rule=rule, number=number, seconds=float(seconds))
            for key, rule, number, seconds in cursor.fetchall()
        ]
        cursor.execute(WAITING, bounds)
        waiting = {Waits(waits): count for waits, count in cursor.fetchall()}
    return DayFigures(
        day=day,
        states=_states(day, day).get(day, _none()),
        hours=tuple(hours),
        troubles=tuple(troubles),
        slowest=tuple(slowest),
        waiting=waiting,
    )


def _states(first: date, last: date) -> Mapping[date, dict[MessageState, int]]:
    found: dict[date, dict[MessageState, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(DAYS, [day_bounds(first)[0], day_bounds(last)[1]])
        for day, state, count in cursor.fetchall():
            found.setdefault(day, _none())[MessageState(state)] = count
    return found


def _none() -> dict[MessageState, int]:
    return dict.fromkeys(MessageState, 0)
