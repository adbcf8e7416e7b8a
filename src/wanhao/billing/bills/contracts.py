"""What other rooms may hold of bills: codes and figures; words are made when a bill is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class LineKind(StrEnum):
    """What a line of a bill is about; it also names the revenue its money belongs to."""

    RENT = "rent"
    PACK = "pack"
    ONE_OFF = "one-off"
    VOICE = "voice"
    MESSAGE = "message"
    DATA = "data"
    LATE = "late"
    CREDIT = "credit"
    FOREIGN = "foreign"


USAGE_KINDS = (LineKind.VOICE, LineKind.MESSAGE, LineKind.DATA)
ITEM_KINDS = (LineKind.LATE, LineKind.ONE_OFF, LineKind.CREDIT)


class AllowanceKind(StrEnum):
    """Where an allowance comes from, in the order of use."""

    ROLLED = "rolled"
    PACK = "pack"
    PLAN = "plan"


class UpgradeMode(StrEnum):
    """How the tiers of an automatic upgrade are used."""

    STEP = "step"
    JUMP = "jump"
    STACK = "stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One allowance of a line and how much of it was used; units as in the line."""

    kind: AllowanceKind
    quantity: int
    used: int
    name_zh: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """The tier that data beyond every allowance reached: its number from 1, fee and quota.

    A cap of 0 is none. With STACK the tier is the block that repeats.
    """

    mode: UpgradeMode
    tier: int
    fee_fen: int
    quota_mb: int
    cap_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BillLine:
    """One line of a bill; `fen` below zero is in the customer's favour.

    Fees say `days` of `of_days`. Usage says how much was `used` and how much of it lay `beyond`
    every allowance: voice units of `voice_unit` seconds, messages, octets; `price_fen` is per voice
    unit, message or MB. A late line is about `of_cycle`. `code` is an offering's or an item's own.
    `earlier_fen` of it was charged before the tariff last changed within the month.
    A foreign line is kept as it was told: its names, and in `detail` what explains it.
    """

    kind: LineKind
    fen: int
    group_id: int = 0
    code: str = ""
    name_zh: str = ""
    name_en: str = ""
    days: int = 0
    of_days: int = 0
    service: str = ""
    zone: str = ""
    voice_unit: int = 0
    used: int = 0
    beyond: int = 0
    price_fen: int = 0
    tariff: int = 0
    earlier_fen: int = 0
    of_cycle: int = 0
    detail: str = ""
    upgrade: Upgrade | None = None
    allowances: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BillDraft:
    """What a bill is to say, without the items that wait for it; those are added on issue."""

    account_id: int
    cycle: int
    lines: tuple[BillLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBillItem:
    """Money that goes onto an account's next bill; its unique `reference` makes it happen once.

    `kind` is LATE, ONE_OFF or CREDIT. A credit is below zero, the others are not nothing.
    `explanation` holds figures of a BillLine by their names, such as names, zone, used, of_cycle.
    """

    account_id: int
    reference: str
    kind: LineKind
    fen: int
    explanation: Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What issuing came to; `known` accounts had their bill of that cycle already.

    `adjusted` are the accounts whose bill took items up or was paid with restricted money: what
    they can spend moved otherwise than the meter knows of.
    """

    bills: int
    total_fen: int
    known: int
    adjusted: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BillView:
    """A bill as it was issued; to be paid by the end of `due_on` (Asia/Shanghai).

    An `imported` one was issued by another billing and is not in our ledger.
    """

    account_id: int
    cycle: int
    total_fen: int
    lines: tuple[BillLine, ...]
    issued_at: datetime
    due_on: date
    journal: str
    imported: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedBill:
    """A bill that another billing issued under `number`; its total is the sum of its lines."""

    account_id: int
    cycle: int
    number: str
    lines: tuple[BillLine, ...]
    total_fen: int
    issued_at: datetime
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthTotal:
    """One month of an account's history; `fen` None: no bill was issued for it."""

    cycle: int
    fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AbnormalBill:
    """A bill above five times the mean of the three before it."""

    account_id: int
    cycle: int
    total_fen: int
    mean_fen: int


class RunState(StrEnum):
    """How far the bills of a cycle are."""

    RUNNING = "running"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """The run that issues a cycle's bills; accounts up to `done_through` are behind it."""

    cycle: int
    state: RunState
    done_through: int
    accounts: int
    bills: int
    total_fen: int
    started_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedCycle:
    """A cycle's bills held against the ledger: `unequal` accounts differ, none is right."""

    cycle: int
    bills: int
    bills_fen: int
    ledger_fen: int
    unequal: tuple[int, ...]

    @property
    def holds(self) -> bool:
        """Whether every bill is what the ledger charged."""
        return self.bills_fen == self.ledger_fen and not self.unequal


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Whom a bill is for, as it may be printed: name masked, and each group's number masked."""

    reference: str
    name: str
    numbers: Mapping[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who sends the bill."""

    name_zh: str
    name_en: str
