"""What the network took, many messages at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from wanhao.communications.contracts import MessageState
from wanhao.communications.forgetting import FORGET
from wanhao.communications.holding import release_held
from wanhao.communications.receiving import apply_held
from wanhao.communications.states import may_come_from

ACCEPT = f"""
WITH locked AS (
    SELECT id FROM wanhao_communications_communicationmessage
    WHERE id = ANY(%(ids)s) AND state = ANY(%(sources)s)
    ORDER BY id FOR UPDATE
), moved AS (
    UPDATE wanhao_communications_communicationmessage AS message
    SET state = 'accepted', accepted_at = %(now)s, changed_at = %(now)s,
    {FORGET}
    FROM locked WHERE message.id = locked.id
    RETURNING message.id, message.number
), parts AS (
    INSERT INTO wanhao_communications_messagepart (message_id, channel_message_id, state, error)
    SELECT moved.id, part.key, 'pending', ''
    FROM unnest(%(owners)s::bigint[], %(keys)s::text[]) WITH ORDINALITY AS part(id, key, place)
    JOIN moved USING (id)
    ORDER BY part.place
)
SELECT id, number FROM moved
"""  # noqa: S608 - FORGET is ours


def accept(taken: Mapping[int, Sequence[str]], now: datetime) -> list[int]:
    """Note what was taken, under these ids of its parts; gives whom it was not too late for.

    Promises that waited for one of them, or for what was merged into it, are let go.
    """
    parts = [(message, key) for message, keys in taken.items() for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(
            ACCEPT,
            {
                "ids": list(taken),
                "sources": [state.value for state in may_come_from(MessageState.ACCEPTED)],
                "now": now,
                "owners": [message for message, _ in parts],
                "keys": [key for _, key in parts],
            },
        )
        moved = dict(cursor.fetchall())
    if not moved:
        return []
    apply_held(set(moved.values()), [key for message, key in parts if message in moved])
    release_held(list(moved), now)
    return list(moved)
