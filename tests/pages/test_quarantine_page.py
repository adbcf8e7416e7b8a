"""The quarantine's pages: finding what is held, repairing it, judging it again, dismissing it."""

import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.pages.operator import STRANGER, TALKER, SmallOperator
from tests.parties.examples import a_line, an_account
from wanhao.access.models import Login
from wanhao.access.queries import reads_of
from wanhao.usage.held import held_detail
from wanhao.usage.quarantine_contracts import HeldState

WHY = "put right by the mediation"


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.DEMO = True


def page(client: Client, path: str = "/quarantine/", language: str = "en") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def records(shown: str) -> list[int]:
    return [int(found) for found in re.findall(r'href="/quarantine/(\d+)/"', shown)]


@pytest.fixture
def held(operator: SmallOperator) -> SmallOperator:
    """Two calls of a stranger and one that lasted no second."""
    operator.calls([2, 3], number=STRANGER)
    operator.calls([0])
    return operator


def test_what_is_held_is_listed_with_its_reason_and_no_whole_number(
    client: Client, held: SmallOperator
) -> None:
    shown = page(client)
    assert "3 held · 0 dismissed" in shown
    assert len(records(shown)) == 3
    assert "No customer of ours has this number" in shown
    assert "The amount is not above zero" in shown
    assert "169****9999" in shown
    assert str(STRANGER) not in shown


def test_the_list_is_narrowed_by_reason_file_and_state(client: Client, held: SmallOperator) -> None:
    assert len(records(page(client, "/quarantine/?reason=unknown-number"))) == 2
    assert len(records(page(client, "/quarantine/?file=calls-3-1.csv"))) == 1
    assert "Nothing fits." in page(client, "/quarantine/?file=other.csv")
    assert "Nothing fits." in page(client, "/quarantine/?state=dismissed")
    assert len(records(page(client, "/quarantine/?state=any&reason=moon"))) == 3


def test_a_record_is_repaired_and_counted_as_the_same_record(
    client: Client, held: SmallOperator
) -> None:
    (record,) = records(page(client, "/quarantine/?reason=bad-quantity"))
    shown = page(client, f"/quarantine/{record}/")
    assert "Put the seconds, messages or octets there really were" in shown
    assert f'value="{TALKER}"' in shown
    answer = client.post(f"/quarantine/{record}/repair/", {"quantity": "60", "why": WHY})
    assert answer["Location"] == f"/quarantine/{record}/?done=repaired"
    assert "To be judged again" in page(client, answer["Location"])
    held.count()
    shown = page(client, f"/quarantine/{record}/")
    assert "Counted after all" in shown
    assert WHY in shown
    assert "· demo" in shown
    assert "· the meter · batch" in shown
    assert "2 held · 0 dismissed" in page(client)


def test_a_repair_that_cannot_be_is_refused_and_what_was_typed_stays(
    client: Client, held: SmallOperator
) -> None:
    held.drop("broken.csv", ["not a row at all\n"])
    (record,) = records(page(client, "/quarantine/?file=broken.csv"))
    answer = client.post(
        f"/quarantine/{record}/repair/",
        {"service": "voice", "why": WHY},
        headers={"accept-language": "en"},
    )
    assert answer.status_code == 400
    shown = answer.content.decode()
    assert "It came without a field for each column" in shown
    assert 'value="voice"' in shown


def test_when_the_line_is_opened_all_its_records_are_judged_again_in_one_go(
    client: Client, held: SmallOperator
) -> None:
    held.opens(an_account("stranger", (a_line(STRANGER),)))
    answer = client.post("/quarantine/replay/", {"reason": "unknown-number", "why": "opened"})
    shown = page(client, answer["Location"])
    assert "2 records still wait to be judged again." in shown
    assert re.search(r"<progress [^>]*max=\"2\" value=\"0\"", shown)
    held.count()
    shown = page(client, answer["Location"])
    assert "All were judged again." in shown
    assert re.search(r"counted \d · duplicates 0 · still held \d", shown)


def test_dismissing_needs_a_reason_and_is_final(client: Client, held: SmallOperator) -> None:
    (record,) = records(page(client, "/quarantine/?reason=bad-quantity"))
    asked = {"record": record, "why": " "}
    refused = client.post("/quarantine/dismiss/", asked, headers={"accept-language": "en"})
    assert refused.status_code == 400
    assert "Nothing is dismissed without a reason." in refused.content.decode()
    answer = client.post("/quarantine/dismiss/", asked | {"why": "a test of the switch"})
    shown = page(client, answer["Location"])
    assert "Dismissed. They stay" in shown
    assert "Repair and have it judged again" not in shown
    assert held_detail(record).record.state is HeldState.DISMISSED
    assert "2 held · 1 dismissed" in page(client)
    again = client.post("/quarantine/dismiss/", asked | {"why": "again"})
    assert again["Location"].endswith("?done=nothing")


def test_who_did_it_is_kept(client: Client, held: SmallOperator, settings: Settings) -> None:
    settings.DEMO = False
    client.force_login(Login.objects.create_user("li.na", kind="employee"))
    record = records(page(client))[0]
    client.post("/quarantine/replay/", {"record": record, "why": WHY})
    assert held_detail(record).steps[0].by == "li.na"


def test_reading_a_whole_row_is_recorded(client: Client, held: SmallOperator) -> None:
    record = records(page(client))[0]
    page(client, f"/quarantine/{record}/")
    reads = reads_of(f"quarantined record {record}")
    assert [read.purpose for read in reads] == ["quarantine"]


def test_a_record_there_is_not(client: Client, held: SmallOperator) -> None:
    assert client.get("/quarantine/999999/").status_code == 404


def test_older_records_are_on_the_next_page(client: Client, operator: SmallOperator) -> None:
    operator.calls([1] * 60, number=STRANGER)
    shown = page(client)
    assert len(records(shown)) == 50
    (older,) = re.findall(r'href="\?([^"]*before=\d+)"', shown)
    assert len(records(page(client, "/quarantine/?" + older.replace("&amp;", "&")))) == 10


@pytest.mark.django_db
def test_an_empty_quarantine_says_what_would_be_here(client: Client) -> None:
    assert "Nothing is put aside." in page(client)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/quarantine/", "/quarantine/1/", "/quarantine/progress/"])
def test_only_employees_see_it(client: Client, settings: Settings, path: str) -> None:
    settings.DEMO = False
    assert client.get(path).status_code == 302
    assert client.post("/quarantine/dismiss/", {"why": "x"}).status_code == 302


@pytest.mark.django_db
def test_a_form_of_another_site_changes_nothing() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/quarantine/dismiss/", {"why": "x"}).status_code == 403


def test_the_pages_ask_a_fixed_number_of_times(
    client: Client, held: SmallOperator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(3):
        page(client)
    record = records(page(client))[0]
    with django_assert_num_queries(3):
        page(client, f"/quarantine/{record}/")
