"""Promises that wait until somebody was told: let go by an acceptance, or when there is nobody."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection

from wanhao.communications.contracts import Trigger
from wanhao.communications.models import CommunicationMessage
from wanhao.promises.actions import release, withdraw

HELD = """
SELECT holds_kind, holds_key FROM wanhao_communications_communicationmessage
WHERE holds_kind <> '' AND (id = ANY(%s::bigint[]) OR carrier_id = ANY(%s::bigint[]))
"""


def let_go(rows: Sequence[CommunicationMessage], now: datetime) -> None:
    """What these messages hold back is held back no longer."""
    _release(_held_by(rows), now)


def drop(rows: Sequence[CommunicationMessage], now: datetime) -> None:
    """What these messages hold back is not to happen any more."""
    for kind, keys in sorted(_held_by(rows).items()):
        withdraw(kind, sorted(keys), now)


def release_held(ids: Sequence[int], now: datetime) -> None:
    """Let go the promises that waited until somebody was told by one of these messages."""
    waiting: dict[str, set[str]] = defaultdict(set)
    with connection.cursor() as cursor:
        cursor.execute(HELD, [list(ids), list(ids)])
        for kind, key in cursor.fetchall():
            waiting[kind].add(key)
    _release(waiting, now)


def let_go_untold(triggers: Sequence[Trigger], now: datetime) -> None:
    """What was to wait for a message nobody gets is not held back: no rule, no line, opted out."""
    waiting: dict[str, set[str]] = defaultdict(set)
    for trigger in triggers:
        if trigger.holds is not None:
            waiting[trigger.holds[0]].add(trigger.holds[1])
    for kind, keys in waiting.items():
        told = CommunicationMessage.objects.filter(holds_kind=kind, holds_key__in=keys)
        keys.difference_update(told.values_list("holds_key", flat=True))
    _release(waiting, now)


def _held_by(rows: Sequence[CommunicationMessage]) -> dict[str, set[str]]:
    waiting: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.holds_kind:
            waiting[row.holds_kind].add(row.holds_key)
    return waiting


def _release(waiting: Mapping[str, Collection[str]], now: datetime) -> None:
    for kind, keys in sorted(waiting.items()):
        if keys:
            release(kind, sorted(keys), now)
