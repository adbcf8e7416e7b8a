"""`wanhao staff`: units, roles, and who holds them."""

import pytest
from click.testing import CliRunner, Result

from tests.staff.examples import NANCHANG, employed
from wanhao.project.command.staff import staff
from wanhao.staff.queries import roles_held
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> Result:
    return CliRunner().invoke(staff, arguments, catch_exceptions=False)


def test_a_role_is_granted_shown_and_ended() -> None:
    employed("li.na", role="", job_number="1001")
    assert run("grant", "1001", "clerk", NANCHANG).output == "granted\n"
    assert run("grant", "1001", "clerk", NANCHANG).output == "it was held already\n"
    told = run("held", "1001").output
    assert "clerk" in told
    assert f"{NANCHANG}" in told
    assert run("end", "1001", "clerk", NANCHANG).output == "ended\n"
    assert run("end", "1001", "clerk", NANCHANG).output == "it was not held\n"
    assert run("held", "1001").output == ""
    assert ", until " in run("held", "1001", "--all").output
    (held,) = roles_held("1001", live=False)
    assert held.granted_by.startswith("command:")


def test_units_and_roles_are_listed() -> None:
    employed("li.na")
    assert "南昌市分公司 Nanchang  below 8360000" in run("units").output
    roles = run("roles").output
    assert "营业员 Clerk, reach: city" in roles
    assert "record-document" in roles


def test_an_unknown_employee_is_told() -> None:
    with pytest.raises(WanhaoError, match="No employee has the job number '7'"):
        run("grant", "7", "clerk", NANCHANG)
