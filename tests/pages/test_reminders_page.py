"""The pages of the reminder rules: what counts, what it says, and changing it safely."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.pages.operator import SmallOperator
from wanhao.access.models import Login
from wanhao.communications.changing import change_rule, history
from wanhao.communications.in_force import rules_at
from wanhao.promises.keeping import keep_due
from wanhao.values.cycle import Cycle
from wanhao.workflows.preview_rules import keep_previews

FORM = {
    "threshold": "70",
    "merge_seconds": "60",
    "valid_hours": "24",
    "recipient": "crosser",
    "urgency": "normal",
    "enabled": "on",
    "switchable": "on",
}


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.DEMO = True


def page(client: Client, path: str = "/reminders/", language: str = "en") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def now() -> datetime:
    return datetime.now(UTC)


@pytest.mark.django_db
class TestTheRules:
    def test_every_rule_is_listed_with_when_it_tells_and_whom(self, client: Client) -> None:
        shown = page(client)
        for rule in rules_at(now()).rules:
            assert f'href="/reminders/{rule.code}/"' in shown
        assert "and each further 100 % up to 3000 %" in shown
        assert "on day 20, less than 40 % used" in shown
        assert "72, 24, 1 hours before" in shown

    def test_chinese_says_the_same(self, client: Client) -> None:
        shown = page(client, language="zh-hans")
        assert "之后每满 100% 再提醒，直到 3000%" in shown
        assert "每月 20 日，用量不到 40%" in shown

    def test_a_rule_shows_its_texts_with_their_length_in_sms(self, client: Client) -> None:
        shown = page(client, "/reminders/data-100/")
        assert "您本月流量" in shown
        assert re.search(r"\d+ characters · 1 SMS", shown)
        assert "Nothing: it is as it was delivered." in shown

    def test_what_was_changed_is_marked_and_told_with_who_and_why(self, client: Client) -> None:
        change_rule("balance-15", {"threshold": 2000}, by="li.na", reason="asked for", now=now())
        assert "1 changed here" in page(client)
        shown = page(client, "/reminders/balance-15/")
        assert "Threshold → ¥20.00" in shown
        assert "li.na" in shown
        assert "asked for" in shown

    def test_a_rule_there_is_not(self, client: Client) -> None:
        assert client.get("/reminders/moon/").status_code == 404
        assert client.get("/reminders/moon/change/").status_code == 404
        assert client.get("/reminders/voice-80/preview/9/").status_code == 404

    def test_the_pages_ask_a_fixed_number_of_times(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        page(client)  # what was read once of the rules is kept
        with django_assert_num_queries(2):
            page(client)
        with django_assert_num_queries(4):
            page(client, "/reminders/voice-80/")
        with django_assert_num_queries(1):
            page(client, "/reminders/voice-80/change/")


@pytest.mark.django_db
class TestTyping:
    def test_what_the_law_demands_is_not_offered(self, client: Client) -> None:
        shown = page(client, "/reminders/voice-100/change/")
        assert 'name="threshold"' not in shown
        assert "What the law or the text demands" in shown

    @pytest.mark.parametrize(
        ("typed", "answer"),
        [
            ({"threshold": "80"}, "Nothing was changed."),
            ({"threshold": "many"}, "Threshold: a whole number, please."),
            ({"threshold": "100"}, "watches the same threshold"),
            ({"text:usual:zh": "用了{moon}"}, "moon"),
        ],
    )
    def test_what_cannot_be_is_said_and_what_was_typed_stays(
        self, client: Client, typed: dict[str, str], answer: str
    ) -> None:
        form = FORM | typed
        response = client.post(
            "/reminders/voice-80/change/", form, headers={"accept-language": "en"}
        )
        assert response.status_code == 400
        shown = response.content.decode()
        assert answer in shown
        for value in typed.values():
            assert value in shown

    def test_money_is_typed_in_yuan(self, client: Client) -> None:
        form = FORM | {"threshold": "17.5", "recipient": "payer"}
        answer = client.post("/reminders/balance-15/change/", form)
        assert answer.status_code == 302
        assert "<strong>¥17.50</strong>" in page(client, answer["Location"])


@pytest.mark.django_db(transaction=True)
class TestChanging:
    @pytest.fixture
    def preview(self, client: Client, committing_operator: SmallOperator) -> str:
        """Where the preview is of telling at 70 % instead of 80 %; one customer is past both."""
        committing_operator.calls([75])
        committing_operator.calls([10])
        form = FORM | {"cycle": str(Cycle.of(now()).number)}
        answer = client.post("/reminders/voice-80/change/", form)
        assert answer.status_code == 302
        return str(answer["Location"])

    def test_first_one_sees_what_it_would_do(self, client: Client, preview: str) -> None:
        shown = page(client, preview)
        assert "Waiting for a worker" in shown
        assert "<progress" in shown
        assert "hx-trigger" in shown
        keep_due({"preview-rule": keep_previews}, now())
        shown = page(client, preview)
        assert '<dd class="big figure" data-figure="before">1</dd>' in shown
        assert '<dd class="big figure" data-figure="after">1</dd>' in shown
        assert "169****0001" in shown
        assert "Nanchang" in shown
        assert "every 1s" not in page(client, preview + "part/")

    def test_nothing_changes_before_its_preview_is_through(
        self, client: Client, preview: str
    ) -> None:
        answer = client.post(
            preview + "confirm/", {"reason": "told"}, headers={"accept-language": "en"}
        )
        assert answer.status_code == 400
        assert "The preview is not through yet." in answer.content.decode()
        assert history("voice-80") == ()

    def test_nothing_changes_without_a_reason(self, client: Client, preview: str) -> None:
        keep_due({"preview-rule": keep_previews}, now())
        answer = client.post(preview + "confirm/", {"reason": " "})
        assert answer.status_code == 400
        assert history("voice-80") == ()

    def test_it_is_confirmed_with_a_reason_and_taken_back_again(
        self, client: Client, preview: str, settings: Settings
    ) -> None:
        keep_due({"preview-rule": keep_previews}, now())
        settings.DEMO = False
        client.force_login(Login.objects.create_user("li.na", kind="employee"))
        answer = client.post(preview + "confirm/", {"reason": "told too late"})
        assert answer["Location"] == "/reminders/voice-80/?done=changed"
        shown = page(client, answer["Location"])
        assert "The change counts from now on." in shown
        assert "70 % of the allowance used" in shown
        (change,) = history("voice-80")
        assert (change.by, change.reason) == ("li.na", "told too late")
        revert = f"/reminders/voice-80/changes/{change.change_id}/revert/"
        assert client.post(revert, {"reason": ""}).status_code == 400
        answer = client.post(revert, {"reason": "it was well as it was"})
        shown = page(client, answer["Location"])
        assert "80 % of the allowance used" in shown
        assert "(taken back)" in shown


@pytest.mark.django_db
class TestThePolicy:
    def test_it_is_changed_with_a_reason_and_taken_back(self, client: Client) -> None:
        form = {
            "quiet_from": "21:00",
            "quiet_until": "08:00",
            "daily_cap": "5",
            "merge_seconds": "300",
            "second_channel_minutes": "10",
        }
        assert client.post("/reminders/policy/", form).status_code == 400
        answer = client.post("/reminders/policy/", form | {"reason": "summer"})
        assert answer["Location"] == "/reminders/policy/?done=changed"
        assert rules_at(now()).policy.quiet_from == "21:00"
        assert "Quiet from → 21:00" in page(client, "/reminders/policy/")
        (change,) = history("policy")
        revert = f"/reminders/policy/changes/{change.change_id}/revert/"
        answer = client.post(revert, {"reason": "autumn"})
        assert answer["Location"] == "/reminders/policy/?done=reverted"
        assert rules_at(now()).policy.quiet_from == "22:00"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["/reminders/", "/reminders/voice-80/", "/reminders/voice-80/change/", "/reminders/policy/"],
)
def test_only_employees_see_and_change_rules(client: Client, settings: Settings, path: str) -> None:
    settings.DEMO = False
    assert client.get(path).status_code == 302
    assert client.post("/reminders/policy/", {"daily_cap": "1"}).status_code == 302


@pytest.mark.django_db
def test_a_form_of_another_site_changes_nothing() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/reminders/policy/", {"daily_cap": "1"}).status_code == 403
