"""What other rooms may hold of usage files."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What became of a usage file: `trouble` says why it was refused, empty when it was not.

    `finished_at` is when its last row was counted; a file delivered again keeps the first time.
    """

    name: str
    rows_done: int
    trouble: str
    finished_at: datetime | None
