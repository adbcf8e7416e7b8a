"""What other rooms may hold of offerings, of what groups hold, and of what they owe for it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

MINUTE = 60
STRICT = {"extra": "forbid"}


class Service(StrEnum):
    """A service that offerings include and price: minutes, messages, MB of 1024 * 1024 octets."""

    VOICE = "voice"
    MESSAGE = "message"
    DATA = "data"


class Kind(StrEnum):
    """What an offering is to the group that holds it."""

    PLAN = "plan"
    BUNDLE = "bundle"
    PACK = "pack"
    UPGRADE = "upgrade"
    BROADBAND = "broadband"
    CARD = "card"
    MODULE = "module"


class Period(StrEnum):
    """How often a fee is owed; `once` and `day` on the day of the order, `year` for `months`."""

    MONTH = "month"
    YEAR = "year"
    DAY = "day"
    ONCE = "once"


class Lasts(StrEnum):
    """When a product ends by itself."""

    UNTIL_CANCELLED = "until-cancelled"
    MONTH = "month"
    DAY = "day"
    TERM = "term"


class FirstMonth(StrEnum):
    """What a product that begins within a month owes and includes in that month."""

    BY_DAYS = "by-days"
    WHOLE = "whole"


class Effect(StrEnum):
    """When a change comes into force."""

    AT_ONCE = "at-once"
    NEXT_MONTH = "next-month"


class Mode(StrEnum):
    """How a data schedule climbs its tiers; docs/rules/catalogue.md has the numbers."""

    STEP = "step"
    JUMP = "jump"
    STACK = "stack"


class FeeKind(StrEnum):
    """What a fee is for: owed month by month, once, or for a pack."""

    RENT = "rent"
    ONE_OFF = "one-off"
    PACK = "pack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What an offering includes of one service in a month; lower ranks are used first.

    `rolls`: what is left of it is there in the next month once more, and is used first.
    """

    __pydantic_config__: ClassVar = STRICT

    service: Service
    quantity: int
    rank: int = 0
    rolls: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonePrices:
    """Prices beyond the allowances in one zone: of a voice unit, a message, an MB, in fen."""

    __pydantic_config__: ClassVar = STRICT

    voice_fen: int
    message_fen: int
    data_fen_per_mb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """The prices of every zone."""

    __pydantic_config__: ClassVar = STRICT

    domestic: ZonePrices
    hk_macau_taiwan: ZonePrices
    roaming: ZonePrices

    def by_zone(self) -> dict[str, ZonePrices]:
        """The same, by the name a zone has in usage files."""
        return {
            "domestic": self.domestic,
            "hk-macau-taiwan": self.hk_macau_taiwan,
            "roaming": self.roaming,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A tier of a data schedule: this fee for this quota of MB."""

    __pydantic_config__: ClassVar = STRICT

    fee_fen: int
    quota_mb: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSchedule:
    """What data beyond every allowance costs; `cap_fen` and `stop_mb` of 0 mean none.

    `announces`: the customer is told of every step up, before it is charged.
    """

    __pydantic_config__: ClassVar = STRICT

    mode: Mode
    price_fen_per_mb: int
    tiers: tuple[Tier, ...]
    cap_fen: int = 0
    stop_mb: int = 0
    announces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Offering:
    """Something on sale, as the catalogue says it, one field of the file for each field here.

    `source` says where its figures come from; "demo" or a field named in `demo` was chosen for the
    demo. `sold_until` is the last day of sale. `limit` is how many a group may hold, 0 any number.
    `excludes` names codes and families. `months` is the length of a yearly term.
    """

    __pydantic_config__: ClassVar = STRICT

    code: str
    name_zh: str
    name_en: str
    family: str
    kind: Kind
    source: str
    source_en: str = ""
    sold_from: date
    sold_until: date | None = None
    demo: tuple[str, ...] = ()
    fee_fen: int
    period: Period
    months: int = 0
    lasts: Lasts = Lasts.UNTIL_CANCELLED
    first_month: FirstMonth = FirstMonth.WHOLE
    change: Effect = Effect.NEXT_MONTH
    cancel: Effect = Effect.NEXT_MONTH
    limit: int = 1
    excludes: tuple[str, ...] = ()
    requires_plan: bool = False
    allowances: tuple[Allowance, ...] = ()
    voice_unit_seconds: int = MINUTE
    prices: Prices | None = None
    schedule: DataSchedule | None = None
    speed_mbps: int = 0
    parts: tuple[str, ...] = ()
    minimum_fen: int = 0
    notes_zh: tuple[str, ...] = ()
    notes_en: tuple[str, ...] = ()

    @property
    def is_plan(self) -> bool:
        """Whether it is the one plan of a group; a bundle is, too."""
        return self.kind in (Kind.PLAN, Kind.BUNDLE)

    @property
    def is_demo(self) -> bool:
        """Whether all of its figures were chosen for the demo."""
        return self.source == "demo"

    @property
    def rolls(self) -> bool:
        """Whether unused data of the plan is there in the next month once more."""
        return any(part.rolls for part in self.allowances if part.service is Service.DATA)

    @property
    def voice_minutes(self) -> int:
        """Minutes included in a whole month."""
        return self.included(Service.VOICE)

    @property
    def messages(self) -> int:
        """Messages included in a whole month."""
        return self.included(Service.MESSAGE)

    @property
    def data_mb(self) -> int:
        """MB included in a whole month."""
        return self.included(Service.DATA)

    @property
    def voice_price_fen(self) -> int:
        """A voice unit at home beyond the allowance."""
        return self.prices.domestic.voice_fen if self.prices else 0

    @property
    def message_price_fen(self) -> int:
        """A message at home beyond the allowance."""
        return self.prices.domestic.message_fen if self.prices else 0

    @property
    def data_price_fen_per_mb(self) -> int:
        """An MB at home beyond the allowance."""
        return self.prices.domestic.data_fen_per_mb if self.prices else 0

    def included(self, service: Service) -> int:
        """How much of a service a whole month includes."""
        return sum(part.quantity for part in self.allowances if part.service is service)

    def on_sale(self, day: date) -> bool:
        """Whether it may be ordered on that day."""
        return self.sold_from <= day and (self.sold_until is None or day <= self.sold_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHolding:
    """A group that shall hold an offering; `charged_from` is the first month billed here.

    Earlier months of a product that was taken over were billed elsewhere. None: from `since` on.
    """

    group_id: int
    code: str
    since: datetime
    charged_from: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldProduct:
    """A product of a group: held from `since` until `until`, for good while that is None."""

    product_id: int
    group_id: int
    offering: Offering
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPack:
    """What a pack gives in the running month: minutes, messages or MB.

    `renews`: the same again in every month that follows.
    """

    product_id: int
    code: str
    service: Service
    quantity: int
    rank: int
    rolls: bool
    renews: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """The terms of a group in one month, first-month shares taken: minutes, messages, MB.

    `plan_id` stays the same while the plan does; `tariff` is the number of an unchanging tariff.
    """

    plan: Offering
    plan_id: int
    tariff: int
    voice_minutes: int
    messages: int
    data_mb: int
    rolls: bool
    packs: tuple[HeldPack, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffTerms:
    """A combination of prices that never changes; its number means the same for ever."""

    number: int
    voice_unit_seconds: int
    prices: Prices
    schedule: DataSchedule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeLine:
    """What a group owes for one product in one month: `days` of the `of_days` the month has."""

    product_id: int
    offering_code: str
    name_zh: str
    name_en: str
    fee_fen: int
    days: int
    of_days: int
    kind: FeeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class StoppedData:
    """A stop of a group's data at the limit of its schedule; lifted when the customer asks."""

    group_id: int
    cycle: int
    since: datetime
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingProducts:
    """What of a group ends by itself at one instant: `products` (their ids) of `offerings`.

    `taken_up_fen` is what the same costs once more, each at the price of its latest version on
    sale; None when something of it is not sold any more.
    """

    group_id: int
    until: datetime
    products: tuple[int, ...]
    offerings: tuple[Offering, ...]
    taken_up_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedPlan:
    """A plan and the number of its tariff, together with the automatic upgrade of whoever asks."""

    plan_id: int
    plan: Offering
    tariff: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChoice:
    """The plan a group has had since then, and those of the same family it could change to."""

    held: PricedPlan
    since: datetime
    others: tuple[PricedPlan, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A mistake in the catalogue: where it stands, and what is wrong."""

    file: str
    line: int
    entry: str
    reason: str

    def __str__(self) -> str:
        about = f"{self.entry}: " if self.entry else ""
        return f"{self.file}:{self.line}: {about}{self.reason}"
