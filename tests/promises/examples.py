"""Promises of the tests, and who keeps them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from wanhao.promises.contracts import DuePromise, NewPromise

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def promised(key: str, due_at: datetime = NOON, kind: str = "call-back", **other) -> NewPromise:
    return NewPromise(kind=kind, key=key, due_at=due_at, **other)


class Kept:
    """A keeper that notes what it was called with, and fails for some keys."""

    def __init__(self, *failing: str) -> None:
        self.calls: list[list[str]] = []
        self.seen: list[DuePromise] = []
        self.failing = set(failing)

    def __call__(self, due: Sequence[DuePromise], now: datetime) -> None:
        self.calls.append([promise.key for promise in due])
        self.seen.extend(due)
        for promise in due:
            if promise.key in self.failing:
                raise ValueError(f"no luck with {promise.key}")
