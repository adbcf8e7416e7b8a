"""What other rooms may hold of balances, payments, charges and the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from wanhao.billing.books import Book

PRESTORED_PARTS = 24


class BalanceKind(StrEnum):
    """What a customer's money may be used for; each is a book of the same name."""

    GENERAL = "general"
    GIFTED = "gifted"
    RESTRICTED = "restricted"
    PRESTORED = "prestored"


class Channel(StrEnum):
    """Through what money came in."""

    CASH = "cash"
    BANK = "bank"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    RECHARGE_CARD = "recharge-card"
    VOUCHER = "voucher"
    FOREIGN = "foreign"
    OTHER = "other"

    @property
    def book(self) -> Book:
        """The clearing book of this channel."""
        return Book(f"clearing-{self.value}")


class JournalKind(StrEnum):
    """What moved the money."""

    PAYMENT = "payment"
    REFUND = "refund"
    REFUND_BACK = "refund-back"
    CHARGE_BACK = "charge-back"
    CREDIT = "credit"
    CHARGE = "charge"
    PENALTY = "penalty"
    PRESTORED = "prestored"
    LAPSE = "lapse"
    SETTLEMENT = "settlement"
    DEPOSIT = "deposit"
    DEPOSIT_BACK = "deposit-back"
    CHARITY = "charity"


class ReturnKind(StrEnum):
    """How a payment went back: given back by the operator, or taken back by the channel; or a
    refund that did not go through, and came back."""

    REFUND = "refund"
    REFUND_BACK = "refund-back"
    CHARGE_BACK = "charge-back"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentResult:
    """What a payment came to; `first` is false when its reference was known already."""

    account_id: int
    balance_fen: int
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPayment:
    """A payment to be recorded; its unique `reference` makes it happen once.

    Prestored money comes back in `PRESTORED_PARTS` monthly parts; restricted money pays only for
    the books named. Paid money is never gifted, and never lapses.
    """

    account_id: int
    amount_fen: int
    reference: str
    channel: Channel = Channel.OTHER
    kind: BalanceKind = BalanceKind.GENERAL
    pays_for: tuple[Book, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCredit:
    """Money given to a customer: a gift, compensation, points redeemed, an adjustment.

    Unique by `reference`. Gifted and restricted money may lapse at `expires_at`.
    """

    account_id: int
    amount_fen: int
    reference: str
    book: Book
    kind: BalanceKind = BalanceKind.GENERAL
    pays_for: tuple[Book, ...] = ()
    expires_at: datetime | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCharge:
    """What an account owes, by book, in fen; amounts below zero are credits."""

    account_id: int
    by_book: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What going back came to; `first` is false when its reference was known already."""

    account_id: int
    amount_fen: int
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceView:
    """Money of one kind that an account has; `parts_left` counts the returns still to come."""

    kind: BalanceKind
    amount_fen: int
    expires_at: datetime | None = None
    pays_for: tuple[Book, ...] = ()
    parts_left: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """One movement of an account's money, and what the account had after it, all kinds together."""

    at: datetime
    what: JournalKind
    why: str
    kind: BalanceKind
    amount_fen: int
    balance_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An account's movements within a range of days, both included; opening + lines = closing."""

    account_id: int
    reference: str
    first_day: date
    last_day: date
    opening_fen: int
    closing_fen: int
    lines: tuple[StatementLine, ...]
    balances: tuple[BalanceView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookTotal:
    """What was written into a book on either side, in fen."""

    book: Book
    debit_fen: int
    credit_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialBalance:
    """Every book with something in it; debit and credit must be equal."""

    at: datetime
    books: tuple[BookTotal, ...]

    @property
    def debit_fen(self) -> int:
        return sum(total.debit_fen for total in self.books)

    @property
    def credit_fen(self) -> int:
        return sum(total.credit_fen for total in self.books)

    @property
    def holds(self) -> bool:
        """Whether both sides are equal."""
        return self.debit_fen == self.credit_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerFault:
    """Something that must not be: a balance that is not its sum, or a transaction out of zero."""

    where: str
    kept_fen: int
    sum_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCheck:
    """What was compared, and what was found wrong (the first faults only)."""

    balances: int
    transactions: int
    faults: tuple[LedgerFault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCreditLimit:
    """How much an account may owe from now on; 0 takes the limit away, and nothing is watched."""

    account_id: int
    limit_fen: int
    reason: str
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditLimitView:
    """A limit and the time it held; `until` None: it still does."""

    limit_fen: int
    since: datetime
    until: datetime | None
    reason: str
    set_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtDue:
    """What an account owes that it should have paid by a day: for bills, and as penalties."""

    bills_fen: int
    penalties_fen: int

    @property
    def total_fen(self) -> int:
        """What must be paid so that nothing is owed any more."""
        return self.bills_fen + self.penalties_fen
