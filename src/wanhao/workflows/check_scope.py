"""Check the scope: whether an employee may do something with a line or an account, by their roles
and the customer's home city; and who can, where they may not."""

from dataclasses import dataclass
from datetime import datetime

from wanhao.parties.contracts import LineView
from wanhao.parties.queries import account_cities
from wanhao.staff.contracts import Permission, Unit
from wanhao.staff.queries import may, units
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


def _scope(employee_id: int, what: Permission, city: str, now: datetime) -> Scope:
    unit = unit_of_city(city)
    if may(employee_id, what, unit, now):
        return Scope(allowed=True)
    known = {one.code: one for one in units()}
    return Scope(allowed=False, who_can=tuple(known[code] for code in path_of(unit, known)))
