"""Reads of what was decided about somebody in a month, and what became of every message."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

from django.db.models import Q

from wanhao.communications.contracts import (
    Channel,
    DecisionOutcome,
    MessageState,
    ReceiptState,
    SubjectKind,
    Waits,
)
from wanhao.communications.deciding import live_opt_outs
from wanhao.communications.models import CommunicationMessage, MessagePart, ReminderDecision
from wanhao.communications.sending import shown_text
from wanhao.communications.trail_contracts import DecisionTrail, MessageTrail, PartTrail
from wanhao.parties.contracts import LineView

MOST = 200
"""Decisions of one line in one month that are told; a schedule that climbs may have many."""


def decisions_about(line: LineView, cycle: int) -> list[DecisionTrail]:
    """What was decided about the line, its group and its account in a month, the oldest first."""
    about = (
        Q(subject_kind=SubjectKind.LINE.value, subject_id=line.line_id)
        | Q(subject_kind=SubjectKind.GROUP.value, subject_id=line.group_id)
        | Q(subject_kind=SubjectKind.ACCOUNT.value, subject_id=line.account_id)
    )
    newest = ReminderDecision.objects.filter(about, cycle=cycle).order_by("-id")[:MOST]
    decisions = list(newest)[::-1]
    rows = CommunicationMessage.objects.filter(decision_id__in=[row.pk for row in decisions])
    messages = {trail.message_id: trail for trail in message_trails(list(rows))}
    by_decision = {row.decision_id: messages[row.pk] for row in rows}
    return [_decision(row, by_decision.get(row.pk)) for row in decisions]


def opted_out(line_id: int) -> frozenset[str]:
    """The rules whose messages a line does not want now."""
    return frozenset(rule for _, rule in live_opt_outs([line_id]))


def message_trails(rows: Sequence[CommunicationMessage]) -> list[MessageTrail]:
    """These messages with their parts and what was merged into them."""
    ids = [row.pk for row in rows]
    parts, carried = _parts(ids), _carried(ids)
    return [_message(row, parts[row.pk], carried[row.pk]) for row in rows]


def _parts(ids: Collection[int]) -> Mapping[int, list[PartTrail]]:
    found: dict[int, list[PartTrail]] = defaultdict(list)
    for part in MessagePart.objects.filter(message_id__in=ids).order_by("id"):
        found[part.message_id].append(
            PartTrail(
                channel_message_id=part.channel_message_id,
                state=ReceiptState(part.state),
                error=part.error,
                settled_at=part.settled_at,
            )
        )
    return found


def _carried(ids: Collection[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    rows = CommunicationMessage.objects.filter(carrier_id__in=ids).order_by("id")
    for carrier, rule in rows.values_list("carrier_id", "rule"):
        found[carrier or 0].append(rule)
    return found


def _message(
    row: CommunicationMessage, parts: Sequence[PartTrail], carried: Sequence[str]
) -> MessageTrail:
    times = ("planned", "released", "claimed", "accepted", "delivered", "changed")
    return MessageTrail(
        message_id=row.pk,
        number=row.number,
        text=shown_text(row),
        state=MessageState(row.state),
        waits=Waits(row.waits),
        error=row.error,
        channel=Channel(row.channel),
        release_at=row.release_at,
        expires_at=row.expires_at,
        merged_into=row.carrier_id,
        carries=tuple(carried),
        parts=tuple(parts),
        **{f"{name}_at": getattr(row, f"{name}_at") for name in times},
    )


def _decision(row: ReminderDecision, message: MessageTrail | None) -> DecisionTrail:
    return DecisionTrail(
        decision_id=row.pk,
        rule=row.rule,
        subject_kind=SubjectKind(row.subject_kind),
        subject_id=row.subject_id,
        tier=row.tier,
        episode=row.episode,
        outcome=DecisionOutcome(row.outcome),
        rule_values=row.rule_values,
        trigger=row.trigger,
        line_id=row.line_id,
        batch=row.batch,
        decided_at=row.decided_at,
        message=message,
    )
