"""Who works where."""

import pytest
from django.contrib.auth import get_user_model

from wanhao.staff.actions import appoint, load_units
from wanhao.staff.queries import employee_of_login
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


@pytest.fixture
def login_id() -> int:
    load_units()
    return get_user_model().objects.create_user("zhang", "secret", kind="employee").pk


def test_an_employee_is_found_by_login(login_id: int) -> None:
    employee_id = appoint(login_id=login_id, unit_code="8360100", name="张敏", job_number="1001")
    found = employee_of_login(login_id)

    assert found is not None
    assert (found.employee_id, found.name, found.unit) == (employee_id, "张敏", "8360100")
    assert employee_of_login(login_id + 1) is None


def test_a_login_belongs_to_one_employee(login_id: int) -> None:
    appoint(login_id=login_id, unit_code="8360100", name="张敏", job_number="1001")
    with pytest.raises(WanhaoError, match="'1002' cannot be appointed"):
        appoint(login_id=login_id, unit_code="8360100", name="李强", job_number="1002")


def test_an_unknown_unit_is_refused(login_id: int) -> None:
    with pytest.raises(WanhaoError, match="No unit has the code '99'"):
        appoint(login_id=login_id, unit_code="99", name="张敏", job_number="1001")
