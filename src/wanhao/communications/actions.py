"""Writes of reminders and messages. A move that comes too late changes nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from wanhao.communications.contracts import MessageState, OutgoingMessage, Receipt, Trigger
from wanhao.communications.deciding import draft, live_opt_outs
from wanhao.communications.in_force import rules_at
from wanhao.communications.live import announce
from wanhao.communications.models import CommunicationMessage, MessagePart, OptOut
from wanhao.communications.moving import by_ids, locked, move
from wanhao.communications.receiving import apply_held, place
from wanhao.communications.recording import record
from wanhao.communications.rules import known_rules
from wanhao.communications.sending import give_up, hand_over
from wanhao.communications.states import may_come_from
from wanhao.values.errors import WanhaoError

SIGN_OFF = "【万号】"
TOO_OLD = timedelta(hours=24)


@transaction.atomic
def decide_reminders(triggers: Sequence[Trigger], *, batch: int, now: datetime) -> int:
    """Decide about thresholds that were crossed and plan the messages; returns the new decisions.

    Joins the caller's transaction. A threshold decided before, in the same cycle and episode, is
    left alone, so the same triggers may come again.
    """
    if not triggers:
        return 0
    rules = rules_at(now)
    new = record(draft(triggers, rules, now), rules, batch, now)
    if new:
        announce("reminder", batch)
    return new


@transaction.atomic
def release_due(now: datetime, limit: int = 500) -> int:
    """Check planned messages once more and release them; returns how many were looked at.

    Withdrawn is what the customer switched off since, and whatever nobody took in hand within 24
    hours of its decision, because it would no longer be true.
    """
    waiting = CommunicationMessage.objects.filter(
        Q(state=MessageState.PLANNED.value)
        | Q(state=MessageState.RELEASED.value, planned_at__lt=now - TOO_OLD)
    )
    rows = locked(waiting.order_by("planned_at", "id"), limit)
    if not rows:
        return 0
    unwanted = _switched_off(rows)
    stale = {row.pk for row in rows if row.planned_at < now - TOO_OLD}
    move(by_ids(list(unwanted)), MessageState.WITHDRAWN, now, error="switched off")
    move(by_ids(list(stale - unwanted)), MessageState.WITHDRAWN, now, error="too old")
    good = [row.pk for row in rows if row.pk not in unwanted | stale]
    move(by_ids(good), MessageState.RELEASED, now)
    announce("message", rows[-1].pk)
    return len(rows)


def _switched_off(rows: Sequence[CommunicationMessage]) -> set[int]:
    switchable = {rule.code for rule in known_rules() if rule.switchable}
    opted_out = live_opt_outs([row.line_id for row in rows])
    return {
        row.pk for row in rows if row.rule in switchable and (row.line_id, row.rule) in opted_out
    }


def claim_for_sending(
    worker: str, limit: int, now: datetime, *, sign_off: str = SIGN_OFF
) -> list[OutgoingMessage]:
    """Hand released messages to one sender, urgent ones first; committed when it returns.

    Two senders never get the same message. `worker` names the sender across its restarts.
    """
    with transaction.atomic(durable=True):
        released = CommunicationMessage.objects.filter(
            state=MessageState.RELEASED.value, planned_at__gte=now - TOO_OLD
        )
        rows = locked(released.order_by("-urgent", "id"), limit)
        if not rows:
            return []
        sources = [state.value for state in may_come_from(MessageState.SUBMITTING)]
        messages = hand_over(rows, worker, now, sign_off=sign_off, released=sources)
        announce("message", rows[-1].pk)
    return messages


@transaction.atomic
def mark_accepted(message_id: int, channel_message_ids: Sequence[str], now: datetime) -> bool:
    """The network took the message, in parts with these ids; False when it was too late."""
    if not move(by_ids([message_id]), MessageState.ACCEPTED, now, accepted_at=now):
        return False
    MessagePart.objects.bulk_create(
        [MessagePart(message_id=message_id, channel_message_id=key) for key in channel_message_ids]
    )
    apply_held(CommunicationMessage.objects.get(id=message_id), channel_message_ids)
    announce("message", message_id)
    return True


@transaction.atomic
def mark_failed(message_id: int, error: str, now: datetime) -> bool:
    """The network refused the message for good; False when it was not being submitted."""
    moved = move(_in_hand(message_id), MessageState.FAILED, now, error=error[:200])
    return _told(moved, message_id)


@transaction.atomic
def put_back(message_id: int, now: datetime) -> bool:
    """The network was too busy to look at the message; it waits for its turn again."""
    return _told(move(_in_hand(message_id), MessageState.RELEASED, now, worker=""), message_id)


@transaction.atomic
def mark_unknown(message_id: int, now: datetime) -> bool:
    """The message was sent and nobody answered: comfort stays unknown, required is repeated."""
    rows = list(_in_hand(message_id).select_for_update(of=("self",)))
    return _told(give_up(rows, now), message_id)


@transaction.atomic
def settle_interrupted(worker: str, now: datetime) -> int:
    """What a sender had in hand when it died counts as unanswered; returns how many."""
    rows = _submitting().filter(worker=worker).order_by("id").select_for_update(of=("self",))
    settled = give_up(list(rows), now)
    if settled:
        announce("message", 0)
    return settled


@transaction.atomic
def record_receipt(receipt: Receipt) -> bool:
    """Note what became of a part; False when no message fits.

    When all parts arrived the message is delivered. Receipts may come twice, hours late, or before
    the answer to their submit.
    """
    message_id = place(receipt)
    if message_id:
        announce("message", message_id)
    return message_id is not None


@transaction.atomic
def set_opt_out(line_id: int, rule: str, opted_out: bool, now: datetime) -> None:
    """Switch a rule's messages off or on for a line; WanhaoError when the rule must stay on."""
    if rule not in {known.code for known in known_rules() if known.switchable}:
        raise WanhaoError(
            f"'{rule}' is no reminder that can be switched off.",
            "Choose one that reminder_rules.toml calls switchable.",
        )
    if opted_out:
        OptOut.objects.bulk_create(
            [OptOut(line_id=line_id, rule=rule, since=now)], ignore_conflicts=True
        )
    else:
        OptOut.objects.filter(line_id=line_id, rule=rule, until__isnull=True).update(until=now)


def _submitting() -> QuerySet[CommunicationMessage]:
    return CommunicationMessage.objects.filter(state=MessageState.SUBMITTING.value)


def _in_hand(message_id: int) -> QuerySet[CommunicationMessage]:
    return _submitting().filter(id=message_id)


def _told(moved: int, message_id: int) -> bool:
    if moved:
        announce("message", message_id)
    return moved > 0
