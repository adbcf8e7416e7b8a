"""Profiles that wait, in the hands of a sender and out of them again.

A sender has what it claimed for a while; one that was killed leaves it that long. All rows are
locked in the order of their lines, as `request_profiles` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from wanhao.network.contracts import Barring
from wanhao.network.models import LONGEST_ERROR
from wanhao.network.waking import wake

# Longer than one answer may take.
IN_HAND = timedelta(seconds=15)

# Who was barred and is let again waits for nobody.
CLAIM = """
UPDATE wanhao_network_lineprofile SET sent_version = version, attempts = attempts + 1, next_at = %s
WHERE line_id = ANY(ARRAY(
    SELECT line_id FROM wanhao_network_lineprofile
    WHERE confirmed_version < version AND next_at <= %s
    ORDER BY barring IN ('outgoing', 'all'), next_at LIMIT %s FOR UPDATE SKIP LOCKED
))
RETURNING line_id, number, barring, data, roaming, version, attempts
"""
CONFIRM = """
WITH told AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS told(line_id, version)
), locked AS MATERIALIZED (
    SELECT profile.line_id, told.version FROM wanhao_network_lineprofile AS profile
    JOIN told USING (line_id) ORDER BY profile.line_id FOR UPDATE OF profile
)
UPDATE wanhao_network_lineprofile AS profile SET
    confirmed_version = locked.version, confirmed_at = %s,
    attempts = CASE WHEN profile.version = locked.version THEN 0 ELSE profile.attempts END,
    error = CASE WHEN profile.version = locked.version THEN '' ELSE profile.error END
FROM locked
WHERE profile.line_id = locked.line_id AND profile.confirmed_version < locked.version
"""
PUT_BACK = """
WITH told AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::int[], %s::text[])
        AS told(line_id, version, next_at, attempts, error)
), locked AS MATERIALIZED (
    SELECT told.* FROM wanhao_network_lineprofile AS profile
    JOIN told USING (line_id) ORDER BY profile.line_id FOR UPDATE OF profile
)
UPDATE wanhao_network_lineprofile AS profile SET
    next_at = locked.next_at, attempts = locked.attempts, error = locked.error
FROM locked
WHERE profile.line_id = locked.line_id AND profile.version = locked.version
    AND profile.confirmed_version < locked.version
"""
# Beyond what the network holds, or it would not take it; unless something newer is wanted already.
ASK_ANEW = """
WITH told AS (
    SELECT * FROM unnest(
        %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::timestamptz[], %s::text[]
    ) AS told(line_id, version, held_version, attempts, next_at, error)
), locked AS MATERIALIZED (
    SELECT told.* FROM wanhao_network_lineprofile AS profile
    JOIN told USING (line_id) ORDER BY profile.line_id FOR UPDATE OF profile
)
UPDATE wanhao_network_lineprofile AS profile SET
    version = greatest(profile.version, locked.held_version) + 1, requested_at = %s,
    attempts = locked.attempts, next_at = locked.next_at, error = locked.error
FROM locked
WHERE profile.line_id = locked.line_id AND profile.version = locked.version
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedProfile:
    """A version in the hands of a sender; it was sent `attempts` times, this one included."""

    line_id: int
    number: int
    barring: Barring
    data: bool
    roaming: bool
    version: int
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A version that waits on until `next_at`, and why."""

    line_id: int
    version: int
    next_at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differing:
    """A version that the network does not hold as it was told it; it holds `held_version`, 0 for
    none. It is told anew at `next_at`."""

    line_id: int
    version: int
    held_version: int
    attempts: int
    next_at: datetime
    error: str


def claim(limit: int, now: datetime) -> list[ClaimedProfile]:
    """Take up to so many profiles that are due, as a commit of its own."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [now + IN_HAND, now, limit])
        return [
            ClaimedProfile(
                line_id=line_id,
                number=number,
                barring=Barring(barring),
                data=data,
                roaming=roaming,
                version=version,
                attempts=attempts,
            )
            for line_id, number, barring, data, roaming, version, attempts in cursor.fetchall()
        ]


def confirm(versions: Sequence[tuple[int, int]], now: datetime) -> int:
    """The network has these (line, version); returns for how many that is news."""
    if not versions:
        return 0
    lines, held = zip(*versions, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(CONFIRM, [list(lines), list(held), now])
        confirmed: int = cursor.rowcount
    return confirmed


def put_back(returned: Sequence[Returned]) -> None:
    """Let them wait on; one that was confirmed or asked anew meanwhile is left alone."""
    if not returned:
        return
    columns = (
        [one.line_id for one in returned],
        [one.version for one in returned],
        [one.next_at for one in returned],
        [one.attempts for one in returned],
        [one.error[:LONGEST_ERROR] for one in returned],
    )
    with connection.cursor() as cursor:
        cursor.execute(PUT_BACK, list(columns))


def ask_anew(differing: Sequence[Differing], now: datetime) -> int:
    """Want the same once more, in a version the network will take; returns how many are.

    A line for which something newer was asked meanwhile is left alone.
    """
    if not differing:
        return 0
    columns = (
        [one.line_id for one in differing],
        [one.version for one in differing],
        [one.held_version for one in differing],
        [one.attempts for one in differing],
        [one.next_at for one in differing],
        [one.error[:LONGEST_ERROR] for one in differing],
    )
    with connection.cursor() as cursor:
        cursor.execute(ASK_ANEW, [*columns, now])
        asked: int = cursor.rowcount
    if asked:
        wake()
    return asked
