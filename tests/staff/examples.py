"""Employees with roles, for tests of who may do what."""

from datetime import UTC, datetime

from wanhao.access.models import Login
from wanhao.staff.actions import appoint, grant_role, load_units

NANCHANG, JIUJIANG, PROVINCE = "8360100", "8360400", "8360000"


def employed(
    name: str,
    unit: str = NANCHANG,
    role: str = "clerk",
    job_number: str = "",
    since: datetime | None = None,
) -> Login:
    """The login of a new employee of a unit who holds a role there, since now or a time before."""
    load_units()
    login = Login.objects.create_user(name, "a good password 1", kind="employee")
    number = job_number or name
    appoint(login_id=login.pk, unit_code=unit, name="李娜", job_number=number)
    if role:
        grant_role(
            job_number=number,
            role=role,
            unit_code=unit,
            now=since or datetime.now(UTC),
            by="the tests",
        )
    return login
