"""What other rooms may hold of care files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class CareReason(StrEnum):
    """Why somebody is cared for."""

    ALONE = "alone"
    DISABLED = "disabled"
    REMOTE = "remote"
    OTHER = "other"


class Relation(StrEnum):
    """What the person is to who registered them."""

    SELF = "self"
    PARENT = "parent"
    GRANDPARENT = "grandparent"
    SPOUSE = "spouse"
    CHILD = "child"
    OTHER = "other"


class CareState(StrEnum):
    """Life of a care file: it waits for the person's consent, counts, ends."""

    WAITING = "waiting"
    ACTIVE = "active"
    ENDED = "ended"


class VisitState(StrEnum):
    """Life of a visit: due, then made or missed; one that was missed may still be made."""

    DUE = "due"
    MADE = "made"
    MISSED = "missed"


NEXT: Mapping[CareState, frozenset[CareState]] = {
    CareState.WAITING: frozenset({CareState.ACTIVE, CareState.ENDED}),
    CareState.ACTIVE: frozenset({CareState.ENDED}),
    CareState.ENDED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CareTerms:
    """The last day of a month on which one is visited, how many visit, and what may be needed,
    by code in Chinese and English."""

    last_day: int
    visitors: int
    needs: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCare:
    """A person to be cared for, registered by a line; `address` is where to visit."""

    person_line: int
    asked_line: int
    relation: Relation
    reason: CareReason
    needs: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CareView:
    """A care file; `address` is personal and shown masked unless a reading is recorded."""

    care_id: int
    person_line: int
    asked_line: int
    relation: Relation
    reason: CareReason
    needs: tuple[str, ...]
    address: str
    state: CareState
    since: datetime
    consented_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """A visit of a month (202612), due until a day; who made it and what came of it."""

    visit_id: int
    care_id: int
    person_line: int
    cycle: int
    until: date
    state: VisitState
    visitors: tuple[str, ...]
    result: str
    made_at: datetime | None
