"""Takes planned messages whose time has come, by number, and does what the policy says.

All messages to one number are looked at together and by one worker only: a number is locked until
its transaction ends, and nobody waits for a locked one.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from wanhao.communications.checks import reasons_against
from wanhao.communications.composing import compared
from wanhao.communications.contracts import DeliveryClass, MessageState, Reason, Waits
from wanhao.communications.holding import drop, let_go
from wanhao.communications.in_force import RulesInForce, rules_at
from wanhao.communications.models import UNDECIDED, CommunicationMessage
from wanhao.communications.moving import by_ids, locked, looked_at, move, one_of
from wanhao.communications.policy import Planned, Step, decide
from wanhao.communications.quiet import day_start

LOOK_AHEAD = 4
# The first key of the locks of numbers; others use locks of one key, which never meet these.
LOCKS = 20_111
# What may have been sent before and is not to be sent again stays unanswered.
# Numbers another worker has in hand are passed by, so more are looked at than are taken.
TAKE = """
WITH due AS MATERIALIZED (
    SELECT number, release_at FROM wanhao_communications_communicationmessage
    WHERE state = 'planned' AND release_at <= %(now)s
    ORDER BY release_at LIMIT %(look)s
), numbers AS MATERIALIZED (
    SELECT number FROM due GROUP BY number ORDER BY min(release_at), number
)
SELECT number FROM numbers
WHERE pg_try_advisory_xact_lock(%(locks)s, (number %% 2147483647)::integer)
LIMIT %(limit)s
"""
SENT_TODAY = """
SELECT number, count(*) FROM wanhao_communications_communicationmessage
WHERE number = ANY(%s::bigint[]) AND released_at >= %s
    AND state NOT IN ('planned', 'withdrawn', 'merged') AND rule <> ALL(%s)
GROUP BY number
"""
# Who switched push on gets comfort messages that way, and of required ones a copy besides.
APPLY = """
WITH moved AS (
UPDATE wanhao_communications_communicationmessage AS message
SET channel = CASE WHEN step.state = 'released' AND message.delivery_class = 'comfort'
        AND message.decision_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM wanhao_communications_pushsubscription AS subscription
            WHERE subscription.line_id = message.line_id AND subscription.until IS NULL
        ) THEN 'push' ELSE message.channel END,
    state = CASE WHEN step.state = 'withdrawn' AND message.unanswered > 0 THEN 'unknown'
        ELSE step.state END,
    carrier_id = step.carrier, waits = step.waits,
    release_at = coalesce(step.until, message.release_at), changed_at = %(now)s,
    released_at = CASE WHEN step.state = 'released' THEN %(now)s END,
    error = CASE WHEN step.state = 'withdrawn' AND message.unanswered = 0 THEN step.reason
        ELSE message.error END,
    figures = CASE WHEN message.rule = 'secret' AND step.state = 'withdrawn'
        AND message.unanswered = 0 THEN jsonb_build_object('text', '') ELSE message.figures END
