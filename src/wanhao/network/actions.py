"""Writes of profiles: what the network is to let lines do. Sending is in `sending.py`."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction

from wanhao.network.contracts import NewProfile
from wanhao.network.waking import wake

# In the order of the lines, so that two who ask for the same ones never wait for each other in a
# circle.
REQUEST = """
INSERT INTO wanhao_network_lineprofile AS profile
    (line_id, number, barring, data, roaming, version, requested_at, sent_version,
     confirmed_version, attempts, next_at, error)
SELECT line_id, number, barring, data, roaming, 1, %s, 0, 0, 0, %s, ''
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bool[], %s::bool[])
    AS told(line_id, number, barring, data, roaming)
ORDER BY line_id
ON CONFLICT (line_id) DO UPDATE SET
    number = excluded.number, barring = excluded.barring, data = excluded.data,
    roaming = excluded.roaming, version = profile.version + 1, requested_at = excluded.requested_at,
    attempts = 0, next_at = excluded.next_at, error = ''
WHERE (profile.number, profile.barring, profile.data, profile.roaming)
    IS DISTINCT FROM (excluded.number, excluded.barring, excluded.data, excluded.roaming)
"""
HOLD = """
SELECT line_id FROM wanhao_network_lineprofile WHERE line_id = ANY(%s::bigint[])
ORDER BY line_id FOR UPDATE
"""
# What waits is sent at once; what is confirmed is sent once more, as a new version.
SEND_AGAIN = """
UPDATE wanhao_network_lineprofile SET
    version = CASE WHEN confirmed_version < version THEN version ELSE version + 1 END,
    requested_at = CASE WHEN confirmed_version < version THEN requested_at ELSE %s END,
    attempts = 0, next_at = %s, error = ''
WHERE line_id = ANY(ARRAY(
    SELECT line_id FROM wanhao_network_lineprofile
    WHERE line_id = ANY(%s::bigint[]) ORDER BY line_id FOR UPDATE
))
"""


def hold_profiles(line_ids: Collection[int]) -> set[int]:
    """Let nobody else ask anything for these lines before the transaction ends; returns those for
    which something was asked before, since only they can be held.

    Whoever reads afterwards what a line may do knows what others asked for it.
    """
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [list(line_ids)])
        return {line_id for (line_id,) in cursor.fetchall()}


@transaction.atomic
def request_profiles(profiles: Sequence[NewProfile], now: datetime) -> int:
    """Ask the network to let lines do this from now on; returns for how many that is new.

    A line whose wanted profile is this one already is left alone; of several for one line the last
    counts. Belongs into the transaction that causes it: the senders are woken when it commits.
    """
    told = sorted({one.line_id: one for one in profiles}.values(), key=lambda one: one.line_id)
    if not told:
        return 0
    columns = (
        [one.line_id for one in told],
        [one.number for one in told],
        [one.barring.value for one in told],
        [one.data for one in told],
        [one.roaming for one in told],
    )
    with connection.cursor() as cursor:
        cursor.execute(REQUEST, [now, now, *columns])
        new: int = cursor.rowcount
    if new:
        wake()
    return new


@transaction.atomic
def send_again(line_ids: Collection[int], now: datetime) -> int:
    """Tell the network once more, at once, what is wanted for lines; returns for how many.

    A line nothing was ever asked for is passed by.
    """
    with connection.cursor() as cursor:
        cursor.execute(SEND_AGAIN, [now, now, list(line_ids)])
        again: int = cursor.rowcount
    if again:
        wake()
    return again
