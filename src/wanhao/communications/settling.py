"""Settles many parts at once, whose ids are known and whose receipts are the first."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from wanhao.communications.contracts import MessageState, Receipt, ReceiptState
from wanhao.communications.forgetting import FORGET
from wanhao.communications.states import may_come_from

# The newest part of an id to a number; of several spellings the likeliest.
FIND = """
SELECT DISTINCT ON (asked.place) asked.place, part.id, part.message_id
FROM unnest(%(places)s::int[], %(ranks)s::int[], %(keys)s::text[], %(numbers)s::bigint[])
    AS asked(place, rank, key, number)
JOIN wanhao_communications_messagepart AS part ON part.channel_message_id = asked.key
JOIN wanhao_communications_communicationmessage AS message
    ON message.id = part.message_id AND message.number = asked.number
ORDER BY asked.place, asked.rank, part.id DESC
"""
LOCK = """
SELECT id FROM wanhao_communications_communicationmessage WHERE id = ANY(%s) ORDER BY id FOR UPDATE
"""
OPEN = """
SELECT id FROM wanhao_communications_messagepart WHERE id = ANY(%s) AND settled_at IS NULL
"""
SETTLE = """
UPDATE wanhao_communications_messagepart AS part
SET state = said.state, error = said.error, settled_at = said.at
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[]) AS said(id, state, error, at)
WHERE part.id = said.id
"""
CONCLUDE = f"""
WITH whole AS (
    SELECT message_id, bool_or(state = 'failed') AS has_failed,
        max(error) FILTER (WHERE state = 'failed') AS error
    FROM wanhao_communications_messagepart WHERE message_id = ANY(%(ids)s)
    GROUP BY message_id HAVING NOT bool_or(state = 'pending')
)
UPDATE wanhao_communications_communicationmessage AS message
SET state = CASE WHEN has_failed THEN 'failed' ELSE 'delivered' END,
    error = coalesce(whole.error, message.error), changed_at = %(now)s,
    delivered_at = CASE WHEN has_failed THEN message.delivered_at ELSE %(now)s END,
    {FORGET}
FROM whole
WHERE message.id = whole.message_id AND message.state = ANY(%(sources)s)
"""  # noqa: S608 - FORGET is ours
ENDS = (ReceiptState.DELIVERED, ReceiptState.FAILED)


def settle_known(receipts: Sequence[Receipt]) -> dict[int, int | None]:
    """Settle what can be told by its id alone; gives message ids by place, without the others.

    A second receipt for the same part is left to be looked at by itself.
    """
    found = _find(receipts)
    if not found:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted({message for _, message in found.values()})])
        cursor.execute(OPEN, [[part for part, _ in found.values()]])
        free = {part for (part,) in cursor.fetchall()}
    mine: dict[int, int | None] = {}
    said: list[tuple[int, Receipt]] = []
    for place, (part, message) in found.items():
        if part in free:
            free.discard(part)
            mine[place] = message
            said.append((part, receipts[place]))
    _settle(
        [(part, receipt) for part, receipt in said if receipt.state in ENDS], set(mine.values())
    )
    return mine


def _find(receipts: Sequence[Receipt]) -> dict[int, tuple[int, int]]:
    asked = [
        (place, rank, key, receipt.number)
        for place, receipt in enumerate(receipts)
        for rank, key in enumerate(receipt.ids)
    ]
    if not asked:
        return {}
    columns = [list(column) for column in zip(*asked, strict=True)]
    names = ("places", "ranks", "keys", "numbers")
    with connection.cursor() as cursor:
        cursor.execute(FIND, dict(zip(names, columns, strict=True)))
        return {place: (part, message) for place, part, message in cursor.fetchall()}


def _settle(said: Sequence[tuple[int, Receipt]], messages: set[int | None]) -> None:
    if not said:
        return
    now: datetime = max(receipt.received_at for _, receipt in said)
    sources = may_come_from(MessageState.DELIVERED) | may_come_from(MessageState.FAILED)
    with connection.cursor() as cursor:
        cursor.execute(
            SETTLE,
            [
                [part for part, _ in said],
                [receipt.state.value for _, receipt in said],
                [receipt.error[:200] for _, receipt in said],
                [receipt.received_at for _, receipt in said],
            ],
        )
        ended = sources & {MessageState.ACCEPTED, MessageState.UNKNOWN}
        named = [state.value for state in ended]
        cursor.execute(CONCLUDE, {"ids": list(messages), "now": now, "sources": named})
