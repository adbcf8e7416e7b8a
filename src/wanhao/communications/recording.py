"""Writes what was decided: decisions, messages and counts, all of them with one statement."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from django.db import connection

from wanhao.communications.contracts import Trigger
from wanhao.communications.deciding import Draft
from wanhao.communications.in_force import RulesInForce
from wanhao.communications.words import Figures

BATCH = 5_000
TRIGGER = tuple(field.name for field in fields(Trigger))
FIGURES = tuple(field.name for field in fields(Figures))
KEY = ("subject_kind", "subject_id", "rule", "cycle", "episode", "tier")
# A message that holds a promise back does not grow old, unless its trigger says when.
# Drafts come as one JSON text. Ids are drawn before, so that they tell which decisions are new.
RECORD = """
WITH drafted AS MATERIALIZED (
    SELECT nextval('wanhao_communications_reminderdecision_id_seq') AS id, *
    FROM json_to_recordset(%(drafts)s::json) AS draft(
        place integer, subject_kind text, subject_id bigint, rule text, cycle integer,
        episode bigint, tier integer, trigger jsonb, outcome text, line_id bigint,
        number bigint, language text, figures jsonb
    )
), decided AS (
    INSERT INTO wanhao_communications_reminderdecision (
        id, subject_kind, subject_id, rule, cycle, episode, tier, rule_values, trigger, outcome,
        line_id, batch, decided_at
    )
    SELECT id, subject_kind, subject_id, rule, cycle, episode, tier,
        coalesce(%(rules)s::jsonb -> rule, '{}'), trigger, outcome, line_id, %(batch)s, %(now)s
    FROM drafted
    ON CONFLICT DO NOTHING
    RETURNING id, rule, outcome
), planned AS (
    INSERT INTO wanhao_communications_communicationmessage (
        decision_id, rule, line_id, number, language, delivery_class, urgent, figures,
        text, state, worker, unanswered, error, planned_at, changed_at,
        release_at, waits, expires_at, holds_kind, holds_key
    )
    SELECT id, drafted.rule, line_id, number, language, values ->> 'delivery_class',
        values ->> 'urgency' = 'high', figures, '', 'planned', '', 0, '', %(now)s, %(now)s,
        %(now)s + merging.seconds * interval '1 second',
        CASE WHEN merging.seconds > 0 THEN 'merge' ELSE '' END,
        coalesce(
            to_timestamp((trigger ->> 'expires_at')::bigint),
            CASE WHEN trigger ->> 'holds' IS NULL
                THEN %(now)s + (values ->> 'valid_hours')::integer * interval '1 hour' END
        ),
        coalesce(trigger -> 'holds' ->> 0, ''), coalesce(trigger -> 'holds' ->> 1, '')
    FROM decided JOIN drafted USING (id)
        CROSS JOIN LATERAL (SELECT %(rules)s::jsonb -> drafted.rule) AS ruled(values)
        CROSS JOIN LATERAL (
            SELECT least((values ->> 'merge_seconds')::integer, %(merge_seconds)s)
        ) AS merging(seconds)
    WHERE drafted.outcome = 'told'
    ORDER BY place
), counted AS (
    INSERT INTO wanhao_communications_decisioncount AS so_far (rule, outcome, decisions)
    SELECT rule, outcome, count(*) FROM decided GROUP BY rule, outcome ORDER BY rule, outcome
    ON CONFLICT (rule, outcome)
        DO UPDATE SET decisions = so_far.decisions + excluded.decisions
)
SELECT count(*) FROM decided
"""


def record(drafts: Sequence[Draft], given: RulesInForce, batch: int, now: datetime) -> int:
    """Write those decisions that are new, each with its message; returns how many they were.

    Each keeps the values of its rule as they were given. Of two with the same subject, rule, cycle,
    episode and tier the first is written.
    """
    rules = json.dumps({rule.code: asdict(rule) for rule in given.rules})
    # In one order, so that two transactions wait for each other and never deadlock.
    rows = sorted((_row(place, draft) for place, draft in enumerate(drafts)), key=_key)
    new = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            some = json.dumps(rows[start : start + BATCH])
            values: dict[str, Any] = {"rules": rules, "drafts": some, "batch": batch, "now": now}
            cursor.execute(RECORD, values | {"merge_seconds": given.policy.merge_seconds})
            new += cursor.fetchone()[0]
    return new


def _key(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in KEY)


def _without_rule(trigger: Trigger) -> str:
    """What stands in the place of the rule, where none speaks of the trigger."""
    if trigger.threshold is None:
        return trigger.metric.value
    return f"{trigger.metric}:{trigger.threshold}"


def _row(place: int, draft: Draft) -> dict[str, Any]:
    """A draft as JSON; what only messages have is there when somebody is told."""
    trigger, rule, line, said = draft.trigger, draft.rule, draft.line, draft.said
    kind, subject = trigger.subject
    row = {
        "place": place,
        "subject_kind": kind.value,
        "subject_id": subject,
        "rule": rule.code if rule else _without_rule(trigger),
        "cycle": trigger.cycle,
        "episode": trigger.episode,
        "tier": trigger.tier,
        "trigger": {name: getattr(trigger, name) for name in TRIGGER},
        "outcome": draft.outcome.value,
    }
    if line is not None:
        row["line_id"] = line.line_id
        if said is not None:
            row["number"] = line.number
            row["language"] = line.language.value
            row["figures"] = {name: getattr(said, name) for name in FIGURES}
    return row
