"""Reads of the organisation and its employees."""

from wanhao.staff.contracts import EmployeeView, Unit, UnitKind
from wanhao.staff.models import Employee, OrgUnit


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
    if row is None:
        return None
    return EmployeeView(
        employee_id=row.pk, job_number=row.job_number, name=row.name, unit=row.unit.code
    )
