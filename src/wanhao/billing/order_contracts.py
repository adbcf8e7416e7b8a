"""What other rooms may hold of payment orders, refunds, notices and differences."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from wanhao.billing.contracts import Channel

PAY_WITHIN = timedelta(minutes=30)
CHANNELS = (Channel.WECHAT, Channel.ALIPAY)
LEAST_FEN, MOST_FEN = 1, 500_000_00


class OrderState(StrEnum):
    """How far a payment order is; `states.py` says what may follow."""

    WAITING = "waiting"
    PAID = "paid"
    CLOSED = "closed"
    REFUNDING = "refunding"
    PARTLY = "partly-refunded"
    REFUNDED = "refunded"


class Showing(StrEnum):
    """How the customer gets to the channel: a code for another phone, or an address to go to."""

    CODE = "code"
    ADDRESS = "address"


class RefundState(StrEnum):
    """How far a refund is: asked for, done by the channel, or refused by it."""

    ASKED = "asked"
    DONE = "done"
    FAILED = "failed"


class Verdict(StrEnum):
    """What became of something a channel said."""

    BOOKED = "booked"
    BOOKED_LATE = "booked-late"
    KNOWN = "known"
    NOT_PAID = "not-paid"
    CLOSED = "closed"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund-failed"
    PUT_ASIDE = "put-aside"
    FORGED = "forged"
    UNREADABLE = "unreadable"


class DifferenceKind(StrEnum):
    """In what our books and a channel's differ."""

    OTHER_AMOUNT = "other-amount"
    UNKNOWN_ORDER = "unknown-order"
    PAID_TWICE = "paid-twice"
    UNBOOKABLE = "unbookable"
    MISSING_HERE = "missing-here"
    MISSING_THERE = "missing-there"
    REFUND_UNKNOWN = "refund-unknown"
    REFUND_MISSING = "refund-missing"
    REFUND_AMOUNT = "refund-amount"


class Trade(StrEnum):
    """What a channel says an order is."""

    PAID = "paid"
    WAITING = "waiting"
    CLOSED = "closed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A payment somebody wants to make; its unique `reference` makes it one order.

    `asked_by` is who asks (a login, a terminal), `door` where; `line_id` is the line it is for.
    """

    reference: str
    account_id: int
    amount_fen: int
    channel: Channel
    showing: Showing
    asked_by: str
    door: str
    line_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """A payment order; `number` is ours at the channel and the payment's reference in the ledger.

    `address` is what the customer is shown, empty until the channel answered.
    """

    order_id: int
    number: str
    reference: str
    account_id: int
    line_id: int | None
    amount_fen: int
    channel: Channel
    showing: Showing
    address: str
    state: OrderState
    asked_by: str
    door: str
    begun_at: datetime
    expires_at: datetime
    transaction_id: str
    paid_at: datetime | None
    refunded_fen: int

    @property
    def left_fen(self) -> int:
        """What was paid and has not gone back."""
        return self.amount_fen - self.refunded_fen


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundView:
    """A refund of an order; `number` is ours at the channel, `order` the order's number."""

    number: str
    reference: str
    order: str
    channel: Channel
    amount_fen: int
    order_fen: int
    reason: str
    asked_by: str
    state: RefundState
    refund_id: str
    asked_at: datetime
    settled_at: datetime | None
    said: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeTold:
    """What a channel said of an order; the amount is what the customer paid, in fen."""

    number: str
    trade: Trade
    transaction_id: str = ""
    amount_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundTold:
    """What a channel said of a refund; `state` ASKED means that it is still at work."""

    number: str
    state: RefundState
    refund_id: str = ""
    amount_fen: int = 0
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRow:
    """One row of a channel's statement; amounts are above zero, for payments and refunds alike.

    `refund` is our number of a refund, empty for a payment; `fee_fen` is what the channel kept,
    below zero what it gave back with a refund.
    """

    number: str
    transaction_id: str
    amount_fen: int
    fee_fen: int = 0
    refund: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewNotice:
    """A callback that came in: never its body, only the hash of it."""

    channel: Channel
    body_hash: str
    verdict: Verdict
    number: str = ""
    transaction_id: str = ""
    amount_fen: int | None = None
    said: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """A difference between our books and a channel's; open until a person settled it.

    `number` is our order's or refund's as the channel names it.
    """

    difference_id: int
    channel: Channel
    kind: DifferenceKind
    number: str
    transaction_id: str
    ours_fen: int | None
    theirs_fen: int | None
    day: date | None
    found_at: datetime
    settled_at: datetime | None
    settled_by: str
    note: str
    booked_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """What holding a day's statement against our books came to."""

    channel: Channel
    day: date
    rows: int
    matched: int
    open_differences: int
    settled_fen: int
    fees_fen: int
