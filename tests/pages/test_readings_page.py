"""Who looked at whose data: by employee, by customer, by day, for those who may audit."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests.staff.examples import JIUJIANG, NANCHANG, PROVINCE, employed
from wanhao.access.actions import record_read
from wanhao.access.models import Login

NOW = datetime.now(UTC)
NUMBER = 16907910001

pytestmark = pytest.mark.django_db


@pytest.fixture
def readers(settings: Settings) -> dict[str, Login]:
    """A clerk in each of two cities, who each looked at a line."""
    settings.DEMO = False
    found = {"li.na": employed("li.na", NANCHANG), "zhao": employed("zhao", JIUJIANG)}
    record_read(found["li.na"], f"line {NUMBER}", "revealed name", NOW, reason="card lost")
    record_read(found["zhao"], "account A7", "statement", NOW - timedelta(days=2))
    return found


def page(client: Client, query: str = "") -> str:
    answer = client.get(f"/audit/reads/{query}", headers={"accept-language": "en"})
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_the_province_sees_everything_with_numbers_masked(
    client: Client, readers: dict[str, Login]
) -> None:
    client.force_login(employed("chen", PROVINCE, "inspector"))
    shown = page(client)
    assert "A card or a new line · lost" in shown
    assert "account A7" in shown
    assert "169****0001" in shown
    assert str(NUMBER) not in shown.split("<table")[1]


@pytest.mark.parametrize(
    ("query", "seen", "unseen"),
    [
        ("?employee=li.na", "A card or a new line · lost", "account A7"),
        (f"?customer={NUMBER}", "A card or a new line · lost", "account A7"),
        ("?customer=A7", "account A7", "A card or a new line · lost"),
        (f"?day={NOW + timedelta(hours=8):%Y-%m-%d}", "A card or a new line · lost", "account A7"),
    ],
)
def test_it_is_found_by_employee_customer_and_day(
    client: Client, readers: dict[str, Login], query: str, seen: str, unseen: str
) -> None:
    client.force_login(employed("chen", PROVINCE, "inspector"))
    rows = page(client, query).split("<tbody>")[1]
    assert seen in rows
    assert unseen not in rows


def test_a_city_sees_its_own_people_only(client: Client, readers: dict[str, Login]) -> None:
    client.force_login(employed("chen", NANCHANG, "inspector"))
    assert "A card or a new line · lost" in page(client, "?employee=li.na")
    assert client.get("/audit/reads/").status_code == 403
    assert client.get("/audit/reads/?employee=zhao").status_code == 403


def test_a_clerk_sees_none_of_it(client: Client, readers: dict[str, Login]) -> None:
    client.force_login(readers["li.na"])
    assert client.get("/audit/reads/?employee=li.na").status_code == 403


def test_older_ones_are_on_the_next_page(client: Client, readers: dict[str, Login]) -> None:
    for place in range(55):
        record_read(readers["zhao"], f"account B{place}", "bill", NOW)
    client.force_login(employed("chen", PROVINCE, "inspector"))
    first = page(client, "?employee=zhao")
    assert first.count("account B") == 50
    before = first.split("before=")[1].split('"')[0]
    assert page(client, f"?employee=zhao&before={before}").count("account B") == 5


@pytest.mark.parametrize("query", ["?day=soon", "?employee=nobody"])
def test_what_cannot_be_understood_is_told(
    client: Client, readers: dict[str, Login], query: str
) -> None:
    client.force_login(employed("chen", PROVINCE, "inspector"))
    assert client.get(f"/audit/reads/{query}").status_code == 400


def test_it_is_told_in_words(client: Client, readers: dict[str, Login]) -> None:
    record_read(None, f"line {NUMBER}", "served at H1", NOW, reason="change")
    record_read(None, f"line {NUMBER}", "something new", NOW, reason="because")
    client.force_login(employed("chen", PROVINCE, "inspector"))
    page = client.get("/audit/reads/").content.decode()
    for said in (
        "显示完整姓名",
        "补卡或开户 · lost",
        "接待，营业厅 H1",
        "something new",
        "because",
    ):
        assert said in page
    assert "revealed name" not in page
