"""What other rooms may hold of the organisation and its employees."""

from dataclasses import dataclass
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
