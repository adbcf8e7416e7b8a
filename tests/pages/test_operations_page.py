"""The operations page with real figures: every record counted by the meter itself."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.pages.operator import STRANGER, TALKER, SmallOperator
from tests.pages.owing import some_promises
from wanhao.access.models import Login
from wanhao.communications import actions as communications
from wanhao.usage.models import MeterStandby

PARTS = ("counting", "reminders", "messages", "lags", "waiting", "trends", "owed", "quarantine")


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.DEMO = True


def page(client: Client, path: str = "/", language: str = "en") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_the_sum_is_shown_and_said_to_hold(client: Client, operator: SmallOperator) -> None:
    operator.calls([1, 2, 3])
    operator.calls([1, 2, 3], kept=True)
    operator.calls([5], number=STRANGER)
    shown = page(client)
    assert '<dd class="figure" data-figure="received">7</dd>' in shown
    assert '<dd class="figure" data-figure="metered">3</dd>' in shown
    assert '<dd class="figure" data-figure="duplicate">3</dd>' in shown
    assert '<dd class="figure" data-figure="quarantined">1</dd>' in shown
    assert "Yes, it adds up.</strong> 3 + 3 + 1 = 7: no record lost, none counted twice." in shown


def test_a_customer_who_crosses_80_per_cent_is_seen_in_rules_and_messages(
    client: Client, operator: SmallOperator
) -> None:
    operator.calls([80])
    shown = page(client)
    assert "1 decided, 0 sent" in shown
    assert '<span class="figure" data-rule="voice-80">1</span>' in shown
    (message,) = operator.send()
    communications.mark_unknown(message, datetime.now(UTC))
    shown = page(client, "/operations/messages/")
    assert "Unknown</span>" in shown
    assert "not known whether it arrived, not re-sent" in shown


def test_quarantine_says_why_and_where_without_the_whole_number(
    client: Client, operator: SmallOperator
) -> None:
    operator.calls([5], number=STRANGER)
    shown = page(client)
    assert "No customer of ours has this number" in shown
    assert "calls-1-0.csv, row 1" in shown
    assert "169****9999" in shown
    assert str(STRANGER) not in shown


def test_a_refused_file_is_seen(client: Client, operator: SmallOperator) -> None:
    assert "refused" not in page(client, "/operations/quarantine/")
    (operator.folders.inbox / "broken.parquet").write_bytes(b"no parquet")
    operator.count()
    shown = page(client, "/operations/quarantine/")
    assert "1 file was refused in the last 24 hours." in shown
    assert "broken.parquet" in shown


def test_the_way_of_messages_is_timed_and_what_waits_is_named(
    client: Client, operator: SmallOperator
) -> None:
    assert "Nothing waits for the morning" in page(client)
    operator.calls([80])
    (message,) = operator.send()
    communications.mark_unknown(message, datetime.now(UTC))
    operator.wait_for_the_morning()
    shown = page(client, "/operations/waiting/")
    assert "nobody said whether it arrived" in shown
    assert "waits for the end of the quiet hours" in shown
    lag = page(client, "/operations/lags/").split('data-stage="claimed"')[1]
    assert "0.0 s" in lag.split("</tr>")[0]


def test_the_last_two_weeks_are_drawn_and_told_in_a_table(
    client: Client, operator: SmallOperator
) -> None:
    assert "<svg" not in page(client, "/operations/trends/")
    operator.calls([80])
    operator.send()
    shown = page(client, "/operations/trends/")
    assert "<desc>" in shown
    assert shown.count('href="/day/') == 14


@pytest.mark.django_db
def test_what_failed_too_often_is_seen_and_tried_again(client: Client) -> None:
    assert "Nothing is overdue, held back or stuck." in page(client)
    some_promises()
    shown = page(client)
    assert "1 waits for a person" in shown
    assert "no luck with broken" in shown
    assert "Stop data at the limit" in shown
    (address,) = re.findall(r'formaction="(/promises/\d+/again/)"', shown)
    assert client.get(address).status_code == 405
    assert client.post(address)["Location"] == "/?done=tried-again"
    assert client.post(address)["Location"] == "/?done=not-stuck"
    shown = page(client, "/?done=tried-again")
    assert "It is tried again now." in shown
    assert "no luck with broken" not in shown


def test_no_whole_number_is_on_the_page(client: Client, operator: SmallOperator) -> None:
    operator.calls([80])
    operator.send()
    assert str(TALKER) not in page(client)


def test_rules_are_titled_in_the_language_of_the_page(
    client: Client, operator: SmallOperator
) -> None:
    assert "语音已用 80 %" in page(client, language="zh-hans")
    assert "80 % of voice used" in page(client, language="en")


@pytest.mark.django_db
def test_before_the_first_record_the_next_step_is_told(client: Client) -> None:
    shown = page(client)
    assert "Nothing has been counted yet." in shown
    assert "<code>wanhao usage load FILE</code>" in shown
    assert "Quiet for ten minutes." in shown
    assert "Nobody has crossed a threshold yet." in shown
    assert "Nothing is put aside." in shown


@pytest.mark.django_db
def test_a_meter_that_does_not_run_is_said_in_words(client: Client) -> None:
    shown = page(client)
    assert "The meter is not running." in shown
    assert "no file waiting" not in shown


def test_a_meter_that_runs_raises_no_alarm(client: Client, operator: SmallOperator) -> None:
    assert "The meter is not running." not in page(client)


@pytest.mark.django_db
def test_chinese_is_spoken_unless_english_is_asked_for(client: Client) -> None:
    assert "每条话单都有着落吗？" in page(client, language="fr")
    assert "Is every record accounted for?" in page(client, language="en")


@pytest.mark.django_db
@pytest.mark.parametrize("part", PARTS)
def test_each_part_comes_alone_as_a_fragment(client: Client, part: str) -> None:
    shown = page(client, f"/operations/{part}/")
    assert "<html" not in shown
    assert shown in page(client) or part == "counting"  # counting carries the time of day


@pytest.mark.django_db
def test_a_part_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.get("/operations/secrets/").status_code == 404


def test_the_page_asks_the_database_a_fixed_number_of_times(
    client: Client, operator: SmallOperator, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    operator.calls([80, 5], number=TALKER)
    operator.calls([5, 5, 5], number=STRANGER)
    expected = {
        "counting": 6,
        "reminders": 1,
        "messages": 1,
        "lags": 1,
        "waiting": 4,
        "trends": 1,
        "owed": 3,
        "quarantine": 4,
    }
    for part, queries in expected.items():
        with django_assert_num_queries(queries):
            page(client, f"/operations/{part}/")
    with django_assert_num_queries(sum(expected.values())):
        page(client)


@pytest.mark.django_db
def test_nothing_on_the_page_may_come_from_elsewhere(client: Client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    shown = page(client)
    assert "http://" not in shown
    assert "https://" not in shown
    assert " style=" not in shown
    assert " onclick=" not in shown
    assert "<script>" not in shown


@pytest.mark.django_db
class TestOutsideTheDemo:
    @pytest.fixture(autouse=True)
    def _closed(self, settings: Settings, _open: None) -> None:
        settings.DEMO = False

    @pytest.mark.parametrize("path", ["/", "/operations/counting/"])
    def test_a_stranger_is_sent_to_sign_in(self, client: Client, path: str) -> None:
        response = client.get(path)
        assert response.status_code == 302
        assert response["Location"].startswith("/staff/sign-in/?next=")

    def test_a_customer_is_sent_away_too(self, client: Client) -> None:
        client.force_login(Login.objects.create_user("customer"))
        assert client.get("/").status_code == 302

    def test_an_employee_sees_the_page(self, client: Client) -> None:
        client.force_login(Login.objects.create_user("duty", kind="employee"))
        assert client.get("/").status_code == 200

    def test_a_part_of_a_page_whose_session_ended_reloads_the_page(self, client: Client) -> None:
        response = client.get("/operations/counting/", headers={"hx-request": "true"})
        assert response["HX-Refresh"] == "true"

    def test_live_updates_are_for_employees_too(self, client: Client) -> None:
        response = client.get("/live/", headers={"accept": "text/event-stream"})
        assert response.status_code == 403


def test_meters_that_stand_by_are_shown_while_they_say_so(
    client: Client, operator: SmallOperator
) -> None:
    operator.calls([1])
    assert "data-standbys" not in page(client)
    MeterStandby.objects.create(name="node-2:7", last_batch=1, at=datetime.now(UTC))
    MeterStandby.objects.create(
        name="node-3:7", last_batch=1, at=datetime.now(UTC) - timedelta(minutes=1)
    )
    shown = page(client)
    assert "Meters standing by" in shown
    assert re.search(r"data-standbys>1 <small>ready to go on</small>", shown)
