"""How long the identities of each source are remembered, and in how much memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

WINDOW_DAYS = 35
"""No open cycle reaches further back: a month of 31 days and 72 hours."""
LONGEST_DAYS = 120
"""No source is remembered longer, so nothing that is counted started earlier."""
HOURS = 24
MB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembering:
    """`days` for every source but those in `days_of`, whose names may end in `*` for all that begin
    so; `memory` is how many octets filters and recent identities may take together."""

    days: int = WINDOW_DAYS
    days_of: Mapping[str, int] = field(default_factory=dict)
    memory: int = 512 * MB

    @property
    def longest(self) -> timedelta:
        """The longest window of all."""
        return timedelta(days=max(self.days, *self.days_of.values(), 0))

    def hours(self, source: str) -> int:
        """The window of a source: its own, else that of the longest beginning, else that of all."""
        if source in self.days_of:
            return self.days_of[source] * HOURS
        fitting = [name for name in self.days_of if _begins(source, name)]
        longest = max(fitting, key=len, default=None)
        return (self.days if longest is None else self.days_of[longest]) * HOURS


def _begins(source: str, name: str) -> bool:
    return name.endswith("*") and source.startswith(name[:-1])
