"""Writes of reminders and messages. A move that comes too late changes nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from wanhao.communications import paid_up, taking_back
from wanhao.communications.accepting import accept
from wanhao.communications.claiming import claim
from wanhao.communications.contracts import (
    Channel,
    MessageState,
    Metric,
    OutgoingMessage,
    Reason,
    Receipt,
    Saying,
    Trigger,
)
from wanhao.communications.deciding import draft
from wanhao.communications.holding import let_go_untold
from wanhao.communications.in_force import rules_at
from wanhao.communications.inbox import read
from wanhao.communications.live import announce
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.moving import by_ids, move
from wanhao.communications.optouts import carry_over, set_all_opt_outs, set_opt_out
from wanhao.communications.planning import plan, plan_replies
from wanhao.communications.receiving import RECEIPT_WINDOW, record_many
from wanhao.communications.recording import record
from wanhao.communications.releasing import release_some, withdraw_old
from wanhao.communications.second_channel import (
    OutgoingMail,
    accept_mail,
    claim_for_mail,
    offer,
    refuse_mail,
)
from wanhao.communications.sending import give_up

# Switching reminders off and on has a file of its own; the room's writes are all known from here.
__all__ = ["carry_over", "set_all_opt_outs", "set_opt_out"]

SIGN_OFF = "【万号】"
UNKNOWN_FOR_GOOD = "unknown for good"


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
    let_go_untold(triggers, now)
    if new:
        announce("reminder", batch)
    return new


@transaction.atomic
def release_due(now: datetime, limit: int = 500) -> int:
    """Look at the planned messages of up to `limit` numbers; returns how many went on or wait anew.

    Each is looked at once more: withdrawn is what was switched off since, is not true any more, or
    grew too old. The contact policy says which of the others go out now, and as one text.
    """
    moved = release_some(now, limit) + withdraw_old(now, limit)
    if moved:
        announce("message", 0)
    return moved


@transaction.atomic
def withdraw_paid(account_ids: Collection[int], now: datetime) -> int:
    """Withdraw what accounts were to be told of their money and is not true any more; how many.

    Belongs into the transaction that moved the money; what the messages held does not happen.
    """
    withdrawn = paid_up.withdraw(account_ids, now)
    if withdrawn:
        announce("message", 0)
    return withdrawn


@transaction.atomic
def withdraw_episodes(
    metric: Metric, episodes: Collection[int], reason: Reason, now: datetime
) -> int:
    """Withdraw what was not sent yet of these episodes of a metric, as it is over; how many."""
    withdrawn = taking_back.withdraw_episodes(metric, episodes, reason, now)
    if withdrawn:
        announce("message", 0)
    return withdrawn


def claim_for_sending(
    worker: str, limit: int, now: datetime, *, sign_off: str = SIGN_OFF
) -> list[OutgoingMessage]:
    """Hand released messages to one sender, required ones first; committed when it returns.

    Two senders never get the same message. `worker` names the sender across its restarts.
    """
    with transaction.atomic(durable=True):
        by_sms = (Channel.SMS, Channel.ANY)
        messages = claim(worker, limit, now, sign_off=sign_off, channels=by_sms)
        if messages:
            announce("message", messages[-1].message_id)
    return messages


def mark_accepted(message_id: int, channel_message_ids: Sequence[str], now: datetime) -> bool:
    """The network took the message, in parts with these ids; False when it was too late."""
    return mark_accepted_many({message_id: channel_message_ids}, now) == 1


@transaction.atomic
def mark_accepted_many(taken: Mapping[int, Sequence[str]], now: datetime) -> int:
    """The network took these messages, each in parts with its ids; returns for how many in time.

    What waited until somebody was told is let go.
    """
    moved = accept(taken, now)
    if moved:
        announce("message", moved[-1])
    return len(moved)


@transaction.atomic
def mark_failed(message_id: int, error: str, now: datetime) -> bool:
    """The network refused the message for good; False when it was not being submitted."""
    moved = move(_in_hand(message_id), MessageState.FAILED, now, error=error[:200])
    return _told(moved, message_id)


def put_back(message_id: int, now: datetime) -> bool:
    """The network was too busy to look at the message; it waits for its turn again."""
    return put_back_many([message_id], now) == 1


@transaction.atomic
def put_back_many(message_ids: Sequence[int], now: datetime) -> int:
    """Nothing of these messages was taken; they wait for their turn again."""
    locked_ids = (
        _submitting().filter(id__in=message_ids).order_by("id").select_for_update(of=("self",))
    )
    moved = move(by_ids([row.pk for row in locked_ids]), MessageState.RELEASED, now, worker="")
    if moved:
        announce("message", message_ids[-1])
    return moved


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


def record_receipt(receipt: Receipt) -> bool:
    """Note what became of a part; False when no message fits.

    When all parts arrived the message is delivered. Receipts may come twice, hours late, or before
    the answer to their submit.
    """
    return record_receipts([receipt])[0]


def record_receipts(receipts: Sequence[Receipt]) -> list[bool]:
    """Note what became of many parts; False for each receipt that fits no message."""
    placed = record_many(receipts)
    if told := [message_id for message_id in placed if message_id]:
        announce("message", told[-1])
    return [message_id is not None for message_id in placed]


@transaction.atomic
def plan_message(number: int, rule: str, text: str, now: datetime) -> int:
    """Plan a "test", a "reply" to what a customer wrote, or a "secret" (a password or a code, whose
    words are forgotten once it is sent and shown nowhere), in these words; returns its id.

    It is sent at any hour and counts for no daily number. WanhaoError when it cannot be sent.
    """
    message_id = plan(number, rule, text, now)
    announce("message", message_id)
    return message_id


def plan_messages(sayings: Sequence[Saying], now: datetime) -> list[int]:
    """Answer many customers at once; returns the ids in the same order.

    The answers are released already: they go out at any hour and count for no daily number.
    WanhaoError when one of them cannot be sent; then none is.
    """
    if not sayings:
        return []
    ids = plan_replies(sayings, now)
    announce("message", ids[-1])
    return ids


@transaction.atomic
def offer_second_channel(
    now: datetime, limit: int = 500, *, mail: bool, sign_off: str = SIGN_OFF
) -> int:
    """Required messages SMS did not carry go into the app's inbox, or wait for mail; how many.

    `mail`: there is a mail server. Each is offered once.
    """
    offered = offer(now, limit, mail=mail, sign_off=sign_off)
    if offered:
        announce("message", 0)
    return offered


def claim_mail(
    worker: str, limit: int, now: datetime, *, sign_off: str = SIGN_OFF
) -> list[OutgoingMail]:
    """Hand released messages to one sender of mail; committed when it returns."""
    with transaction.atomic(durable=True):
        messages = claim_for_mail(worker, limit, now, sign_off=sign_off)
        if messages:
            announce("message", messages[-1].message_id)
    return messages


@transaction.atomic
def mark_mail_accepted(message_id: int, now: datetime) -> bool:
    """The mail server took the message; False when it was too late."""
    return _told(accept_mail(message_id, now), message_id)


@transaction.atomic
def mark_mail_refused(message_id: int, error: str, now: datetime) -> bool:
    """The mail server refused it for good; SMS may still carry it if it did not refuse it, too."""
    return _told(refuse_mail(message_id, error, now), message_id)


@transaction.atomic
def mark_read(line_id: int, item_id: int, now: datetime) -> bool:
    """The customer read it in the inbox of the app; False when it was read before."""
    return _told(read(line_id, item_id, now), 0)


@transaction.atomic
def report_unknown(now: datetime, limit: int = 5_000) -> int:
    """Messages whose receipt can hardly come any more are unknown for good; returns how many."""
    late = CommunicationMessage.objects.filter(
        state=MessageState.UNKNOWN.value, error="", claimed_at__lt=now - RECEIPT_WINDOW
    )
    ids = list(late.order_by("claimed_at").values_list("id", flat=True)[:limit])
    return by_ids(ids).filter(state=MessageState.UNKNOWN.value).update(error=UNKNOWN_FOR_GOOD)


def _submitting() -> QuerySet[CommunicationMessage]:
    return CommunicationMessage.objects.filter(state=MessageState.SUBMITTING.value)


def _in_hand(message_id: int) -> QuerySet[CommunicationMessage]:
    return _submitting().filter(id=message_id)


def _told(moved: int, message_id: int) -> bool:
    if moved:
        announce("message", message_id)
    return moved > 0