FROM unnest(
    %(ids)s::bigint[], %(states)s::text[], %(carriers)s::bigint[], %(waits)s::text[],
    %(untils)s::timestamptz[], %(reasons)s::text[]
) AS step(id, state, carrier, waits, until, reason)
WHERE message.id = step.id AND message.state = 'planned'
RETURNING message.id, message.line_id, message.state, message.delivery_class, message.decision_id
)
INSERT INTO wanhao_communications_pushcopy (message_id, state, error, made_at)
SELECT id, 'waiting', '', %(now)s FROM moved
WHERE state = 'released' AND delivery_class = 'required' AND decision_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM wanhao_communications_pushsubscription AS subscription
    WHERE subscription.line_id = moved.line_id AND subscription.until IS NULL
)
ON CONFLICT DO NOTHING
"""


def release_some(now: datetime, limit: int) -> int:
    """Look at the messages to `limit` numbers at most; returns how many messages went on."""
    numbers = _take(now, limit)
    if not numbers:
        return 0
    planned = CommunicationMessage.objects.filter(
        number__in=one_of(numbers), state=MessageState.PLANNED.value
    )
    rows = list(looked_at(planned).order_by("id").select_for_update(of=("self",)))
    given = rules_at(now)
    reasons = reasons_against(rows, given, now)
    sent = _sent_today(numbers, now)
    by_number: dict[int, list[Planned]] = defaultdict(list)
    for row in rows:
        by_number[row.number].append(as_planned(row, given, reasons))
    steps = [
        step
        for number, messages in by_number.items()
        for step in decide(messages, sent.get(number, 0), given.policy, now)
    ]
    _apply(steps, now)
    given_up(rows, {step.message_id: step.reason for step in steps if step.reason}, now)
    return len(steps)


def withdraw_old(now: datetime, limit: int) -> int:
    """Take back released messages nobody took in hand while they were true; returns how many.

    One that may have been sent before stays unanswered. What was merged into them is planned again.
    """
    old = CommunicationMessage.objects.filter(
        state=MessageState.RELEASED.value, expires_at__lte=now
    )
    rows = locked(old.order_by("expires_at"), limit)
    take_back(rows, dict.fromkeys((row.pk for row in rows), Reason.EXPIRED), now)
    return len(rows)


def take_back(
    rows: Sequence[CommunicationMessage], reasons: Mapping[int, Reason], now: datetime
) -> None:
    """Withdraw locked, released rows for these reasons, and set free what was merged into them."""
    chosen = [row for row in rows if row.pk in reasons]
    set_free([row.pk for row in chosen], now)
    if sent := [row.pk for row in chosen if row.unanswered]:
        move(by_ids(sent), MessageState.UNKNOWN, now)
    withdrawn: dict[Reason, list[int]] = defaultdict(list)
    for row in chosen:
        if not row.unanswered:
            withdrawn[reasons[row.pk]].append(row.pk)
    for reason, ids in withdrawn.items():
        move(by_ids(ids), MessageState.WITHDRAWN, now, error=reason.value, released_at=None)
    given_up(chosen, reasons, now)


def withdraw_planned(
    rows: Sequence[CommunicationMessage], reasons: Mapping[int, Reason], now: datetime
) -> None:
    """Withdraw locked, planned rows for these reasons."""
    chosen = [row for row in rows if row.pk in reasons]
    to = MessageState.WITHDRAWN
    _apply([Step(message_id=row.pk, to=to, reason=reasons[row.pk]) for row in chosen], now)
    given_up(chosen, reasons, now)


def set_free(
    carriers: Sequence[int],
    now: datetime,
    *,
    release_at: datetime | None = None,
    waits: Waits = Waits.NOT,
) -> None:
    """What was merged into these goes its own way again; whoever holds them holds that, too."""
    if carriers:
        merged = CommunicationMessage.objects.filter(carrier_id__in=one_of(carriers))
        due = release_at or now
        move(merged, MessageState.PLANNED, now, carrier=None, release_at=due, waits=waits.value)


def given_up(
    rows: Sequence[CommunicationMessage], reasons: Mapping[int, Reason], now: datetime
) -> None:
    """Nothing is held back for what nobody is to be told any more; what is not true any more, as
    for who has paid or when the month is over, does not happen."""
    nobody = {Reason.RULE_OFF, Reason.SWITCHED_OFF, Reason.LINE_ENDED}
    let_go([row for row in rows if reasons.get(row.pk) in nobody], now)
    drop([row for row in rows if reasons.get(row.pk, Reason.RULE_OFF) not in nobody], now)


def _take(now: datetime, limit: int) -> list[int]:
    asked: dict[str, Any] = {"now": now, "limit": limit, "locks": LOCKS}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {**asked, "look": limit * LOOK_AHEAD})
        return [number for (number,) in cursor.fetchall()]


def _sent_today(numbers: Sequence[int], now: datetime) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(SENT_TODAY, [list(numbers), day_start(now), list(UNDECIDED)])
        return dict(cursor.fetchall())


def as_planned(
    row: CommunicationMessage, given: RulesInForce, reasons: Mapping[int, Reason]
) -> Planned:
    """A row as the policy looks at it, with the reason against it if there is one."""
    like, rule = compared(row), given.by_code.get(row.rule)
    return Planned(
        message_id=row.pk,
        release_at=row.release_at,
        expires_at=row.expires_at,
        waits=Waits(row.waits),
        topic=like.topic,
        reached=like.reached,
        required=like.required,
        urgent=row.urgent,
        night=rule.night if rule else row.rule in UNDECIDED,
        # What may have been sent already says again what it said.
        mergeable=rule is not None and not row.text,
        counted=row.rule not in UNDECIDED and row.delivery_class == DeliveryClass.COMFORT.value,
        reason=reasons.get(row.pk),
    )


def _apply(steps: Sequence[Step], now: datetime) -> None:
    if not steps:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            APPLY,
            {
                "now": now,
                "ids": [step.message_id for step in steps],
                "states": [step.to.value for step in steps],
                "carriers": [step.carrier for step in steps],
                "waits": [step.waits.value for step in steps],
                "untils": [step.until for step in steps],
                "reasons": [step.reason.value if step.reason else "" for step in steps],
            },
        )
