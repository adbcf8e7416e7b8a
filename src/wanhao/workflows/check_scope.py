"""Check the scope: whether an employee may do something with a line or an account, by their roles
and the customer's home city, or at a hall; and who can, where they may not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from wanhao.outlets.contracts import NewPlace
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import account_cities
from wanhao.staff.contracts import Permission, Unit
from wanhao.staff.queries import may, may_at, units
from wanhao.staff.scope import path_of, unit_of_city


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whether it is allowed; where not, `who_can` are the units whose employees can, the nearest
    first."""

    allowed: bool
    who_can: tuple[Unit, ...] = ()


def scope_of_line(employee_id: int, what: Permission, line: LineView, now: datetime) -> Scope:
    """Whether an employee may do it with a line."""
    return _scope(employee_id, what, line.city, now)


def scope_of_account(employee_id: int, what: Permission, account_id: int, now: datetime) -> Scope:
    """Whether an employee may do it with an account."""
    return _scope(employee_id, what, account_cities([account_id]).get(account_id, ""), now)


def scope_of_hall(employee_id: int, what: Permission, hall: NewPlace, now: datetime) -> Scope:
    """Whether an employee may do it at a hall: its own unit where it has one, else its city's."""
    return _at(employee_id, what, _unit_of_hall(hall, {one.code for one in units()}), now)


def halls_in_scope(
    employee_id: int, what: Permission, halls: Iterable[NewPlace], now: datetime
) -> list[NewPlace]:
    """Those of the halls at which an employee may do it."""
    known = {one.code for one in units()}
    asked = [(hall, _unit_of_hall(hall, known)) for hall in halls]
    reached = may_at(employee_id, what, {unit for _, unit in asked}, now)
    return [hall for hall, unit in asked if unit in reached]


def _unit_of_hall(hall: NewPlace, known: Collection[str]) -> str:
    return hall.code if hall.code in known else unit_of_city(hall.city)


def _scope(employee_id: int, what: Permission, city: str, now: datetime) -> Scope:
    return _at(employee_id, what, unit_of_city(city), now)


def _at(employee_id: int, what: Permission, unit: str, now: datetime) -> Scope:
    if may(employee_id, what, unit, now):
        return Scope(allowed=True)
    known = {one.code: one for one in units()}
    return Scope(allowed=False, who_can=tuple(known[code] for code in path_of(unit, known)))
