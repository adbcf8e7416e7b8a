"""What other rooms may hold of service at a counter."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
"""After so long without a step a service is over, and the customer is looked up again."""


class Purpose(StrEnum):
    """Why a customer was looked up."""

    INFORMATION = "information"
    CHANGE = "change"
    PAYMENT = "payment"
    CARD = "card"
    REPAIR = "repair"
    COMPLAINT = "complaint"
    OTHER = "other"


class StepKind(StrEnum):
    """What happened in a service."""

    BEGUN = "begun"
    CODE_SENT = "code-sent"
    CODE_RIGHT = "code-right"
    CODE_WRONG = "code-wrong"
    DOCUMENT_SEEN = "document-seen"
    DOCUMENT_COMPARED = "document-compared"
    DOCUMENT_RECORDED = "document-recorded"
    DOCUMENT_WRONG = "document-wrong"
    REVEALED = "revealed"
    ASKED = "asked"
    PROPOSED = "proposed"
    DONE = "done"
    REFUSED = "refused"
    CASH = "cash"
    PRINTED = "printed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewService:
    """A customer comes to a counter: which clerk, the code of the hall, which line, and why."""

    clerk_id: int
    hall: str
    line_id: int
    purpose: Purpose
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceView:
    """A service. `level` is the identity level reached (1 looked up, 2, 3); `code_id` the one-time
    code that was sent last, None for none; `code_read`: one was read back rightly."""

    service_id: int
    clerk_id: int
    hall: str
    hall_zh: str
    hall_en: str
    line_id: int
    purpose: Purpose
    note: str
    level: int
    code_id: int | None
    code_read: bool
    begun_at: datetime
    seen_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStep:
    """Something that happened: the item it was about, the words that were said to the customer, and
    a reference by which it is found again."""

    kind: StepKind
    item: str = ""
    words: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """A step as it was noted."""

    kind: StepKind
    at: datetime
    item: str
    words: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReceipt:
    """What the customer takes home of something done: what was agreed to with its price, what came
    of it, and fen that changed hands; its unique `reference` makes it one."""

    service_id: int
    reference: str
    item: str
    title: str
    agreed: str
    done: str
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptView:
    """A receipt; `number` is unique, `copies` says how often it was printed."""

    number: str
    reference: str
    service_id: int
    item: str
    title: str
    agreed: str
    done: str
    amount_fen: int | None
    made_at: datetime
    copies: int
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingView:
    """A clerk's cash drawer at the end of a day at a hall: what was taken by the receipts, what was
    counted by hand; `difference_fen` below zero is missing."""

    hall: str
    clerk_id: int
    day: date
    payments: int
    expected_fen: int
    counted_fen: int
    note: str
    closed_at: datetime

    @property
    def difference_fen(self) -> int:
        """What was counted beyond what was taken."""
        return self.counted_fen - self.expected_fen
