"""What other rooms may hold of usage: facts that go in, crossings and figures that come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wanhao.usage.standby_contracts import StandbyStatus


class Service(StrEnum):
    """A counted service that has an allowance."""

    VOICE = "voice"
    MESSAGE = "message"
    DATA = "data"


class Zone(StrEnum):
    """A rate zone that has prices; use in the zone "free" is counted and never charged."""

    DOMESTIC = "domestic"
    HK_MACAU_TAIWAN = "hk-macau-taiwan"
    ROAMING = "roaming"


class ScheduleMode(StrEnum):
    """How the tiers of a data schedule are used: the cheapest one so far and the rest by the MB,
    the first that is large enough, or the same block again and again."""

    STEP = "step"
    JUMP = "jump"
    STACK = "stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSchedule:
    """What domestic data beyond every allowance costs; `tiers` are (fee in fen, quota in MB).

    STEP and JUMP imply a first tier (0, 0); STACK has one tier, the block. `cap_fen` and `stop_mb`
    0: none. `announces`: each rise to another tier is told to the customer.
    """

    mode: ScheduleMode
    price_fen_per_mb: int
    tiers: tuple[tuple[int, int], ...]
    cap_fen: int
    stop_mb: int
    announces: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffFact:
    """A tariff, which never changes: `prices` by zone in fen per voice unit (of `voice_unit`
    seconds), per message, per MB. With a schedule, that one prices domestic data."""

    number: int
    voice_unit: int
    prices: Mapping[str, tuple[int, int, int]]
    schedule: DataSchedule | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PackFact:
    """A pack that a group holds: used before the plan, in ascending `rank`. What is left of it
    `rolls` into the next cycle once, and it `renews` every cycle, or it does not."""

    pack_id: int
    service: Service
    quantity: int
    rank: int
    rolls: bool
    renews: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFact:
    """The terms a group has from `cycle` on, wholly; of a future cycle they wait until it opens.

    `plan` is the offering: unused data rolls over (`rolls`) only while it stays the same.
    Allowances are those of the plan: voice units, messages, octets; packs come on top.
    """

    group_id: int
    account_id: int
    cycle: int
    plan: int
    tariff: int
    voice_allowance: int
    message_allowance: int
    data_allowance: int
    rolls: bool
    packs: tuple[PackFact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """From `since` (epoch seconds UTC) the number belongs to the group; group 0 is nobody."""

    number: int
    group_id: int
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsFact:
    """What an account can spend, before the charges of cycles not billed yet; None: not watched.

    `billed_through` is the last cycle whose bill is already taken out of it, 0 for none. With
    `credit_fen` above 0 the account is post-paid with that limit, and `spendable_fen` is the limit
    and the balance together; then shares of the limit are watched, and no money thresholds.
    """

    account_id: int
    spendable_fen: int | None
    billed_through: int
    credit_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FeesFact:
    """What an account owes besides its usage, in fen: `fee_fen` is added to the charges of `cycle`;
    `rent_fen` is what each cycle from `rent_from` on costs, wholly."""

    account_id: int
    cycle: int
    fee_fen: int
    rent_fen: int
    rent_from: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ContinueFact:
    """A group wants data again after it was stopped in this cycle: its schedule starts anew."""

    group_id: int
    cycle: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsFact:
    """What is watched from now on: per cent of each allowance (200, 300 ...: each further 100),
    fen left of the money, and per cent used of a credit limit."""

    usage: Mapping[Service, tuple[int, ...]]
    money: tuple[int, ...]
    credit: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleFact:
    """A billing cycle (as 202611) opens, or closes for further records; the meter's own."""

    cycle: int
    opens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RentFact:
    """Part `part` of `parts` of all accounts is charged the rent of a cycle; the meter's own."""

    cycle: int
    part: int
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFact:
    """Part `part` of `parts` of all groups is looked through for those that have used less than
    `percent` of an allowance of an open cycle so far. Nothing changes by it."""

    cycle: int
    percent: int
    part: int
    parts: int


