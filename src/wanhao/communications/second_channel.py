"""A second way for required messages: the inbox of the app, or mail.

What the SMS centre refused, never answered for or did not take in time goes where the customer can
be reached besides. Nobody is told twice: a message is accepted by whoever takes it first, except
that one that was sent and never answered for may have arrived.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from wanhao.communications.accepting import accept
from wanhao.communications.claiming import claim, hand_out
from wanhao.communications.contracts import (
    Channel,
    DeliveryClass,
    MessageState,
    SecondChannel,
)
from wanhao.communications.in_force import rules_at
from wanhao.communications.models import CommunicationMessage, InboxItem
from wanhao.communications.moving import by_ids, locked, move
from wanhao.parties.contracts import MediumKind
from wanhao.parties.queries import media_of_lines

APP_WORKER = "app"
LONG_AGO = timedelta(days=3)
Row = CommunicationMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """A required message claimed for mail; `text` ends with the sign-off."""

    message_id: int
    address: str
    text: str
    language: str


def offer(now: datetime, limit: int, *, mail: bool, sign_off: str) -> int:
    """Offer a second channel for required messages that need one; returns for how many.

    `mail`: there is a mail server. One whose customer has nothing else is not looked at again.
    """
    rows = locked(_in_need(now), limit)
    media = media_of_lines([row.line_id or 0 for row in rows])
    by_app, by_mail, stuck = [], [], []
    for row in rows:
        kinds = {medium.kind for medium in media.get(row.line_id or 0, ())}
        if _too_late(row, now):
            stuck.append(row)
        elif MediumKind.APP in kinds:
            by_app.append(row)
        elif mail and MediumKind.EMAIL in kinds:
            by_mail.append(row)
        else:
            stuck.append(row)
    by_ids([row.pk for row in stuck]).update(second=SecondChannel.NONE.value)
    _offer_mail(by_mail, now)
    _put_into_inbox(by_app, now, sign_off)
    return len(rows)


def claim_for_mail(worker: str, limit: int, now: datetime, *, sign_off: str) -> list[OutgoingMail]:
    """Messages for the mail server, in one sender's hands; within a transaction of the caller."""
    by_mail = (Channel.EMAIL, Channel.ANY)
    claimed = claim(worker, limit, now, sign_off=sign_off, channels=by_mail)
    rows = by_ids([message.message_id for message in claimed]).in_bulk()
    media = media_of_lines([row.line_id or 0 for row in rows.values()])
    found = []
    for message in claimed:
        row = rows[message.message_id]
        address = next(
            (one.value for one in media.get(row.line_id or 0, ()) if one.kind is MediumKind.EMAIL),
            None,
        )
        if address is None:
            refuse_mail(message.message_id, "no address any more", now)
            continue
        found.append(
            OutgoingMail(
                message_id=row.pk, address=address, text=message.text, language=row.language
            )
        )
    return found


def accept_mail(message_id: int, now: datetime) -> bool:
    """The mail server took it; False when it was too late."""
    if not accept({message_id: ()}, now):
        return False
    by_ids([message_id]).update(channel=Channel.EMAIL.value, second=SecondChannel.EMAIL.value)
    return True


def refuse_mail(message_id: int, error: str, now: datetime) -> bool:
    """The mail server refused it for good; one that SMS may still carry waits for SMS again."""
    rows = Row.objects.filter(id=message_id, state=MessageState.SUBMITTING.value)
    kept = {"second": SecondChannel.EMAIL.value, "error": error[:200]}
    back = move(
        rows.filter(channel=Channel.ANY.value),
        MessageState.RELEASED,
        now,
        worker="",
        channel=Channel.SMS.value,
        **kept,
    )
    return bool(back or move(rows, MessageState.FAILED, now, **kept))


def _in_need(now: datetime) -> QuerySet[Row]:
    """Refused, never answered for, or released long enough ago; each is offered once."""
    minutes = timedelta(minutes=rules_at(now).policy.second_channel_minutes)
    over = [MessageState.FAILED.value, MessageState.UNKNOWN.value]
    waits = Q(
        state=MessageState.RELEASED.value,
        channel=Channel.SMS.value,
        released_at__lte=now - minutes,
    )
    required = Row.objects.filter(
        delivery_class=DeliveryClass.REQUIRED.value, second=SecondChannel.NOT_YET.value
    )
    return required.filter(Q(state__in=over) | waits).order_by("changed_at")


def _too_late(row: Row, now: datetime) -> bool:
    """What it says is not true any more, or it is of long ago and holds nothing back."""
    expired = row.expires_at is not None and row.expires_at <= now
    return expired or (not row.holds_kind and row.planned_at < now - LONG_AGO)


def _offer_mail(rows: Sequence[Row], now: datetime) -> None:
    """Whoever comes first may carry what SMS may still take; the rest is for mail alone."""
    released = [row.pk for row in rows if row.state == MessageState.RELEASED.value]
    by_ids(released).update(channel=Channel.ANY.value)
    others = [row.pk for row in rows if row.state != MessageState.RELEASED.value]
    move(
        by_ids(others),
        MessageState.PLANNED,
        now,
        channel=Channel.EMAIL.value,
        second=SecondChannel.EMAIL.value,
        release_at=now,
        waits="",
    )


def _put_into_inbox(rows: Sequence[Row], now: datetime, sign_off: str) -> None:
    """Stored is accepted; what is not true any more is not stored."""
    ids = [row.pk for row in rows]
    by_ids(ids).update(second=SecondChannel.APP.value)
    failed = [row.pk for row in rows if row.state != MessageState.RELEASED.value]
    move(by_ids(failed), MessageState.PLANNED, now, release_at=now, waits="")
    move(by_ids(failed), MessageState.RELEASED, now, released_at=Coalesce(F("released_at"), now))
    fresh = list(by_ids(ids).select_related("decision").order_by("id"))
    stored = hand_out(fresh, APP_WORKER, now, sign_off=sign_off, wakes=False)
    lines = {row.pk: row.line_id or 0 for row in fresh}
    InboxItem.objects.bulk_create(
        InboxItem(
            message_id=one.message_id, line_id=lines[one.message_id], text=one.text, stored_at=now
        )
        for one in stored
    )
    taken = accept({one.message_id: () for one in stored}, now)
    by_ids(taken).update(channel=Channel.APP.value)
