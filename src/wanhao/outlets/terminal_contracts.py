"""What other rooms may hold of self-service terminals."""

from dataclasses import dataclass
from datetime import datetime, timedelta

REGISTER_WITHIN = timedelta(days=1)
"""How long a registration code may be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalView:
    """A terminal of a hall. `registered_at` is empty until a browser was registered as it.

    `devices_url` is where the program on its own machine serves card reader and printer; empty
    where there are none. `until` is when it was taken away.
    """

    terminal_id: int
    hall: str
    hall_zh: str
    hall_en: str
    name: str
    devices_url: str
    registered_at: datetime | None
    until: datetime | None

    @property
    def by(self) -> str:
        """As records name it."""
        return f"terminal {self.terminal_id} {self.hall}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReceipt:
    """Something done at a terminal; its unique `reference` makes it one receipt.

    The words stand on the paper only; `amount_fen` is there where money was taken.
    """

    reference: str
    item: str
    line_id: int | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TerminalReceiptView:
    """What a receipt's number leads to."""

    number: str
    terminal_id: int
    item: str
    line_id: int | None
    amount_fen: int | None
    made_at: datetime
