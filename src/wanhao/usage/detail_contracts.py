"""What other rooms may hold of the detail archive: the records that were counted, one by one."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDetail:
    """One record as it was counted: seconds, messages or octets; the number is whole.

    `start` is epoch seconds in UTC. `files` are the usage files that its batch was read from;
    `charge_fen` is what whoever wrote them had charged for it, None where they said nothing.
    """

    batch: int
    files: tuple[str, ...]
    counted_at: datetime
    source: str
    record_id: str
    number: int
    service: str
    zone: str
    start: int
    quantity: int
    sign: int
    charge_fen: int | None = None