Fact = (
    TariffFact
    | GroupFact
    | LineFact
    | FundsFact
    | FeesFact
    | ContinueFact
    | ThresholdsFact
    | CycleFact
    | RentFact
    | ReviewFact
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageCrossing:
    """A group's use crossed a share of its allowance; units as in GroupFact.

    `number` is the line whose record crossed it, None when a fact alone did.
    """

    group_id: int
    account_id: int
    number: int | None
    service: Service
    cycle: int
    threshold: int
    episode: int
    used: int
    allowance: int
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyCrossing:
    """What an account has left fell below a threshold, in fen; with `credit_fen` above 0,
    `threshold` is the per cent of that limit that is used.

    `spent` is what the months after `billed`, the last whose bill is in its balance, cost so far.
    """

    account_id: int
    cycle: int
    threshold: int
    episode: int
    left: int
    occurred_at: int
    credit_fen: int = 0
    spent: int = 0
    billed: int = 0


class UpgradeKind(StrEnum):
    """What a data schedule did to a group."""

    STEP_UP = "step-up"
    DATA_STOP = "data-stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeCrossing:
    """A group's data beyond its allowances reached another tier, or the amount at which it stops.

    `fee_fen` is the fee of the tier (numbered from 1), `beyond` the octets beyond the allowances.
    `number` is the line whose record did it, None when a fact alone did.
    """

    group_id: int
    account_id: int
    number: int | None
    cycle: int
    kind: UpgradeKind
    tier: int
    fee_fen: int
    episode: int
    beyond: int
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LowUse:
    """What a group used of an allowance that it used little of; units as in GroupFact."""

    service: Service
    used: int
    allowance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LowUseCrossing:
    """A review found that a group used less than `percent` of what it has of some services."""

    group_id: int
    account_id: int
    cycle: int
    percent: int
    uses: tuple[LowUse, ...]
    occurred_at: int


Crossing = UsageCrossing | MoneyCrossing | UpgradeCrossing | LowUseCrossing


class AllowanceKind(StrEnum):
    """What an allowance is part of."""

    ROLLED = "rolled"
    PACK = "pack"
    PLAN = "plan"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceUse:
    """How much of one allowance a closed cycle used; `pack_id` is 0 but for packs."""

    kind: AllowanceKind
    pack_id: int
    quantity: int
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageLine:
    """What a group used of one service in one zone of a closed cycle, and what it cost.

    `total` and `beyond` (all allowances): voice units of `voice_unit` seconds, messages, octets.
    `zone` is a Zone; what is free is not in it. `tier` is the tier of the data schedule that was
    reached, 0 for none; `price_fen` is per voice unit, message or MB. `earlier_fen` is what of the
    charge stems from before the tariff last changed. Charges that came with records are in none.
    """

    account_id: int
    group_id: int
    zone: str
    service: Service
    total: int
    beyond: int
    charge_fen: int
    tier: int
    tariff: int
    voice_unit: int
    price_fen: int
    allowances: tuple[AllowanceUse, ...]
    earlier_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LateCharge:
    """What one record that came after the close of its cycle costs, in fen; negative: gives back.

    `units` are signed voice units, messages or octets. A bill refers to it as f"late-{late_id}".
    """

    late_id: int
    account_id: int
    group_id: int
    cycle: int
    service: Service
    zone: str
    units: int
    fen: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterStatus:
    """How the counting stands.

    records_in = metered + duplicate + quarantined, always. `records_per_second` is over the last
    minute, `lag_seconds` from a file's arrival to the commit of its effects in the last batch
    (or the age of the oldest file still waiting, when that is more). None: nothing counted yet.
    `standbys` are ready to go on when the counting meter ends.
    """

    records_in: int
    metered: int
    duplicate: int
    quarantined: int
    records_per_second: float
    lag_seconds: float | None
    waiting_files: int
    last_batch: int
    last_commit_at: datetime | None
    alive: bool
    standbys: tuple[StandbyStatus, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePoint:
    """Records counted within one interval of time."""

    at: datetime
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineReason:
    """How many records are held for one reason."""

    reason: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedRecord:
    """One record that was put aside; `text` is its row as it came, the number masked."""

    reason: str
    file: str
    row: int
    text: str
    at: datetime
