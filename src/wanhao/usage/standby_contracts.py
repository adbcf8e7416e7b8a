"""What other rooms may hold of meters that stand by."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StandbyStatus:
    """A meter that holds the state ready to go on when the counting one ends: where it runs, the
    last batch it followed, and when it last said so."""

    name: str
    last_batch: int
    at: datetime
