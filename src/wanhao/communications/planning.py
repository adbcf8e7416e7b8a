"""Messages nobody decided about: a test from the pages, answers to what customers wrote."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from wanhao.communications.contracts import DeliveryClass, Saying
from wanhao.communications.models import UNDECIDED, CommunicationMessage
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError
from wanhao.values.sms_text import EncodingError, sms_parts

GOOD_FOR = timedelta(hours=1)
MOST_PARTS = 10
COUNT = """
INSERT INTO wanhao_communications_decisioncount AS so_far (rule, outcome, decisions)
VALUES (%s, 'told', %s)
ON CONFLICT (rule, outcome) DO UPDATE SET decisions = so_far.decisions + excluded.decisions
"""
# Nothing is to be looked at before an answer goes out: it is released when it is written.
PLAN_MANY = """
WITH planned AS (
INSERT INTO wanhao_communications_communicationmessage (
    rule, line_id, number, language, delivery_class, urgent, figures, text, state, worker,
    unanswered, error, planned_at, release_at, released_at, expires_at, changed_at
)
SELECT 'reply', line_id, number, language, 'comfort', true, figures::jsonb, '', 'released', '',
    0, '', %(now)s, %(now)s, %(now)s, %(expires)s, %(now)s
FROM unnest(%(lines)s::bigint[], %(numbers)s::bigint[], %(languages)s::text[], %(figures)s::text[])
    WITH ORDINALITY AS said(line_id, number, language, figures, place)
ORDER BY place
RETURNING id
), counted AS (
    INSERT INTO wanhao_communications_decisioncount AS so_far (rule, outcome, decisions)
    SELECT 'reply', 'told', count(*) FROM planned
    ON CONFLICT (rule, outcome) DO UPDATE SET decisions = so_far.decisions + excluded.decisions
)
SELECT id FROM planned ORDER BY id
"""


def plan(number: int, rule: str, text: str, now: datetime) -> int:
    """Plan a message of these words; the number need not be a line of ours. Returns its id.

    WanhaoError when it is no test and no reply, or its text cannot be sent.
    """
    _check(rule, text)
    line = lines_by_number([number]).get(number)
    message = CommunicationMessage.objects.create(
        rule=rule,
        line_id=line.line_id if line else None,
        number=number,
        language=(line.language if line else Language.ZH).value,
        delivery_class=DeliveryClass.COMFORT.value,
        urgent=True,
        figures={"text": text},
        planned_at=now,
        release_at=now,
        expires_at=now + GOOD_FOR,
        changed_at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [rule, 1])
    return message.pk


def plan_replies(sayings: Sequence[Saying], now: datetime) -> list[int]:
    """Plan answers to what customers wrote, in one statement; returns their ids in this order.

    WanhaoError when one of them cannot be sent; then none is planned.
    """
    for saying in sayings:
        _check("reply", saying.text)
    with connection.cursor() as cursor:
        cursor.execute(
            PLAN_MANY,
            {
                "now": now,
                "expires": now + GOOD_FOR,
                "lines": [saying.line_id for saying in sayings],
                "numbers": [saying.number for saying in sayings],
                "languages": [saying.language.value for saying in sayings],
                "figures": [json.dumps({"text": saying.text}) for saying in sayings],
            },
        )
        return [message_id for (message_id,) in cursor.fetchall()]


def _check(rule: str, text: str) -> None:
    if rule not in UNDECIDED:
        raise WanhaoError(
            f"'{rule}' is no message of its own words.", f"Choose one of {', '.join(UNDECIDED)}."
        )
    try:
        parts = sms_parts(text) if text.strip() else 0
    except EncodingError:
        parts = 0
    if not 0 < parts <= MOST_PARTS:
        raise WanhaoError(
            "This text cannot be sent.", f"Write something, in {MOST_PARTS} short messages at most."
        )
