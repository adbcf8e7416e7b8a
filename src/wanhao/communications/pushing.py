"""Messages into the hands of the sender of pushes, and what became of them.

Comfort messages of a line that switched push on go there instead of by SMS. What no browser took
goes by SMS after all; so nobody is told twice, and nobody is told nothing. Required messages go by
SMS as always, and a copy of their very words is pushed besides, once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from wanhao.communications.accepting import accept
from wanhao.communications.claiming import claim
from wanhao.communications.contracts import Channel, MessageState
from wanhao.communications.live import announce
from wanhao.communications.models import CommunicationMessage, PushCopy
from wanhao.communications.moving import by_ids, locked, move
from wanhao.communications.push_contracts import CopyState, OutgoingPush, SubscriptionView
from wanhao.communications.push_subscriptions import browsers_of

PATIENCE = timedelta(minutes=5)
"""How long a comfort message waits for a push service that does not answer."""

COPY_FOR = timedelta(hours=1)
"""How long a copy of a required message waits for its SMS to be written, and for the service."""

TOLD = (
    MessageState.SUBMITTING.value,
    MessageState.ACCEPTED.value,
    MessageState.DELIVERED.value,
    MessageState.UNKNOWN.value,
)
Browsers = dict[int, tuple[SubscriptionView, ...]]


def claim_pushes(worker: str, limit: int, now: datetime, *, sign_off: str) -> list[OutgoingPush]:
    """Hand messages to one sender of pushes, with the browsers they go to; committed when it
    returns. What waited too long, or has no browser any more, goes by SMS."""
    with transaction.atomic(durable=True):
        _too_long(now)
        claimed = claim(worker, limit, now, sign_off=sign_off, channels=(Channel.PUSH,))
        rows = by_ids([one.message_id for one in claimed]).in_bulk()
        copies = _claim_copies(limit, now)
        everybody = [*rows.values(), *copies]
        browsers = browsers_of({row.line_id or 0 for row in everybody}, now)
        found = [_outgoing(rows[one.message_id], browsers, sign_off) for one in claimed]
        found += [_outgoing(row, browsers, sign_off, is_copy=True) for row in copies]
        for one in found:
            if not one.to:
                mark_not_pushed(one, "no browser any more", now)
    return [one for one in found if one.to]


@transaction.atomic
def mark_pushed(push: OutgoingPush, now: datetime) -> bool:
    """A push service took it; False when it was too late."""
    if push.is_copy:
        return _settle(push.message_id, CopyState.SENT, now)
    taken = bool(accept({push.message_id: ()}, now))
    return _told(taken, push.message_id)


@transaction.atomic
def mark_not_pushed(push: OutgoingPush, error: str, now: datetime) -> bool:
    """No browser took it, and none will: it goes by SMS; a copy is dropped, since its SMS goes its
    own way."""
    if push.is_copy:
        return _settle(push.message_id, CopyState.DROPPED, now, error)
    rows = CommunicationMessage.objects.filter(
        id=push.message_id,
        state=MessageState.SUBMITTING.value,
        channel=Channel.PUSH.value,
    )
    # No error is left on it: it is a message like any other that goes by SMS.
    back = move(rows, MessageState.RELEASED, now, channel=Channel.SMS.value, worker="")
    return _told(bool(back), push.message_id)


@transaction.atomic
def push_later(pushes: Sequence[OutgoingPush], now: datetime) -> None:
    """Nothing of these was taken; they wait for their turn again."""
    ids = [one.message_id for one in pushes if not one.is_copy]
    move(
        by_ids(ids).filter(state=MessageState.SUBMITTING.value),
        MessageState.RELEASED,
        now,
        worker="",
    )
    copies = [one.message_id for one in pushes if one.is_copy]
    PushCopy.objects.filter(message_id__in=copies, state=CopyState.SENDING.value).update(
        state=CopyState.WAITING.value
    )


def _too_long(now: datetime) -> None:
    """The push service was away for too long."""
    late = CommunicationMessage.objects.filter(
        state=MessageState.RELEASED.value,
        channel=Channel.PUSH.value,
        released_at__lte=now - PATIENCE,
    )
    ids = [row.pk for row in locked(late.order_by("id"))]
    if ids:
        by_ids(ids).update(channel=Channel.SMS.value, changed_at=now)
    old = PushCopy.objects.filter(state=CopyState.WAITING.value, made_at__lte=now - COPY_FOR)
    old.update(state=CopyState.DROPPED.value, settled_at=now, error="waited too long")


def _claim_copies(limit: int, now: datetime) -> list[CommunicationMessage]:
    """Messages whose SMS is written and under way, and whose copy waits."""
    waiting = PushCopy.objects.filter(
        state=CopyState.WAITING.value, message__state__in=TOLD
    ).exclude(message__expires_at__lte=now)
    taken = list(
        waiting.order_by("made_at")
        .select_for_update(skip_locked=True, of=("self",))
        .values_list("message_id", flat=True)[:limit]
    )
    PushCopy.objects.filter(message_id__in=taken).update(state=CopyState.SENDING.value)
    return list(by_ids(taken).order_by("id")) if taken else []


def _outgoing(
    row: CommunicationMessage, browsers: Browsers, sign_off: str, *, is_copy: bool = False
) -> OutgoingPush:
    return OutgoingPush(
        message_id=row.pk,
        text=row.text.removesuffix(sign_off),
        language=row.language,
        urgent=row.urgent,
        expires_at=row.expires_at,
        is_copy=is_copy,
        to=browsers.get(row.line_id or 0, ()),
    )


def _settle(message_id: int, to: CopyState, now: datetime, error: str = "") -> bool:
    rows = PushCopy.objects.filter(message_id=message_id, state=CopyState.SENDING.value)
    return bool(rows.update(state=to.value, settled_at=now, error=error[:200]))


def _told(moved: bool, message_id: int) -> bool:
    if moved:
        announce("message", message_id)
    return moved
