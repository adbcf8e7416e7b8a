"""What other rooms may hold of points, stars and rights."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from wanhao.parties.contracts import CustomerKind, PayType


class Charge(StrEnum):
    """What an account paid for, as far as points care; `points.toml` says which earn none."""

    SERVICE = "service"
    PENALTY = "penalty"
    AGENT = "agent"
    ONE_OFF = "one-off"
    GIFT = "gift"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """What an account paid for one cycle; every fen of it stands under one kind of charge.

    `charges` is in fen; a credit is negative. What a gift paid for stands under `gift`. `month` is
    the cycle's place in the account's time with us, the month of opening being the first.
    """

    account_id: int
    charges: Mapping[Charge, int]
    customer_kind: CustomerKind
    pay_type: PayType
    mobile_or_bundle: bool
    month: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Credited:
    """What a call of `earn` came to; what was credited before is not in it."""

    accounts: int
    points: int


class EntryKind(StrEnum):
    """Why points moved."""

    EARNED = "earned"
    REDEEMED = "redeemed"
    RETURNED = "returned"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchView:
    """Points that expire together, at the end of `expires`."""

    year: int
    points: int
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringPoints:
    """An account's points that end together after `expires`, their last day."""

    batch_id: int
    account_id: int
    year: int
    points: int
    expires: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsView:
    """What an account can redeem, the batch that expires first in front."""

    account_id: int
    points: int = 0
    batches: tuple[BatchView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """A movement of points on `day`; positive when points came.

    What was earned tells the cycle, the fen that counted and the reward in per cent; what was
    redeemed, returned, or expired on its return tells the redemption: what, how many, reference.
    """

    entry_id: int
    day: date
    kind: EntryKind
    points: int
    year: int
    cycle: int | None = None
    counted_fen: int | None = None
    reward_percent: int | None = None
    item: str = ""
    quantity: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemItem:
    """What points can be turned into: how many for one, and when in the month.

    `bill_fen` goes onto the phone bill, 0 for what is handed out. The last day 31 is the month's
    last, however long it is.
    """

    code: str
    name_zh: str
    name_en: str
    points: int
    bill_fen: int
    first_day: int
    last_day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemable:
    """What a redemption would take, leave, and put onto the phone bill."""

    item: RedeemItem
    quantity: int
    points: int
    left: int
    bill_fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RedemptionResult:
    """What a redemption came to; `first` is false when its reference was known already."""

    redemption_id: int
    account_id: int
    item: str
    quantity: int
    points: int
    bill_fen: int
    left: int
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalResult:
    """What taking a redemption back came to: points returned, and those among them that expired."""

    redemption_id: int
    account_id: int
    bill_fen: int
    returned: int
    expired: int
    first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What an account's star is found from: the last 12 months' fen, time with us, and credit.

    `month` as in `Spending`; `paid_in_time` are the months of the last 12 whose bill was paid in
    time.
    """

    account_id: int
    spent_fen: int
    month: int
    paid_in_time: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """What a monthly evaluation came to; accounts looked at before are not in it."""

    accounts: int
    raised: int
    lowered: int


class StarReason(StrEnum):
    """Why a star changed."""

    FIRST = "first"
    RAISED = "raised"
    RENEWED = "renewed"
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantedRight:
    """A right as a star gives it: so many times (0: as often as wanted), or so many per cent."""

    code: str
    times: int = 0
    percent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StarRight:
    """One of the rights a star can give; `number` is the CRM's own, "" where it has none."""

    code: str
    number: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Star:
    """A star: its name, the growth value it asks for, and the rights it gives."""

    star: int
    name_zh: str
    name_en: str
    growth: int
    rights: tuple[GrantedRight, ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class RightView:
    """A right an account has; `left` is empty for one that may be used as often as wanted."""

    code: str
    number: str
    name_zh: str
    name_en: str
    percent: int
    times: int
    left: int | None
    begins_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StarView:
    """An account's star in force; `missing` is the growth to the next star, empty at the top."""

    account_id: int
    star: int
    name_zh: str
    name_en: str
    growth: int
    missing: int | None
    since: datetime
    ends_at: datetime
    rights: tuple[RightView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StarChangeView:
    """A change of an account's star."""

    at: datetime
    before: int
    after: int
    growth: int
    reason: StarReason


@dataclass(frozen=True, slots=True, kw_only=True)
class RightUseView:
    """One use of a right."""

    at: datetime
    code: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RightUsed:
    """What using a right came to; `left` is empty where it is not counted."""

    code: str
    left: int | None
    first: bool


class Errand(StrEnum):
    """What goes round all accounts once a day or month."""

    CREDIT = "credit"
    STARS = "stars"
