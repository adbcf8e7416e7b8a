"""What other rooms may hold of the organisation and its employees."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UnitKind(StrEnum):
    """A unit's place in the organisation, from the top."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"
    HALL = "hall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of the organisation; `parent` is a unit's code, empty for the province."""

    code: str
    kind: UnitKind
    name_zh: str
    name_en: str
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployeeView:
    """An employee as other rooms see one."""

    employee_id: int
    job_number: str
    name: str
    unit: str


class Permission(StrEnum):
    """What a role may let somebody do."""

    SERVE = "serve"
    REVEAL = "reveal"
    READ_MONEY = "read-money"
    READ_MESSAGES = "read-messages"
    RECORD_DOCUMENT = "record-document"
    RECORD_WITHOUT_CODE = "record-without-code"
    TAKE_CASH = "take-cash"
    SEE_DRAWERS = "see-drawers"
    REFUND = "refund"
    AUDIT = "audit"


class Reach(StrEnum):
    """How far a role goes from the unit it is held at: that unit and below, or its whole city."""

    UNIT = "unit"
    CITY = "city"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A role as `roles.toml` tells it."""

    code: str
    zh: str
    en: str
    reach: Reach
    may: frozenset[Permission]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role somebody holds at a unit, since when and by whom; `until` is empty while it lasts."""

    job_number: str
    role: str
    unit: str
    since: datetime
    granted_by: str
    until: datetime | None = None
    ended_by: str = ""
