"""Reads of messages for pages: lists by pages, what waits, what is unknown, what holds back.

Each asks an index for no more than it shows, so ten million messages cost what a thousand do.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Min, Q, QuerySet

from wanhao.communications.contracts import (
    DeliveryClass,
    MessageState,
    MessageView,
    SecondChannel,
    Waits,
)
from wanhao.communications.list_contracts import (
    HeldBack,
    HeldMessage,
    MessageFilter,
    MessagePage,
)
from wanhao.communications.models import CommunicationMessage
from wanhao.communications.queries import views
from wanhao.communications.trail_contracts import MessageTrail
from wanhao.communications.trails import message_trails
from wanhao.values.cycle import SHANGHAI

REPORT_AFTER = timedelta(hours=2)
"""So long may something be held back for a message before the operations page says so."""

TAKEN = (
    MessageState.ACCEPTED.value,
    MessageState.DELIVERED.value,
    MessageState.WITHDRAWN.value,
)
GIVEN_UP = (MessageState.FAILED, MessageState.UNKNOWN)
Row = CommunicationMessage


def messages(wanted: MessageFilter, limit: int = 50) -> MessagePage:
    """A page of the messages that fit, the newest first."""
    rows = list(_filtered(wanted).order_by("-planned_at", "-id")[: limit + 1])
    more = len(rows) > limit
    shown = rows[:limit]
    return MessagePage(messages=tuple(views(shown)), before=shown[-1].pk if more else None)


def message_detail(message_id: int) -> MessageTrail | None:
    """A message with its times, parts, receipts and what was merged into it; None: unknown."""
    found = message_trails(list(Row.objects.filter(id=message_id)))
    return found[0] if found else None


def held_messages(now: datetime, limit: int = 50) -> list[HeldMessage]:
    """Messages that wait for the end of quiet hours or for another day, the first due first."""
    rows = Row.objects.filter(
        state=MessageState.PLANNED.value,
        release_at__gt=now,
        waits__in=[Waits.QUIET.value, Waits.CAP.value],
    )
    return [
        HeldMessage(
            message_id=row.pk,
            rule=row.rule,
            number=row.number,
            waits=Waits(row.waits),
            until=row.release_at,
        )
        for row in rows.order_by("release_at", "id")[:limit]
    ]


def waiting_for_morning(numbers: Collection[int], now: datetime) -> dict[int, tuple[int, datetime]]:
    """How many messages to each number wait for the end of the quiet hours, and until when."""
    rows = Row.objects.filter(
        number__in=set(numbers),
        state=MessageState.PLANNED.value,
        release_at__gt=now,
        waits=Waits.QUIET.value,
    )
    found = rows.values("number").annotate(waiting=Count("id"), until=Min("release_at"))
    return {row["number"]: (row["waiting"], row["until"]) for row in found.order_by("number")}


def unknown_messages(limit: int = 50) -> list[MessageView]:
    """Messages that were sent and that nobody answered for, the newest first."""
    rows = Row.objects.filter(state=MessageState.UNKNOWN.value)
    return views(rows.order_by("-claimed_at", "-id")[:limit])


def held_back(now: datetime, limit: int = 50) -> list[HeldBack]:
    """Required messages for which something waits too long already, the oldest first."""
    rows = (
        Row.objects.exclude(holds_kind="")
        .exclude(state__in=[*TAKEN, MessageState.MERGED.value])
        .filter(delivery_class=DeliveryClass.REQUIRED.value)
    )
    late = rows.filter(Q(planned_at__lte=now - REPORT_AFTER) | Q(second=SecondChannel.NONE.value))
    return [
        HeldBack(
            message_id=row.pk,
            rule=row.rule,
            number=row.number,
            state=MessageState(row.state),
            holds=row.holds_kind,
            planned_at=row.planned_at,
            nowhere=MessageState(row.state) in GIVEN_UP and row.second != "",
        )
        for row in late.order_by("planned_at", "id")[:limit]
    ]


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day in Shanghai, and of the next."""
    start = datetime.combine(day, time(), SHANGHAI)
    return start, start + timedelta(days=1)


def _filtered(wanted: MessageFilter) -> QuerySet[Row]:
    rows = Row.objects.all()
    if wanted.state is not None:
        rows = rows.filter(state=wanted.state.value)
    if wanted.rule is not None:
        rows = rows.filter(rule=wanted.rule)
    if wanted.number is not None:
        rows = rows.filter(number=wanted.number)
    if wanted.day is not None:
        start, end = day_bounds(wanted.day)
        rows = rows.filter(planned_at__gte=start, planned_at__lt=end)
    if wanted.before is not None:
        last = Row.objects.filter(id=wanted.before).values_list("planned_at", flat=True).first()
        if last is not None:
            rows = rows.filter(planned_at__lte=last).exclude(planned_at=last, id__gte=wanted.before)
    return rows
