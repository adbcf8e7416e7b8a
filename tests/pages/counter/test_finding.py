"""The counter finds customers with a reason, and only those of the clerk's city."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.pages.counter.shop import CARD, ELSEWHERE, NAME, NUMBER, begin, see, shown
from tests.staff.examples import JIUJIANG, employed
from wanhao.access.models import Login
from wanhao.access.queries import reads_made, reads_of
from wanhao.outlets.counter.serving import steps_of
from wanhao.outlets.counter_contracts import StepKind
from wanhao.outlets.models import CounterService

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("wanted", [f"{NUMBER}", "169 0791-0001", CARD, "11010519491231002x"])
def test_a_number_or_a_document_finds_one_customer(clerk: Client, wanted: str) -> None:
    see()
    page = shown(clerk, begin(clerk, wanted))
    assert "169****0001" in page
    assert "王**" in page
    assert "在用服务" not in page
    assert str(NUMBER) not in page
    assert NAME not in page
    assert CARD not in page
    assert "****002X" in page


def test_the_reading_says_who_why_and_what_for(clerk: Client) -> None:
    begin(clerk)
    (read,) = reads_of(f"line {NUMBER}")
    assert (read.login_name, read.purpose, read.reason) == ("li.na", "served at H1", "change")
    searched = [one for one in reads_made() if one.subject == "search by number"]
    assert len(searched) == 1


def test_a_name_shows_those_of_the_city_to_choose_from(clerk: Client) -> None:
    answer = clerk.post("/counter/find/", {"wanted": NAME, "purpose": "payment"})
    page = answer.content.decode()
    # The one of Jiujiang has the same name, and is not among them.
    assert page.count("王**") == 1
    assert "169****0001" in page
    line = page.split('name="line" value="')[1].split('"')[0]
    begun = clerk.post("/counter/begin/", {"line": line, "purpose": "payment"})
    assert begun.status_code == 302


def test_a_customer_of_another_city_is_refused_and_nothing_is_shown(clerk: Client) -> None:
    given = {"wanted": str(ELSEWHERE), "purpose": "change"}
    answer = clerk.post("/counter/find/", given, headers={"accept-language": "zh-hans"})
    assert answer.status_code == 403
    assert "九江市分公司" in answer.content.decode()
    assert not CounterService.objects.exists()
    assert reads_of(f"line {ELSEWHERE}") == []


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"wanted": f"{NUMBER}"}, 400),
        ({"wanted": f"{NUMBER}", "purpose": "curiosity"}, 400),
        ({"wanted": f"{NUMBER}", "purpose": "other"}, 400),
        ({"wanted": "", "purpose": "change"}, 400),
        ({"wanted": "nobody at all", "purpose": "change"}, 404),
        ({"wanted": "16907999999", "purpose": "change"}, 404),
    ],
)
def test_without_a_reason_or_a_customer_nothing_begins(
    clerk: Client, given: dict[str, str], status: int
) -> None:
    assert clerk.post("/counter/find/", given).status_code == status
    assert not CounterService.objects.exists()


def test_the_next_customer_ends_the_service_of_the_last(clerk: Client) -> None:
    first = begin(clerk)
    second = begin(clerk)
    assert clerk.get(first)["Location"] == "/counter/?done=over"
    assert clerk.get(second).status_code == 200
    service = int(first.split("/")[2])
    assert [one.kind for one in steps_of(service)] == [StepKind.BEGUN, StepKind.ENDED]
    clerk.post(f"{second}end/")
    assert clerk.get(second).status_code == 302


def test_another_clerk_cannot_take_over_a_service(clerk: Client) -> None:
    address = begin(clerk)
    employed("zhao", role="clerk")
    clerk.force_login(Login.objects.get(name="zhao"))
    assert clerk.get(address)["Location"] == "/counter/?done=over"


@pytest.mark.parametrize("demo", [True, False])
def test_only_clerks_stand_at_the_counter(clerk: Client, settings: Settings, demo: bool) -> None:
    settings.DEMO = demo
    clerk.logout()
    assert clerk.get("/counter/").status_code == 302
    clerk.force_login(Login.objects.create_user("a-customer"))
    assert clerk.get("/counter/").status_code == 302
    clerk.force_login(employed("engineer", JIUJIANG, "engineer"))
    assert clerk.get("/counter/").status_code == 403
    clerk.force_login(Login.objects.create_user("root", kind="employee"))
    assert clerk.get("/counter/").status_code == 403


def test_who_works_for_the_city_chooses_a_hall_first(clerk: Client) -> None:
    clerk.force_login(employed("zhao", role="clerk"))
    given = {"wanted": str(NUMBER), "purpose": "change"}
    settled = clerk.post("/counter/find/", given)
    # There is one hall in this city only, so it is chosen already.
    assert settled.status_code == 302
