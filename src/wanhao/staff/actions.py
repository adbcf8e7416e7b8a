"""Writes of the organisation and its employees."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.db import IntegrityError, transaction

from wanhao.staff.contracts import Unit
from wanhao.staff.models import Employee, OrgUnit, RoleGrant
from wanhao.staff.roles import known_roles
from wanhao.staff.units import UNITS_FILE, read_units
from wanhao.values.errors import WanhaoError


def load_units(path: Path = UNITS_FILE) -> int:
    """Bring the organisation to what the file says; returns how many units it has.

    May be repeated. A unit that left the file stays, as employees may belong to it.
    """
    return place_units(read_units(path))


@transaction.atomic
def place_units(units: Sequence[Unit]) -> int:
    """Put units into the organisation or bring them up to date, parents before children; returns
    how many. A parent may have been there before; WanhaoError when it is not."""
    ids = dict(OrgUnit.objects.values_list("code", "id"))
    for unit in units:
        if unit.parent and unit.parent not in ids:
            raise WanhaoError(
                f"Unit '{unit.code}' stands below '{unit.parent}', which is not there.",
                "Place parents before what stands below them.",
            )
        row, _ = OrgUnit.objects.update_or_create(
            code=unit.code,
            defaults={
                "kind": unit.kind.value,
                "name_zh": unit.name_zh,
                "name_en": unit.name_en,
                "parent_id": ids.get(unit.parent),
            },
        )
        ids[unit.code] = row.pk
    return len(units)


def appoint(*, login_id: int, unit_code: str, name: str, job_number: str) -> int:
    """Make the owner of a login an employee of a unit; returns the employee's id.

    WanhaoError when the unit is unknown, or the login or the job number is somebody else's.
    """
    unit = _unit(unit_code)
    try:
        with transaction.atomic():
            row = Employee.objects.create(
                login_id=login_id, unit=unit, name=name, job_number=job_number
            )
    except IntegrityError as error:
        raise WanhaoError(
            f"Employee '{job_number}' cannot be appointed: login or job number is taken.",
            "Give a login and a job number of their own.",
        ) from error
    return row.pk


def grant_role(
    *, job_number: str, role: str, unit_code: str, now: datetime, by: str
) -> tuple[int, bool]:
    """Let an employee hold a role at a unit; gives the grant's id, and False when it was held.

    WanhaoError when employee, role or unit is unknown.
    """
    if role not in known_roles():
        known = ", ".join(known_roles())
        raise WanhaoError(f"There is no role '{role}'.", f"The roles are: {known}.")
    employee, unit = _employee(job_number), _unit(unit_code)
    given = {"since": now, "granted_by": by[:64]}
    row, first = RoleGrant.objects.get_or_create(
        employee=employee, role=role, unit=unit, until=None, defaults=given
    )
    return row.pk, first


def end_role(*, job_number: str, role: str, unit_code: str, now: datetime, by: str) -> bool:
    """A role is held no more; False when it was not held. WanhaoError when employee or unit is
    unknown."""
    held = RoleGrant.objects.filter(
        employee=_employee(job_number), role=role, unit=_unit(unit_code), until=None
    )
    return bool(held.update(until=now, ended_by=by[:64]))


def _employee(job_number: str) -> Employee:
    row = Employee.objects.filter(job_number=job_number).first()
    if row is None:
        raise WanhaoError(f"No employee has the job number '{job_number}'.", "See: wanhao staff")
    return row


def _unit(code: str) -> OrgUnit:
    row = OrgUnit.objects.filter(code=code).first()
    if row is None:
        raise WanhaoError(f"No unit has the code '{code}'.", "See: wanhao staff units")
    return row
