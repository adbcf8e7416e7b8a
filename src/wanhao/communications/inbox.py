"""The inbox of the app: what required messages said there, and whether it was read."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from wanhao.communications.contracts import MessageState
from wanhao.communications.models import InboxItem
from wanhao.communications.moving import by_ids, move


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """A message in the inbox of a line; `read_at` is empty until it was read."""

    item_id: int
    line_id: int
    text: str
    stored_at: datetime
    read_at: datetime | None


def inbox(line_ids: Collection[int], limit: int = 50) -> list[InboxEntry]:
    """What is in the inboxes of these lines, newest first."""
    rows = InboxItem.objects.filter(line_id__in=set(line_ids)).order_by("-id")[:limit]
    return [
        InboxEntry(
            item_id=row.pk,
            line_id=row.line_id,
            text=row.text,
            stored_at=row.stored_at,
            read_at=row.read_at,
        )
        for row in rows
    ]


def unread(line_ids: Collection[int]) -> int:
    """How many of their messages were not read yet."""
    return InboxItem.objects.filter(line_id__in=set(line_ids), read_at=None).count()


def read(line_id: int, item_id: int, now: datetime) -> bool:
    """The customer read it: it is delivered. False when it was read before, or is not theirs."""
    rows = InboxItem.objects.filter(id=item_id, line_id=line_id, read_at=None)
    if not rows.update(read_at=now):
        return False
    item = InboxItem.objects.get(id=item_id)
    move(by_ids([item.message_id]), MessageState.DELIVERED, now, delivered_at=now)
    return True
