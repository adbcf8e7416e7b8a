"""Whose customers an employee may see: another city's accounts and lines stay closed to a clerk."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from tests.parties.examples import a_line, an_account
from tests.staff.examples import JIUJIANG, NANCHANG, PROVINCE, employed
from wanhao.access.models import Login
from wanhao.access.queries import reads_made
from wanhao.products.actions import load_catalogue
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

NUMBER = 16907910001
PAGES = ["/ledger/A1/", "/bills/A1/", "/points/A1/", f"/reminders/line/{NUMBER}/"]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_customer_of_nanchang(settings: Settings) -> None:
    settings.DEMO = False
    load_catalogue()
    order = AccountOrder(
        account=an_account("A1", (a_line(NUMBER),)), offering_codes=("lexiang-4g-59",)
    )
    open_accounts([order], datetime.now(UTC))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(
    ("unit", "role", "status"),
    [
        (NANCHANG, "clerk", 200),
        (PROVINCE, "duty-manager", 200),
        (JIUJIANG, "clerk", 403),
        (JIUJIANG, "duty-manager", 403),
        (NANCHANG, "engineer", 403),
        (NANCHANG, "", 403),
    ],
)
def test_an_employee_sees_customers_of_their_city_only(
    client: Client, path: str, unit: str, role: str, status: int
) -> None:
    client.force_login(employed("li.na", unit, role))
    answer = client.get(path, headers={"accept-language": "zh-hans"})
    assert answer.status_code == status
    assert bool(reads_made()) is (status == 200)
    if status == 403:
        assert "王小明" not in answer.content.decode()
        assert "南昌市分公司" in answer.content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_login_that_is_nobodys_job_sees_no_customer(client: Client, path: str) -> None:
    client.force_login(Login.objects.create_user("root", kind="employee"))
    assert client.get(path).status_code == 403
    assert not reads_made()


def test_another_citys_clerk_switches_no_reminder(client: Client) -> None:
    client.force_login(employed("li.na", JIUJIANG))
    path = f"/reminders/line/{NUMBER}/switch/"
    assert client.post(path, {"rule": "voice-80", "to": "off"}).status_code == 403
