"""Reads of the organisation and its employees."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from wanhao.staff.contracts import EmployeeView, HeldRole, Permission, Unit, UnitKind
from wanhao.staff.models import Employee, OrgUnit, RoleGrant
from wanhao.staff.roles import known_roles
from wanhao.staff.scope import allows


def units() -> tuple[Unit, ...]:
    """All units, parents before children."""
    rows = OrgUnit.objects.select_related("parent").order_by("id")
    return tuple(
        Unit(
            code=row.code,
            kind=UnitKind(row.kind),
            name_zh=row.name_zh,
            name_en=row.name_en,
            parent=row.parent.code if row.parent else "",
        )
        for row in rows
    )


def employee_of_login(login_id: int) -> EmployeeView | None:
    """The employee who signs in with a login, if it is an employee's."""
    row = Employee.objects.select_related("unit").filter(login_id=login_id).first()
    return None if row is None else _view(row)


def employees_by_id(employee_ids: Collection[int]) -> dict[int, EmployeeView]:
    """These employees; an unknown one is left out."""
    rows = Employee.objects.select_related("unit").filter(id__in=set(employee_ids))
    return {row.pk: _view(row) for row in rows}


def employees_by_login(login_ids: Collection[int]) -> dict[int, EmployeeView]:
    """The employees who sign in with these logins, by login; others are left out."""
    rows = Employee.objects.select_related("unit").filter(login_id__in=set(login_ids))
    return {row.login_id: _view(row) for row in rows}


def employees_by_number(job_numbers: Collection[str]) -> dict[int, EmployeeView]:
    """The employees with these job numbers, by login; others are left out."""
    rows = Employee.objects.select_related("unit").filter(job_number__in=set(job_numbers))
    return {row.login_id: _view(row) for row in rows}


def top_unit() -> str:
    """The unit above all others; empty while none is loaded."""
    found = OrgUnit.objects.filter(kind=UnitKind.PROVINCE.value).order_by("id")
    return found.values_list("code", flat=True).first() or ""


def roles_held(job_number: str = "", *, live: bool = True) -> list[HeldRole]:
    """The roles that are held, of one employee or of all; with those that ended unless `live`."""
    rows = RoleGrant.objects.select_related("employee", "unit").order_by("employee_id", "id")
    if job_number:
        rows = rows.filter(employee__job_number=job_number)
    return [_held(row) for row in (rows.filter(until__isnull=True) if live else rows)]


def may(employee_id: int, what: Permission, unit: str, now: datetime) -> bool:
    """Whether an employee may do something for whoever belongs to a unit, by the roles held now."""
    return bool(may_at(employee_id, what, [unit], now))


def may_at(
    employee_id: int, what: Permission, unit_codes: Collection[str], now: datetime
) -> frozenset[str]:
    """Those of the units for which an employee may do it; asked once, however many they are."""
    rows = RoleGrant.objects.select_related("employee", "unit").filter(
        Q(until__isnull=True) | Q(until__gt=now), employee_id=employee_id, since__lte=now
    )
    held = [_held(row) for row in rows]
    known = {one.code: one for one in units()} if held else {}
    return frozenset(
        code for code in unit_codes if held and allows(held, what, code, known_roles(), known)
    )


def _held(row: RoleGrant) -> HeldRole:
    return HeldRole(
        job_number=row.employee.job_number,
        role=row.role,
        unit=row.unit.code,
        since=row.since,
        granted_by=row.granted_by,
        until=row.until,
        ended_by=row.ended_by,
    )


def _view(row: Employee) -> EmployeeView:
    return EmployeeView(
        employee_id=row.pk, job_number=row.job_number, name=row.name, unit=row.unit.code
    )
