"""What other rooms may hold of use abroad."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoamingView:
    """Whether a line may be used abroad, since when, and who switched it at which door; a line that
    nobody ever switched is off, since nothing."""

    line_id: int
    on: bool = False
    since: datetime | None = None
    door: str = ""
    by: str = ""
