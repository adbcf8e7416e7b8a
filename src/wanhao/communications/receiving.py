"""Finds the message a delivery receipt belongs to, and says when all its parts arrived."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from wanhao.communications.contracts import Channel, MessageState, Receipt, ReceiptState
from wanhao.communications.holding import release_held
from wanhao.communications.models import CommunicationMessage, HeldReceipt, MessagePart
from wanhao.communications.moving import by_ids, move, one_of
from wanhao.communications.settling import settle_known

RECEIPT_WINDOW = timedelta(days=3)
FINAL = (ReceiptState.DELIVERED, ReceiptState.FAILED)


def record_many(receipts: Sequence[Receipt]) -> list[int | None]:
    """Give receipts to their messages: many at once where the id is known and not settled yet.

    The others one by one, each in a transaction of its own, so that none waits for two numbers.
    """
    with transaction.atomic():
        placed = settle_known(receipts)
    for number, receipt in enumerate(receipts):
        if number not in placed:
            with transaction.atomic():
                placed[number] = place(receipt)
    return [placed[number] for number in range(len(receipts))]


def place(receipt: Receipt) -> int | None:
    """Give a receipt to its message; returns the message's id, 0 when held, None when strange.

    A receipt may overtake the answer to its submit: while a message to its number is being
    submitted, a receipt with an id nobody knows yet is held (`apply_held` finds it).
    """
    in_hand = _locked_in_hand(receipt.number)
    part = _part(receipt)
    if part is not None and (part.settled_at is None or not in_hand):
        return _settle(part, receipt)
    if in_hand and receipt.channel_message_id:
        _hold(receipt, receipt.channel_message_id)
        return 0
    return _settle_without_id(receipt)


def apply_held(numbers: set[int], channel_message_ids: Sequence[str]) -> None:
    """After submits were answered: settle the parts whose receipts came first."""
    answered = set(channel_message_ids)
    for row in HeldReceipt.objects.filter(number__in=one_of(numbers)).order_by("id"):
        if answered.isdisjoint(row.spellings):
            continue
        receipt = _receipt(row)
        part = _part(receipt)
        if part is not None:
            _settle(part, receipt)
            row.delete()


def apply_held_to_unknown(numbers: set[int]) -> None:
    """After submits were given up: their receipts may be here already.

    A receipt of another message that was settled before says nothing about this one.
    """
    for row in HeldReceipt.objects.filter(number__in=numbers).order_by("id"):
        receipt = _receipt(row)
        if _locked_in_hand(row.number):
            continue
        if _part(receipt) is None:
            _settle_without_id(receipt)
        row.delete()


def _locked_in_hand(number: int) -> bool:
    """Whether a message to the number is being submitted; waits for a move under way."""
    rows = CommunicationMessage.objects.filter(
        number=number, state=MessageState.SUBMITTING.value
    ).order_by("id")
    return bool(list(rows.select_for_update(of=("self",)).values_list("id", flat=True)))


def _part(receipt: Receipt) -> MessagePart | None:
    """The newest part of that id to that number; networks use their ids again after a while."""
    for spelling in receipt.ids:
        rows = MessagePart.objects.filter(
            channel_message_id=spelling, message__number=receipt.number
        )
        if part := rows.order_by("-id").first():
            return part
    return None


def _settle(part: MessagePart, receipt: Receipt) -> int:
    """A part is settled once; a later receipt for it changes nothing."""
    message_id = part.message_id
    # Receipts of two parts at once must see each other: the message's row is their lock.
    list(by_ids([message_id]).select_for_update().values_list("id"))
    if receipt.state in FINAL:
        still_open = MessagePart.objects.filter(id=part.pk, settled_at__isnull=True)
        if still_open.update(
            state=receipt.state.value, error=receipt.error[:200], settled_at=receipt.received_at
        ):
            _conclude(message_id, receipt.received_at)
    return message_id


def _conclude(message_id: int, now: datetime) -> None:
    parts = list(MessagePart.objects.filter(message_id=message_id).values_list("state", "error"))
    states = {state for state, _ in parts}
    if ReceiptState.PENDING.value in states:
        return
    if ReceiptState.FAILED.value in states:
        error = next(text for state, text in parts if state == ReceiptState.FAILED.value)
        move(by_ids([message_id]), MessageState.FAILED, now, error=error)
    else:
        move(by_ids([message_id]), MessageState.DELIVERED, now, delivered_at=now)
        release_held([message_id], now)


def _settle_without_id(receipt: Receipt) -> int | None:
    """The message to that number with that reference, sent before the receipt came.

    A network that gives no reference back means the newest, as far as one can tell; of those taken
    in hand at once the one that was sent first. An accepted message has the ids of its parts, so
    without its reference only a receipt that names no id at all can be for it.
    """
    states = [MessageState.UNKNOWN.value]
    if receipt.reference is not None or not receipt.channel_message_id:
        states.append(MessageState.ACCEPTED.value)
    rows = CommunicationMessage.objects.filter(
        number=receipt.number,
        state__in=states,
        channel__in=[Channel.SMS.value, Channel.ANY.value],
        claimed_at__range=(receipt.received_at - RECEIPT_WINDOW, receipt.received_at),
    )
    if receipt.reference is not None:
        rows = rows.annotate(reference=F("id").bitand(0xFFFF)).filter(reference=receipt.reference)
    ordered = rows.order_by("-claimed_at", "-urgent", "id")
    message = ordered.select_for_update(of=("self",)).first()
    if message is None:
        return None
    if receipt.state not in FINAL:
        return message.pk
    return _settle(_open_part(message, receipt), receipt)


def _open_part(message: CommunicationMessage, receipt: Receipt) -> MessagePart:
    """The first part that waits for its receipt; one of its own if nobody knows its parts."""
    if message.state == MessageState.ACCEPTED.value:
        parts = MessagePart.objects.filter(message=message, settled_at__isnull=True)
        if part := parts.order_by("id").first():
            return part
    return MessagePart.objects.create(
        message=message, channel_message_id=receipt.channel_message_id or ""
    )


def _hold(receipt: Receipt, channel_message_id: str) -> None:
    HeldReceipt.objects.filter(received_at__lt=receipt.received_at - RECEIPT_WINDOW).delete()
    HeldReceipt.objects.create(
        channel_message_id=channel_message_id,
        number=receipt.number,
        state=receipt.state.value,
        error=receipt.error[:200],
        received_at=receipt.received_at,
        reference=receipt.reference,
        spellings=list(receipt.ids),
    )


def _receipt(row: HeldReceipt) -> Receipt:
    return Receipt(
        channel_message_id=row.channel_message_id,
        number=row.number,
        state=ReceiptState(row.state),
        error=row.error,
        received_at=row.received_at,
        reference=row.reference,
        spellings=tuple(row.spellings[1:]),
    )
