"""What other rooms may hold of cash taken at counters."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCash:
    """Cash a clerk was given at a hall for an account; its unique `reference` makes it happen once.

    `hall` is the code of the hall, `clerk_id` the employee's.
    """

    clerk_id: int
    hall: str
    account_id: int
    amount_fen: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CashReceiptView:
    """What the customer takes home; `number` is unique, `first` false when it was known already."""

    number: str
    reference: str
    hall: str
    clerk_id: int
    account_id: int
    amount_fen: int
    taken_at: datetime
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClerkCash:
    """What a clerk took at a hall on a day, in so many payments."""

    hall: str
    clerk_id: int
    day: date
    payments: int
    amount_fen: int
