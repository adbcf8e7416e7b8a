"""What other rooms may hold of what the network lets a line do."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Barring(StrEnum):
    """What a line may not do.

    OUTGOING: it is reached and reaches only what stays reachable. ALL: nor is it reached. REMOVED:
    the network knows it no more.
    """

    NONE = "none"
    OUTGOING = "outgoing"
    ALL = "all"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProfile:
    """What the network is to let a line do: whether it may use data, and whether it may be used
    abroad."""

    line_id: int
    number: int
    barring: Barring
    data: bool
    roaming: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileView:
    """What the network is to let a line do, and how far it has been told.

    `confirmed_version` is the last one it said it has; `error` is why the last attempt failed, and
    `next_at` when the next may be made.
    """

    line_id: int
    number: int
    barring: Barring
    data: bool
    roaming: bool
    version: int
    requested_at: datetime
    sent_version: int
    confirmed_version: int
    confirmed_at: datetime | None
    attempts: int
    next_at: datetime
    error: str

    @property
    def waits(self) -> bool:
        """Whether the network has yet to say that it has this version."""
        return self.confirmed_version < self.version


class DifferenceKind(StrEnum):
    """How the network differs from what is wanted.

    AHEAD: it holds a higher version than was ever asked for, as after a database was restored.
    UNKNOWN: it holds a line for which nothing was asked.
    """

    MISSING = "missing"
    CHANGED = "changed"
    AHEAD = "ahead"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One line of which the network holds something else."""

    line_id: int
    number: int
    kind: DifferenceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Profiles the network has yet to confirm; of them `failing` were refused or not answered.

    `oldest_at` is when the oldest was asked for; None when none waits.
    """

    profiles: int
    failing: int
    oldest_at: datetime | None
