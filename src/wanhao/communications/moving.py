"""Moves messages from state to state; a row that is elsewhere meanwhile stays as it is."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from wanhao.communications.contracts import MessageState
from wanhao.communications.forgetting import FORGOTTEN
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.states import may_come_from

ENDS = frozenset({MessageState.DELIVERED, MessageState.FAILED, MessageState.WITHDRAWN})


def move(
    messages: QuerySet[CommunicationMessage], to: MessageState, now: datetime, **changes: object
) -> int:
    """Move those of the messages that may go to `to`; returns how many went."""
    allowed = messages.filter(state__in=[state.value for state in may_come_from(to)])
    forgotten = FORGOTTEN if to in ENDS else {}
    return allowed.update(state=to.value, changed_at=now, **forgotten, **changes)


# What is looked at before a message goes out reads these of nobody; the rest it reads of each.
UNREAD = (
    *("planned_at", "released_at", "claimed_at", "accepted_at", "delivered_at", "changed_at"),
    *("error", "worker", "second", "sms_parts", "decision__rule_values", "decision__batch"),
    *("decision__outcome", "decision__line", "decision__episode"),
)


def looked_at(messages: QuerySet[CommunicationMessage]) -> QuerySet[CommunicationMessage]:
    """With their decisions, and without what costs time and is not asked for."""
    return messages.select_related("decision").defer(*UNREAD)


def locked(
    messages: QuerySet[CommunicationMessage], limit: int | None = None
) -> list[CommunicationMessage]:
    """Take rows nobody else has in hand, until the end of the transaction."""
    return list(messages.select_for_update(skip_locked=True, of=("self",))[:limit])


def by_ids(ids: Collection[int]) -> QuerySet[CommunicationMessage]:
    return CommunicationMessage.objects.filter(id__in=one_of(ids))


def one_of(values: Collection[int]) -> RawSQL:
    """The values as one array: hundreds of single parameters cost more than the answer."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(values)])
