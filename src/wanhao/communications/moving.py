"""Moves messages from state to state; a row that is elsewhere meanwhile stays as it is."""

from datetime import datetime

from django.db.models import QuerySet

from wanhao.communications.contracts import MessageState
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.states import may_come_from


def move(
    messages: QuerySet[CommunicationMessage], to: MessageState, now: datetime, **changes: object
) -> int:
    """Move those of the messages that may go to `to`; returns how many went."""
    allowed = messages.filter(state__in=[state.value for state in may_come_from(to)])
    return allowed.update(state=to.value, changed_at=now, **changes)


def locked(
    messages: QuerySet[CommunicationMessage], limit: int | None = None
) -> list[CommunicationMessage]:
    """Take rows nobody else has in hand, until the end of the transaction."""
    return list(messages.select_for_update(skip_locked=True, of=("self",))[:limit])


def by_ids(ids: list[int]) -> QuerySet[CommunicationMessage]:
    return CommunicationMessage.objects.filter(id__in=ids)
