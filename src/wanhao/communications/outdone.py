"""Reminders that still wait while another message has said more of the same since."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from wanhao.communications.contracts import DeliveryClass, MessageState, Metric, Reason
from wanhao.communications.merging import reached
from wanhao.communications.models import CommunicationMessage

Row = CommunicationMessage
Subject = tuple[str, int, int]
"""Kind of subject, subject, month."""
Said = tuple[Metric, tuple[int, int], datetime]
"""Of what, how far it went, and when it was decided."""

# On its way or said: one that failed, or was withdrawn, told nobody.
ON_ITS_WAY = (
    MessageState.RELEASED,
    MessageState.SUBMITTING,
    MessageState.ACCEPTED,
    MessageState.DELIVERED,
    MessageState.UNKNOWN,
    MessageState.MERGED,
)
SAID = """
SELECT decision.subject_kind, decision.subject_id, decision.cycle, decision.trigger ->> 'metric',
    (decision.trigger ->> 'threshold')::integer, decision.tier, decision.decided_at
FROM unnest(%s::text[], %s::bigint[], %s::int[]) AS asked(kind, id, cycle)
JOIN wanhao_communications_reminderdecision AS decision
    ON decision.subject_kind = asked.kind AND decision.subject_id = asked.id
        AND decision.cycle = asked.cycle AND decision.outcome = 'told'
JOIN wanhao_communications_communicationmessage AS message
    ON message.decision_id = decision.id AND message.state = ANY(%s)
"""


def outdone(rows: Sequence[Row]) -> dict[int, Reason]:
    """Those of which more was said after they were decided, by their ids; the rows come with their
    decisions. What is required is said all the same; what was merged goes the way of its carrier.
    """
    asked = {row.pk: said for row in rows if (said := _comparable(row)) is not None}
    if not asked:
        return {}
    subjects = {row.pk: _subject(row) for row in rows if row.pk in asked}
    others = _said_of(set(subjects.values()))
    return {
        key: Reason.OUTDONE
        for key, said in asked.items()
        if any(_says_more(other, said) for other in others[subjects[key]])
    }


def _comparable(row: Row) -> Said | None:
    required = row.delivery_class == DeliveryClass.REQUIRED.value
    if row.decision is None or required or row.state == MessageState.MERGED.value:
        return None
    metric = Metric(row.decision.trigger["metric"])
    far = reached(metric, row.decision.trigger["threshold"], row.decision.tier)
    return None if far is None else (metric, far, row.decision.decided_at)


def _subject(row: Row) -> Subject:
    assert row.decision is not None
    return row.decision.subject_kind, row.decision.subject_id, row.decision.cycle


def _said_of(subjects: set[Subject]) -> dict[Subject, list[Said]]:
    columns = [list(column) for column in zip(*subjects, strict=True)]
    found: dict[Subject, list[Said]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(SAID, [*columns, [state.value for state in ON_ITS_WAY]])
        for kind, subject, cycle, name, threshold, tier, decided_at in cursor.fetchall():
            metric = Metric(name)
            far = reached(metric, threshold, tier)
            if far is not None:
                found[kind, subject, cycle].append((metric, far, decided_at))
    return found


def _says_more(other: Said, one: Said) -> bool:
    return other[0] is one[0] and other[1] > one[1] and other[2] >= one[2]
