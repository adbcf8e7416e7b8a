"""The pages of messages: finding them, the way each went, and a test send; and the day."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.pages.operator import FAMILY, TALKER, SmallOperator
from wanhao.access.models import Login
from wanhao.access.queries import reads_of
from wanhao.communications import actions as communications
from wanhao.communications.contracts import MessageState
from wanhao.communications.list_contracts import MessageFilter
from wanhao.communications.message_lists import message_detail, messages
from wanhao.values.cycle import SHANGHAI


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.DEMO = True


@pytest.fixture
def told(operator: SmallOperator) -> list[int]:
    """Two customers were told: one message was accepted, the other is unknown."""
    operator.calls([80])
    operator.calls([570], number=FAMILY)
    one, other = sorted(operator.send())
    communications.mark_accepted(one, ["part-1"], datetime.now(UTC))
    communications.mark_unknown(other, datetime.now(UTC))
    return [one, other]


def page(client: Client, path: str = "/messages/", language: str = "en") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def shown_messages(shown: str) -> list[int]:
    return [int(found) for found in re.findall(r'href="/messages/(\d+)/"', shown)]


def today() -> date:
    return datetime.now(SHANGHAI).date()


class TestTheList:
    def test_every_message_is_there_masked_with_its_state(
        self, client: Client, told: list[int]
    ) -> None:
        shown = page(client)
        assert sorted(shown_messages(shown)) == told
        assert "169****0001" in shown
        assert str(TALKER) not in shown
        assert "Handed over" in shown
        assert "80 % of voice used" in shown

    @pytest.mark.parametrize(
        ("asked", "places"),
        [
            ("state=accepted", [0]),
            ("state=unknown", [1]),
            (f"number={TALKER}", [0]),
            ("number=1690791%200001", [0]),
            ("rule=voice-80", [0, 1]),
            ("rule=voice-100", []),
            ("day=2020-01-01", []),
            ("day=moon&state=huge&before=-1", [0, 1]),
        ],
    )
    def test_it_is_narrowed(
        self, client: Client, told: list[int], asked: str, places: list[int]
    ) -> None:
        found = shown_messages(page(client, f"/messages/?{asked}"))
        assert sorted(found) == [told[place] for place in places]

    def test_asking_for_a_number_is_recorded(self, client: Client, told: list[int]) -> None:
        page(client, f"/messages/?number={TALKER}")
        assert [read.purpose for read in reads_of(f"line {TALKER}")] == ["messages"]

    def test_older_ones_are_on_the_next_page(self, client: Client, operator: SmallOperator) -> None:
        for number in range(60):
            communications.plan_message(TALKER, "test", f"Test {number}", datetime.now(UTC))
        shown = page(client)
        assert len(shown_messages(shown)) == 50
        (older,) = re.findall(r'href="(\?before=\d+)"', shown)
        assert len(shown_messages(page(client, "/messages/" + older))) == 10

    def test_it_asks_a_fixed_number_of_times(
        self,
        client: Client,
        told: list[int],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(2):
            page(client)
        with django_assert_num_queries(5):
            page(client, f"/messages/{told[0]}/")


class TestOneMessage:
    def test_its_way_and_its_parts_are_told_and_the_reading_is_recorded(
        self, client: Client, told: list[int]
    ) -> None:
        shown = page(client, f"/messages/{told[0]}/")
        assert "part-1" in shown
        assert "no receipt yet" in shown
        for step in ("Planned", "Released", "Taken by a sender", "Accepted by the network"):
            assert step in shown
        assert [read.purpose for read in reads_of(f"message {told[0]}")] == ["message"]

    def test_one_that_waits_says_until_when_and_why(
        self, client: Client, operator: SmallOperator
    ) -> None:
        operator.wait_for_the_morning()
        (one,) = messages(MessageFilter()).messages
        shown = page(client, f"/messages/{one.message_id}/")
        assert "Not before" in shown
        assert "waits for the end of the quiet hours" in shown

    @pytest.mark.django_db
    def test_one_there_is_not(self, client: Client) -> None:
        assert client.get("/messages/99/").status_code == 404


@pytest.mark.django_db
class TestATest:
    def test_it_is_planned_at_once_and_followed(self, client: Client) -> None:
        answer = client.post("/messages/test/", {"number": "16907910001", "text": "你好"})
        message_id = int(re.findall(r"/messages/(\d+)/\?done=planned", answer["Location"])[0])
        shown = page(client, answer["Location"])
        assert "你好" in shown
        found = message_detail(message_id)
        assert found is not None
        assert found.state is MessageState.PLANNED

    @pytest.mark.parametrize(
        "form", [{"number": "10000", "text": "hi"}, {"number": "16907910001", "text": " "}]
    )
    def test_what_cannot_be_sent_is_said_and_stays_typed(
        self, client: Client, form: dict[str, str]
    ) -> None:
        answer = client.post("/messages/test/", form, headers={"accept-language": "en"})
        assert answer.status_code == 400
        assert form["number"] in answer.content.decode()
        assert messages(MessageFilter()).messages == ()

    def test_who_sent_it_is_kept(self, client: Client, settings: Settings) -> None:
        settings.DEMO = False
        client.force_login(Login.objects.create_user("li.na", kind="employee"))
        client.post("/messages/test/", {"number": "16907910001", "text": "hi"})
        (read,) = reads_of("line 16907910001")
        assert (read.login_name, read.purpose) == ("li.na", "test message by li.na")


class TestTheDay:
    def test_today_is_told_by_hour_and_rule_with_its_troubles(
        self, client: Client, told: list[int]
    ) -> None:
        assert client.get("/day/")["Location"] == f"/day/{today().isoformat()}/"
        shown = page(client, f"/day/{today().isoformat()}/")
        assert 'data-figure="planned">2<' in shown
        assert "80 % of voice used" in shown
        assert "Hour by hour" in shown
        assert "Unknown" in shown.split('id="troubles-title"')[1]
        assert f'href="/messages/{told[0]}/"' in shown.split('id="slow-title"')[1]
        assert "What is due" in shown

    def test_another_day_leads_on_and_back(self, client: Client, told: list[int]) -> None:
        yesterday = today() - timedelta(days=1)
        shown = page(client, f"/day/{yesterday.isoformat()}/")
        assert "No message was planned on this day." in shown
        assert f'href="/day/{today().isoformat()}/"' in shown
        assert "What is due" not in shown

    @pytest.mark.django_db
    def test_a_day_there_is_not(self, client: Client) -> None:
        for wanted in ("moon", "2026-02-30", "0001-01-01"):
            assert client.get(f"/day/{wanted}/").status_code == 404

    def test_it_asks_a_fixed_number_of_times(
        self,
        client: Client,
        told: list[int],
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(11):
            page(client, f"/day/{today().isoformat()}/")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/messages/", "/messages/1/", "/day/", "/day/2026-11-22/"])
def test_only_employees_may(client: Client, settings: Settings, path: str) -> None:
    settings.DEMO = False
    assert client.get(path).status_code == 302
    assert client.post("/messages/test/", {"number": "1"}).status_code == 302


@pytest.mark.django_db
def test_a_form_of_another_site_sends_nothing() -> None:
    assert Client(enforce_csrf_checks=True).post("/messages/test/", {}).status_code == 403
