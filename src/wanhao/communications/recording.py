"""Writes what was decided: decisions, messages and counts, all of them with one statement."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from django.db import connection

from wanhao.communications.contracts import ReminderRule, Trigger
from wanhao.communications.deciding import Draft
from wanhao.communications.in_force import RulesInForce
from wanhao.communications.words import Figures

BATCH = 5_000
# A message that holds a promise back does not grow old, unless its trigger says when.
# Drafts come as columns, each a text with a line for every draft, which is read faster than JSON.
# Ids are drawn before, so that they tell which decisions are new.
RECORD = """
WITH drafted AS MATERIALIZED (
    SELECT nextval('wanhao_communications_reminderdecision_id_seq') AS id,
        place, subject_kind, subject_id, rule, cycle, episode, tier, trigger::jsonb AS trigger,
        outcome, line_id, number, language, figures
    FROM unnest(
        string_to_array(%(place)s, E'\\n')::integer[],
        string_to_array(%(subject_kind)s, E'\\n'),
        string_to_array(%(subject_id)s, E'\\n')::bigint[],
        string_to_array(%(rule)s, E'\\n'),
        string_to_array(%(cycle)s, E'\\n')::integer[],
        string_to_array(%(episode)s, E'\\n')::bigint[],
        string_to_array(%(tier)s, E'\\n')::integer[],
        string_to_array(%(trigger)s, E'\\n'),
        string_to_array(%(outcome)s, E'\\n'),
        string_to_array(%(line_id)s, E'\\n', '')::bigint[],
        string_to_array(%(number)s, E'\\n', '')::bigint[],
        string_to_array(%(language)s, E'\\n'),
        string_to_array(%(figures)s, E'\\n')
    ) AS draft(
        place, subject_kind, subject_id, rule, cycle, episode, tier, trigger, outcome, line_id,
        number, language, figures
    )
), ruled AS MATERIALIZED (
    SELECT key AS rule, value AS rule_values, value ->> 'delivery_class' AS delivery_class,
        value ->> 'urgency' = 'high' AS urgent,
        least((value ->> 'merge_seconds')::integer, %(merge_seconds)s) AS merging,
        %(now)s + (value ->> 'valid_hours')::integer * interval '1 hour' AS expires_at
    FROM jsonb_each(%(rules)s::jsonb)
), decided AS (
    INSERT INTO wanhao_communications_reminderdecision (
        id, subject_kind, subject_id, rule, cycle, episode, tier, rule_values, trigger, outcome,
        line_id, batch, decided_at
    )
    SELECT id, subject_kind, subject_id, drafted.rule, cycle, episode, tier,
        coalesce(rule_values, '{}'), trigger, outcome, line_id, %(batch)s, %(now)s
    FROM drafted LEFT JOIN ruled USING (rule)
    ORDER BY id
    ON CONFLICT (subject_kind, subject_id, rule, cycle, episode, tier) DO NOTHING
    RETURNING id, rule, outcome
), planned AS (
    INSERT INTO wanhao_communications_communicationmessage (
        decision_id, rule, line_id, number, language, delivery_class, urgent, figures,
        text, state, worker, unanswered, error, planned_at, changed_at,
        release_at, waits, expires_at, holds_kind, holds_key
    )
    SELECT id, drafted.rule, line_id, number, language, delivery_class,
        urgent, figures::jsonb, '', 'planned', '', 0, '', %(now)s, %(now)s,
        %(now)s + merging * interval '1 second',
        CASE WHEN merging > 0 THEN 'merge' ELSE '' END,
        coalesce(
            to_timestamp((trigger ->> 'expires_at')::bigint),
            CASE WHEN trigger ->> 'holds' IS NULL THEN ruled.expires_at END
        ),
        coalesce(trigger -> 'holds' ->> 0, ''), coalesce(trigger -> 'holds' ->> 1, '')
    FROM decided JOIN drafted USING (id) LEFT JOIN ruled ON ruled.rule = drafted.rule
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
COLUMNS = (
    *("subject_kind", "subject_id", "rule", "cycle", "episode", "tier"),
    *("place", "trigger", "outcome", "line_id", "number", "language", "figures"),
)
"""The first six are the key of a decision."""


def record(drafts: Sequence[Draft], given: RulesInForce, batch: int, now: datetime) -> int:
    """Write those decisions that are new, each with its message; returns how many they were.

    Each keeps the values of its rule as they were given. Of two with the same subject, rule, cycle,
    episode and tier the first is written.
    """
    values: dict[str, Any] = {
        "rules": _rules_text(given.rules),
        "merge_seconds": given.policy.merge_seconds,
        "batch": batch,
        "now": now,
    }
    # In one order, so that two transactions wait for each other and never deadlock.
    rows = sorted(_row(place, draft) for place, draft in enumerate(drafts))
    new = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), BATCH):
            columns = zip(*rows[start : start + BATCH], strict=True)
            texts = ("\n".join(map(str, column)) for column in columns)
            cursor.execute(RECORD, values | dict(zip(COLUMNS, texts, strict=True)))
            new += cursor.fetchone()[0]
    return new


@lru_cache(maxsize=4)
def _rules_text(rules: tuple[ReminderRule, ...]) -> str:
    return json.dumps({rule.code: asdict(rule) for rule in rules})


def _without_rule(trigger: Trigger) -> str:
    """What stands in the place of the rule, where none speaks of the trigger."""
    if trigger.threshold is None:
        return trigger.metric.value
    return f"{trigger.metric}:{trigger.threshold}"


def _row(place: int, draft: Draft) -> tuple[Any, ...]:
    """A draft as `COLUMNS`; what only messages have is empty where nobody is told."""
    trigger, rule, line, said = draft.trigger, draft.rule, draft.line, draft.said
    kind, subject = trigger.subject
    number: int | str = ""
    language = figures = ""
    if line is not None and said is not None:
        number, language, figures = line.number, line.language.value, FIGURES.text(said)
    return (
        kind.value,
        subject,
        rule.code if rule else _without_rule(trigger),
        trigger.cycle,
        trigger.episode,
        trigger.tier,
        place,
        TRIGGER.text(trigger),
        draft.outcome.value,
        "" if line is None else line.line_id,
        number,
        language,
        figures,
    )


class _Json:
    """Objects of one class as JSON without line ends; most of their values are whole numbers."""

    def __init__(self, names: Iterable[str]) -> None:
        names = tuple(names)
        self._values = attrgetter(*names)
        self._text = "{" + ", ".join(f'"{name}": %s' for name in names) + "}"

    def text(self, one: object) -> str:
        """The object as JSON."""
        values = [
            value if type(value) is int else "null" if value is None else _value_text(value)
            for value in self._values(one)
        ]
        return self._text % tuple(values)


def _value_text(value: object) -> str:
    if isinstance(value, str):
        return _word_text(value)
    return "{}" if value == {} else json.dumps(value)


@lru_cache(maxsize=1_000)
def _word_text(word: str) -> str:
    return json.dumps(word)


TRIGGER = _Json(field.name for field in fields(Trigger))
FIGURES = _Json(field.name for field in fields(Figures))
