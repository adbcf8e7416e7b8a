"""Parts of long messages, kept until all are there; in whatever order and by whomever they come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from wanhao.communications.incoming_contracts import KeptPart

# A network counts references anew soon, so a part that waits longer belongs to nothing any more.
TOGETHER_WITHIN = timedelta(hours=1)
MOST_WAITING = 60
KEEP = """
INSERT INTO wanhao_communications_incomingpart AS kept
    (number, reference, total, place, data_coding, payload, received_at)
SELECT number, reference, total, place, data_coding, payload, %(now)s
FROM unnest(%(numbers)s::bigint[], %(references)s::integer[], %(totals)s::smallint[],
    %(places)s::smallint[], %(codings)s::smallint[], %(payloads)s::bytea[])
    AS part(number, reference, total, place, data_coding, payload)
WHERE (
    SELECT count(*) FROM wanhao_communications_incomingpart AS waiting
    WHERE waiting.number = part.number AND waiting.received_at > %(since)s
) < %(most)s
ON CONFLICT (number, reference, total, place) DO UPDATE
    SET payload = excluded.payload, data_coding = excluded.data_coding,
        received_at = excluded.received_at
"""
WHOLE = """
WITH whole AS MATERIALIZED (
    SELECT number, reference, total FROM wanhao_communications_incomingpart
    WHERE number = ANY(%(numbers)s) AND received_at > %(since)s
    GROUP BY number, reference, total HAVING count(*) = total
)
DELETE FROM wanhao_communications_incomingpart AS part USING whole
WHERE part.number = whole.number AND part.reference = whole.reference AND part.total = whole.total
RETURNING part.number, part.reference, part.total, part.place, part.data_coding, part.payload
"""


def keep_parts(parts: Sequence[KeptPart], now: datetime) -> list[tuple[KeptPart, ...]]:
    """Keep parts and take out those messages that are whole now, each in the order of its parts.

    Their numbers are locked by the caller. Of a number that sends parts without end no more are
    kept.
    """
    last = {(one.number, one.reference, one.total, one.place): one for one in parts}
    kept = [last[key] for key in sorted(last)]
    since = now - TOGETHER_WITHIN
    with connection.cursor() as cursor:
        cursor.execute(
            KEEP,
            {
                "now": now,
                "since": since,
                "most": MOST_WAITING,
                "numbers": [one.number for one in kept],
                "references": [one.reference for one in kept],
                "totals": [one.total for one in kept],
                "places": [one.place for one in kept],
                "codings": [one.data_coding for one in kept],
                "payloads": [one.payload for one in kept],
            },
        )
        numbers = sorted({one.number for one in kept})
        cursor.execute(WHOLE, {"numbers": numbers, "since": since})
        rows = cursor.fetchall()
    return _messages(rows)


def _messages(rows: Sequence[tuple[int, int, int, int, int, bytes]]) -> list[tuple[KeptPart, ...]]:
    found: dict[tuple[int, int, int], list[KeptPart]] = {}
    for number, reference, total, place, coding, payload in sorted(rows, key=lambda row: row[:4]):
        part = KeptPart(
            number=number,
            reference=reference,
            total=total,
            place=place,
            data_coding=coding,
            payload=bytes(payload),
        )
        found.setdefault((number, reference, total), []).append(part)
    return [tuple(parts) for parts in found.values()]
