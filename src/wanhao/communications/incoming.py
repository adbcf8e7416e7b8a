"""Messages that customers wrote: noted with what came of them, so that each is handled once.

Whoever handles messages of a number holds its lock from the first look to the end of the
transaction: two processes that get the same message at once handle it one after the other.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import connection

from wanhao.communications.incoming_contracts import AnswerLag, IncomingNote
from wanhao.communications.incoming_models import IncomingCount, IncomingMessage, IncomingPart

KEPT = timedelta(days=35)
MOST_AT_ONCE = 5_000
MOST_LOOKED_AT = 10_000
# The first key of the locks of numbers that write; those that are written to have another.
LOCKS = 20_112
LOCK = """
SELECT pg_advisory_xact_lock(%s, part) FROM (
    SELECT DISTINCT (number %% 2147483647)::integer AS part FROM unnest(%s::bigint[]) AS number
    ORDER BY part
) AS sorted
"""
RECENT = """
SELECT note.number, note.place, note.digest, note.reference, note.said, note.item, note.outcome,
    note.changes, note.received_at, note.offers::text, note.reply_id
FROM unnest(%s::bigint[]) AS asked(number) CROSS JOIN LATERAL (
    SELECT * FROM wanhao_communications_incomingmessage AS one
    WHERE one.number = asked.number ORDER BY one.place DESC LIMIT %s
) AS note
ORDER BY note.number, note.place DESC
"""
NOTE = """
WITH noted AS (
INSERT INTO wanhao_communications_incomingmessage (
    number, place, digest, reference, said, item, outcome, changes, received_at, offers, reply_id
)
SELECT number, place, digest, reference, said, item, outcome, changes, received_at,
    offers::jsonb, reply_id
FROM unnest(
    %s::bigint[], %s::integer[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
    %s::boolean[], %s::timestamptz[], %s::text[], %s::bigint[]
) AS note(
    number, place, digest, reference, said, item, outcome, changes, received_at, offers, reply_id
)
)
INSERT INTO wanhao_communications_incomingcount AS so_far (item, outcome, messages)
SELECT item, outcome, messages FROM unnest(%s::text[], %s::text[], %s::bigint[])
    AS counted(item, outcome, messages)
ORDER BY item, outcome
ON CONFLICT (item, outcome) DO UPDATE SET messages = so_far.messages + excluded.messages
"""
LAGS = """
WITH latest AS MATERIALIZED (
    SELECT received_at, reply_id FROM wanhao_communications_incomingmessage
    WHERE received_at >= %s AND reply_id IS NOT NULL ORDER BY received_at DESC LIMIT %s
), took AS (
    SELECT extract(epoch FROM message.accepted_at - latest.received_at) AS seconds
    FROM latest JOIN wanhao_communications_communicationmessage AS message
        ON message.id = latest.reply_id
    WHERE message.accepted_at IS NOT NULL
)
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds),
    percentile_cont(0.99) WITHIN GROUP (ORDER BY seconds) FROM took
"""
COLUMNS = (
    *("number", "place", "digest", "reference", "said", "item", "outcome", "changes"),
    *("received_at", "offers", "reply_id"),
)


def lock_writers(numbers: Collection[int]) -> None:
    """Hold these numbers until the transaction ends; always in the same order."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [LOCKS, sorted(numbers)])


def recent_notes(numbers: Collection[int], most: int) -> dict[int, list[IncomingNote]]:
    """The latest notes of each number, the newest first; a number without one has none."""
    found: dict[int, list[IncomingNote]] = {number: [] for number in numbers}
    with connection.cursor() as cursor:
        cursor.execute(RECENT, [list(found), most])
        for row in cursor.fetchall():
            note = IncomingNote(**dict(zip(COLUMNS, row, strict=True)))
            offers = json.loads(note.offers) if isinstance(note.offers, str) else None
            found[note.number].append(replace(note, offers=offers))
    return found


def write_notes(notes: Sequence[IncomingNote]) -> None:
    """Note what was handled, and count it; belongs into the transaction that did it."""
    if not notes:
        return
    rows = [
        [getattr(note, name) if name != "offers" else _text(note) for name in COLUMNS]
        for note in notes
    ]
    counted = sorted(Counter((note.item, note.outcome) for note in notes).items())
    keys, numbers = zip(*counted, strict=True)
    with connection.cursor() as cursor:
        items, outcomes = zip(*keys, strict=True)
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(NOTE, [*columns, list(items), list(outcomes), list(numbers)])


def prune_incoming(now: datetime) -> bool:
    """Forget notes and lone parts older than 35 days, some at a time; whether there were any."""
    gone = 0
    for model in (IncomingMessage, IncomingPart):
        old = model.objects.filter(received_at__lt=now - KEPT).order_by("received_at")
        ids = list(old.values_list("id", flat=True)[:MOST_AT_ONCE])
        gone += model.objects.filter(id__in=ids).delete()[0] if ids else 0
    return gone > 0


def incoming_counts() -> dict[tuple[str, str], int]:
    """Messages of customers so far, by item and outcome."""
    rows = IncomingCount.objects.values_list("item", "outcome", "messages")
    return {(item, outcome): messages for item, outcome, messages in rows}


def answer_lag(now: datetime, within: timedelta = timedelta(hours=1)) -> AnswerLag:
    """How long answers of that time took; of at most the latest 10,000."""
    with connection.cursor() as cursor:
        cursor.execute(LAGS, [now - within, MOST_LOOKED_AT])
        count, median, p99 = cursor.fetchone()
    return AnswerLag(count=count, median=median or 0.0, p99=p99 or 0.0)


def _text(note: IncomingNote) -> str | None:
    return None if note.offers is None else json.dumps(note.offers)
