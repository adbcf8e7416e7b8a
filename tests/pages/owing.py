"""Promises in every state a page shows: kept, overdue, held back, given up."""

from datetime import UTC, datetime, timedelta

from tests.promises.examples import Kept, promised
from wanhao.promises.actions import make
from wanhao.promises.keeping import keep_due

HOURS = timedelta(hours=2)


def some_promises() -> None:
    """One kept, one overdue, one held back and one that failed ten times; two kinds."""
    now = datetime.now(UTC)
    earlier = now - 11 * HOURS
    make([promised("kept", now - timedelta(seconds=1))], now)
    keep_due({"call-back": Kept()}, now)
    make([promised("broken", earlier)], earlier)
    for attempt in range(10):
        keep_due({"call-back": Kept("broken")}, earlier + attempt * HOURS)
    make(
        [
            promised("late", now - timedelta(minutes=5)),
            promised("group:1", now, kind="stop-data", held=True),
        ],
        now,
    )
