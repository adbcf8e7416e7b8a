"""What the clerks of a hall took on a day, for those who may see drawers."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from tests.outlets.examples import a_place
from tests.pages.counter.shop import HALL, begin, open_hall, shown
from tests.staff.examples import JIUJIANG, NANCHANG, PROVINCE, employed
from wanhao.access.models import Login
from wanhao.billing.cash_contracts import ClerkCash, NewCash
from wanhao.billing.tills import write_receipt
from wanhao.outlets.actions import import_places
from wanhao.outlets.counter.drawers import close_drawer
from wanhao.pages.counter.drawers import Sums, drawers_of, sums_of
from wanhao.parties.queries import lines_by_number
from wanhao.staff.models import Employee
from wanhao.values.cycle import SHANGHAI

NOW = datetime.now(UTC)
TODAY = NOW.astimezone(SHANGHAI).date()
ONE = f"/drawers/?hall={HALL}"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_day_of_cash(settings: Settings) -> None:
    """Li Na took ¥350 and counted ¥349; her colleague took ¥20 and counted nothing yet."""
    settings.DEMO = False
    open_hall()
    employed("wu", role="clerk")
    take("li.na", 30_000, "1")
    take("li.na", 5_000, "2")
    take("wu", 2_000, "3")
    close_drawer(clerk_id=clerk("li.na"), hall=HALL, counted_fen=34_900, note="少收一元", now=NOW)


def clerk(name: str) -> int:
    return Employee.objects.get(job_number=name).pk


def take(name: str, fen: int, reference: str, hall: str = HALL) -> None:
    account = lines_by_number([16907910001])[16907910001].account_id
    cash = NewCash(
        reference=reference, hall=hall, clerk_id=clerk(name), account_id=account, amount_fen=fen
    )
    write_receipt(cash, NOW)


def seen_by(client: Client, unit: str, role: str, path: str = ONE) -> tuple[int, str]:
    client.force_login(employed("chen", unit, role))
    answer = client.get(path, headers={"accept-language": "en"})
    return answer.status_code, " ".join(answer.content.decode().split())


@pytest.mark.parametrize(
    ("unit", "role", "status"),
    [
        (NANCHANG, "duty-manager", 200),
        (PROVINCE, "inspector", 200),
        (PROVINCE, "finance", 200),
        (JIUJIANG, "duty-manager", 403),
        (JIUJIANG, "finance", 403),
        (NANCHANG, "clerk", 403),
        (NANCHANG, "engineer", 403),
    ],
)
def test_the_drawers_of_a_hall_are_for_those_who_may_see_them(
    client: Client, unit: str, role: str, status: int
) -> None:
    answered, page = seen_by(client, unit, role)
    assert answered == status
    assert ("¥349.00" in page) is (status == 200)


def test_each_clerk_has_what_was_taken_counted_and_said(client: Client) -> None:
    _, page = seen_by(client, NANCHANG, "duty-manager")
    rows = {name: page.split(f'data-clerk="{clerk(name)}"')[1] for name in ("li.na", "wu")}
    for figure in ("¥350.00", "¥349.00", "-¥1.00", "少收一元"):
        assert figure in rows["li.na"].split("</tr>")[0]
    assert "¥20.00" in rows["wu"].split("</tr>")[0]
    assert "not counted yet" in rows["wu"].split("</tr>")[0]
    assert "¥370.00" in page
    assert "in 2 drawers · 1 not counted yet" in page


def test_the_day_lists_the_halls_of_ones_scope(client: Client) -> None:
    import_places([a_place(HALL), a_place("H2", city="3604")])
    take("wu", 100, "4", hall="H2")
    _, page = seen_by(client, NANCHANG, "duty-manager", "/drawers/")
    assert f'data-hall="{HALL}"' in page
    assert 'data-hall="H2"' not in page
    assert "¥370.00" in page
    client.force_login(employed("zhou", PROVINCE, "finance"))
    everything = client.get("/drawers/").content.decode()
    assert 'data-hall="H2"' in everything
    assert "¥371.00" in everything


def test_a_day_without_cash_says_so_and_nonsense_is_told(client: Client) -> None:
    assert (
        "No cash was taken on this day."
        in seen_by(client, NANCHANG, "duty-manager", f"{ONE}&day=2026-01-01")[1]
    )
    assert client.get(f"{ONE}&day=soon").status_code == 400
    assert client.get("/drawers/?hall=H9").status_code == 400
    client.logout()
    assert client.get("/drawers/").status_code == 302


def test_a_clerk_sees_the_own_drawer_only(client: Client) -> None:
    client.force_login(Login.objects.get(name="li.na"))
    begin(client)
    own = shown(client, "/counter/drawer/")
    assert "¥350.00" in own
    assert "¥20.00" not in own
    assert client.get("/drawers/").status_code == 403


def test_an_empty_drawer_that_was_counted_is_there_too() -> None:
    closing = close_drawer(clerk_id=clerk("wu"), hall=HALL, counted_fen=2_000, note="", now=NOW)
    taken = ClerkCash(hall="H0", clerk_id=7, day=TODAY, payments=1, amount_fen=50)
    found = drawers_of([taken], [closing])
    assert [(one.hall, one.clerk_id, one.taken_fen) for one in found] == [
        ("H0", 7, 50),
        (HALL, clerk("wu"), 0),
    ]
    assert sums_of(found) == Sums(
        drawers=2, uncounted=1, taken_fen=50, counted_fen=2_000, difference_fen=0
    )


def test_looking_costs_the_same_for_many_clerks(
    client: Client, django_assert_max_num_queries: object
) -> None:
    for place in range(12):
        employed(f"more{place}")
        take(f"more{place}", 100, f"more-{place}")
    client.force_login(employed("chen", NANCHANG, "duty-manager"))
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        client.get(ONE)
