"""What other rooms may hold of the quarantine: records held, and what was done with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HeldState(StrEnum):
    """Where a record of the quarantine stands: held, waiting for the meter to judge it again,
    counted after all (or seen to be a duplicate), or dismissed for good."""

    HELD = "held"
    WAITING = "waiting"
    METERED = "metered"
    DUPLICATE = "duplicate"
    DISMISSED = "dismissed"


class StepKind(StrEnum):
    """What was done with a record of the quarantine, and what the meter then found."""

    REPAIRED = "repaired"
    REPLAYED = "replayed"
    DISMISSED = "dismissed"
    METERED = "metered"
    DUPLICATE = "duplicate"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFilter:
    """Which records of the quarantine are meant; what is empty does not narrow them."""

    reason: str = ""
    file: str = ""
    state: HeldState | None = HeldState.HELD
    ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRecord:
    """A record of the quarantine; `text` is the row as it is judged now, in lists with its number
    masked."""

    record_id: int
    reason: str
    state: HeldState
    file: str
    row: int
    text: str
    repaired: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineStepView:
    """One thing that was done with a record, or that the meter found; `batch` is the meter's."""

    kind: StepKind
    reason: str
    text: str
    by: str
    why: str
    batch: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldDetail:
    """A record of the quarantine with everything that happened to it, oldest first.

    `came_as` is its row as it came; `fields` its row by column, empty where it does not have a
    field for each.
    """

    record: HeldRecord
    came_as: str
    fields: Mapping[str, str]
    steps: tuple[QuarantineStepView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayProgress:
    """How many of the records asked for are still waiting, and what the others became."""

    waiting: int
    metered: int
    duplicate: int
    held: int
