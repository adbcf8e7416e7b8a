"""What one writes first with Django: the same looks at a message, one message at a time."""

from datetime import datetime

from django.db import transaction

from wanhao.communications.checks import reasons_against
from wanhao.communications.composing import composed
from wanhao.communications.contracts import Reason
from wanhao.communications.in_force import rules_at
from wanhao.communications.models import UNDECIDED, CommunicationMessage, MessagePart
from wanhao.communications.policy import decide
from wanhao.communications.quiet import day_start
from wanhao.communications.releasing import as_planned

Messages = CommunicationMessage.objects


def release(now: datetime, limit: int) -> int:
    """Look at `limit` messages and those to the same numbers; returns how many went on."""
    return sum(_release_next(now) for _ in range(limit))


def claim_and_accept(now: datetime, limit: int) -> int:
    """Take `limit` messages in hand and note each as accepted; returns how many were."""
    return sum(_claim_next(now) for _ in range(limit))


@transaction.atomic
def _release_next(now: datetime) -> int:
    due = Messages.filter(state="planned", release_at__lte=now).order_by("release_at")
    first = due.select_for_update(skip_locked=True).first()
    if first is None:
        return 0
    rows = {
        row.pk: row
        for row in Messages.filter(number=first.number, state="planned").select_related("decision")
    }
    given = rules_at(now)
    reasons: dict[int, Reason] = {}
    for row in rows.values():
        reasons |= reasons_against([row], given, now)
    told = Messages.filter(number=first.number, released_at__gte=day_start(now))
    sent = told.exclude(state__in=["withdrawn", "merged"]).exclude(rule__in=UNDECIDED).count()
    planned = [as_planned(row, given, reasons) for row in rows.values()]
    steps = decide(planned, sent, given.policy, now)
    for step in steps:
        row = rows[step.message_id]
        row.state, row.carrier_id, row.waits = step.to.value, step.carrier, step.waits.value
        row.release_at, row.changed_at = step.until or row.release_at, now
        row.released_at = now if row.state == "released" else None
        row.error = step.reason.value if step.reason else ""
        row.save()
    return len(steps)


@transaction.atomic
def _claim_next(now: datetime) -> int:
    released = Messages.filter(state="released").exclude(expires_at__lte=now)
    ordered = released.order_by("-delivery_class", "-urgent", "id").select_related("decision")
    row = ordered.select_for_update(skip_locked=True, of=("self",)).first()
    if row is None:
        return 0
    given = rules_at(now)
    merged = list(Messages.filter(carrier=row).select_related("decision"))
    left = [one for one in merged if not reasons_against([one], given, now)]
    if reasons_against([row], given, now):
        row.state, row.released_at = "withdrawn", None
        row.save()
        return 0
    row.text = composed(row, left, "【万号】", given, now)
    row.state, row.claimed_at, row.changed_at = "submitting", now, now
    row.save()
    row.state, row.accepted_at = "accepted", now
    row.save()
    MessagePart.objects.create(message=row, channel_message_id=f"peer-{row.pk}")
    return 1
