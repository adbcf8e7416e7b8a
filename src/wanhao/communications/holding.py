"""Promises that wait until somebody was told: let go by an acceptance, or when there is nobody."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from wanhao.communications.models import CommunicationMessage
from wanhao.promises.actions import release


def let_go(rows: Sequence[CommunicationMessage], now: datetime) -> None:
    """What these messages hold back is held back no longer."""
    waiting: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.holds_kind:
            waiting[row.holds_kind].add(row.holds_key)
    for kind, keys in sorted(waiting.items()):
        release(kind, sorted(keys), now)
