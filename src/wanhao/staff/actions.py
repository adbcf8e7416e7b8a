"""Writes of the organisation and its employees."""

from pathlib import Path

from django.db import IntegrityError, transaction

from wanhao.staff.models import Employee, OrgUnit
from wanhao.staff.units import UNITS_FILE, read_units
from wanhao.values.errors import WanhaoError


@transaction.atomic
def load_units(path: Path = UNITS_FILE) -> int:
    """Bring the organisation to what the file says; returns how many units it has.

    May be repeated. A unit that left the file stays, as employees may belong to it.
    """
    units = read_units(path)
    ids: dict[str, int] = {}
    for unit in units:
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
    unit = OrgUnit.objects.filter(code=unit_code).first()
    if unit is None:
        raise WanhaoError(f"No unit has the code '{unit_code}'.", "Use a code of staff/units.toml.")
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
