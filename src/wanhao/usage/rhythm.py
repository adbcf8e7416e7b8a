"""Things that are done now and then, by the clock that they are told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The clock of this machine."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Rhythm:
    """Something that is done once in a while."""

    every: timedelta
    done_at: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether it is time; then it counts as done. A clock that is put back stops nothing."""
        if self.done_at is not None and abs(now - self.done_at) < self.every:
            return False
        self.done_at = now
        return True
