"""What other rooms may hold of usage: facts that go in, crossings and figures that come out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Service(StrEnum):
    """A counted service that has an allowance."""

    VOICE = "voice"
    MESSAGE = "message"
    DATA = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFact:
    """The terms a group has from now on; prices in fen per voice unit, per message, per MB.

    Allowances: voice units (of `voice_unit` seconds), messages, octets.
    """

    group_id: int
    account_id: int
    voice_unit: int
    voice_allowance: int
    message_allowance: int
    data_allowance: int
    voice_price: int
    message_price: int
    data_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFact:
    """From `since` (epoch seconds UTC) the number belongs to the group; group 0 is nobody."""

    number: int
    group_id: int
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsFact:
    """What an account can spend, before the charges of the running cycle; None: not watched."""

    account_id: int
    spendable_fen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdsFact:
    """What is watched from now on: per cent of each allowance, and fen left of the money."""

    usage: Mapping[Service, tuple[int, ...]]
    money: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleFact:
    """A billing cycle (as 202611) opens, or closes for further records."""

    cycle: int
    opens: bool


Fact = GroupFact | LineFact | FundsFact | ThresholdsFact | CycleFact


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
    """What an account has left fell below a threshold, in fen."""

    account_id: int
    cycle: int
    threshold: int
    episode: int
    left: int
    occurred_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterStatus:
    """How the counting stands.

    records_in = metered + duplicate + quarantined, always. `records_per_second` is over the last
    minute, `lag_seconds` from a file's arrival to the commit of its effects in the last batch
    (or the age of the oldest file still waiting, when that is more). None: nothing counted yet.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What became of a usage file: `trouble` says why it was refused, empty when it was not.

    `finished_at` is when its last row was counted; a file delivered again keeps the first time.
    """

    name: str
    rows_done: int
    trouble: str
    finished_at: datetime | None


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
