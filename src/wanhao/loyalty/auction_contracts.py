"""What other rooms may hold of the charity auction of lucky numbers. Money is in fen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from wanhao.loyalty.auction_states import LotState


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What numbers of a level begin at, and the contract that goes with them: the least that is
    paid a month, the money paid in advance, for how many months."""

    code: str
    start_fen: int
    minimum_fen: int
    prestore_fen: int
    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionTerms:
    """What counts for every lot; percentages are of the price a lot begins at."""

    deposit_percent: int
    step_percent: int
    most_steps: int
    extension: timedelta
    most_days: int
    pay: timedelta
    right: timedelta
    fund_zh: str
    fund_en: str
    levels: Mapping[str, Level]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBid:
    """A bid of a line's account for a number; unique by `reference`."""

    number: int
    account_id: int
    line_id: int
    amount_fen: int
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BidView:
    """A bid as it was made."""

    bid_id: int
    account_id: int
    line_id: int
    amount_fen: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LotView:
    """A number that is or was auctioned.

    `best` is the highest bid; `winner` the bid that may be paid or was, until `pay_until`;
    `right_until` is the end of the right to the number, once it was paid.
    """

    lot_id: int
    number: int
    level: str
    start_fen: int
    step_fen: int
    deposit_fen: int
    minimum_fen: int
    prestore_fen: int
    months: int
    put_up_at: datetime
    ends_at: datetime
    state: LotState
    bids: int
    best: BidView | None
    winner: BidView | None
    pay_until: datetime | None
    right_until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What a bid came to; `first` is false when its reference was known already, `joins` true when
    it is the account's first for the lot. `ends_at` is when the lot ends now."""

    lot_id: int
    number: int
    bid: BidView
    deposit_fen: int
    ends_at: datetime
    first: bool
    joins: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A lot whose bidding is over, or whose winner did not pay in time; `bidders` are accounts.

    `failed` is the account that did not pay.
    """

    lot_id: int
    number: int
    state: LotState
    winner: BidView | None
    pay_until: datetime | None
    bidders: tuple[int, ...]
    failed: int | None = None
