"""Why a customer was told, or was not: the page, and the clerk's switches."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.pages.operator import STRANGER, TALKER, SmallOperator
from tests.staff.examples import employed
from wanhao.access.queries import reads_of
from wanhao.communications import actions as communications
from wanhao.communications.optouts import opt_outs
from wanhao.parties.queries import lines_by_number
from wanhao.usage import ports
from wanhao.usage.view.reader import LocalReader
from wanhao.values.cycle import Cycle

pytestmark = pytest.mark.django_db(transaction=True)
HERE = f"/reminders/line/{TALKER}/"


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> Iterator[None]:
    settings.DEMO = True
    usual = ports.usage_reader()
    yield
    ports.provide_reader(usual)


def page(client: Client, path: str = HERE, language: str = "en") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def rule(shown: str, code: str) -> str:
    """What the page says of one rule."""
    return shown.split(f'data-rule="{code}"')[1].split("data-rule=")[0]


def test_a_reminder_is_explained_down_to_the_record_that_crossed(
    client: Client, committing_operator: SmallOperator
) -> None:
    committing_operator.calls([30, 20])
    committing_operator.calls([35])
    (message,) = committing_operator.send()
    communications.mark_accepted(message, ["part-1"], datetime.now(UTC))
    told = rule(page(client), "voice-80")
    assert "Told" in told
    assert "85" in told
    assert "Accepted by the network" in told
    assert f"message {message}" in told
    assert "3 records behind it" in told
    assert "crossed it" in told
    assert "calls-3-1.csv" in told
    assert "now 85 min of 100 min, 85 %" in told


def test_why_nothing_was_told_is_said_too(
    client: Client, committing_operator: SmallOperator
) -> None:
    committing_operator.calls([40])
    shown = page(client)
    assert "Nothing in this month: no rule had anything to tell." in shown
    assert "Nothing to tell: not reached" in rule(shown, "voice-80")
    assert "40 min of 100 min, 40 %" in rule(shown, "voice-80")


def test_numbers_are_masked_and_the_reading_is_recorded(
    client: Client, committing_operator: SmallOperator
) -> None:
    committing_operator.calls([85])
    shown = page(client)
    assert "169****0001" in shown
    assert f">{TALKER}<" not in shown
    assert [read.purpose for read in reads_of(f"line {TALKER}")] == ["reminders"]


def test_a_number_is_found_however_it_was_typed(
    client: Client, committing_operator: SmallOperator
) -> None:
    answer = client.get("/reminders/line/", {"number": "169 0791-0001"})
    assert answer["Location"] == HERE
    for path in (
        f"/reminders/line/{STRANGER}/",
        "/reminders/line/?number=10000",
        "/reminders/line/5/",
    ):
        answer = client.get(path, headers={"accept-language": "en"})
        assert answer.status_code == 404
        assert "Nobody uses this number." in answer.content.decode()


def test_a_clerk_switches_a_reminder_off_and_on_again(
    client: Client, committing_operator: SmallOperator, settings: Settings
) -> None:
    settings.DEMO = False
    client.force_login(employed("li.na"))
    line = lines_by_number([TALKER])[TALKER].line_id
    answer = client.post(HERE + "switch/", {"rule": "voice-80", "to": "off"})
    assert answer["Location"] == HERE + "?done=off"
    (switched,) = opt_outs(line)
    assert (switched.rule, switched.door, switched.by) == ("voice-80", "clerk", "li.na")
    committing_operator.calls([85])
    shown = page(client, answer["Location"])
    assert "Required messages go on." in shown
    assert "Not told: switched off for this line" in rule(shown, "voice-80")
    assert "li.na" in shown
    again = client.post(HERE + "switch/", {"rule": "voice-80", "to": "off"})
    assert again["Location"] == HERE + "?done=same"
    client.post(HERE + "switch/", {"rule": "voice-80", "to": "on"})
    assert opt_outs(line)[0].until is not None


def test_what_must_be_told_cannot_be_switched_off(
    client: Client, committing_operator: SmallOperator
) -> None:
    assert client.post(HERE + "switch/", {"rule": "data-100", "to": "off"}).status_code == 400
    nobody = f"/reminders/line/{STRANGER}/switch/"
    assert client.post(nobody, {"rule": "voice-80", "to": "off"}).status_code == 404


@pytest.mark.parametrize("path", ["/reminders/line/", HERE])
def test_only_employees_may(client: Client, settings: Settings, path: str) -> None:
    settings.DEMO = False
    assert client.get(path).status_code == 302
    assert client.post(HERE + "switch/", {"rule": "voice-80", "to": "off"}).status_code == 302


def test_a_switch_of_another_site_is_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(HERE + "switch/", {"rule": "voice-80", "to": "off"}).status_code == 403


def test_a_month_of_which_records_were_dropped_says_so(
    client: Client, committing_operator: SmallOperator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "data-records-from" not in page(client)
    kept = "wanhao.workflows.explain_reminders.kept_only_from"
    monkeypatch.setattr(kept, lambda _: "2026-12-01")
    assert "Records are kept from 2026-12-01 on" in page(client)
    assert "详单自 2026-12-01 起保留" in page(client, language="zh-hans")


def test_the_page_asks_a_limited_number_of_times(
    client: Client,
    committing_operator: SmallOperator,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    committing_operator.calls([30, 20, 35, 20])
    with django_assert_max_num_queries(25):
        page(client)


def read_by(operator: SmallOperator) -> None:
    """Let the pages read this operator's meter."""
    ports.provide_reader(LocalReader(operator.folders.root))


def test_the_running_month_stands_as_the_meter_has_counted_it(
    client: Client, committing_operator: SmallOperator
) -> None:
    read_by(committing_operator)
    committing_operator.calls([30, 20])
    shown = page(client)
    assert "Used so far this month" in shown
    assert "As of " in shown
    voice = shown.split('data-service="voice"')[1].split("</tr>")[0]
    assert "50 min" in voice
    assert "100 min" in voice
    assert "50 %" in voice
    committing_operator.calls([35])
    assert "85 %" in page(client).split('data-service="voice"')[1].split("</tr>")[0]
    assert "本月已用" in page(client, language="zh-hans")


def test_other_months_and_meters_out_of_reach_are_told(
    client: Client, committing_operator: SmallOperator, tmp_path: Path
) -> None:
    read_by(committing_operator)
    before = Cycle.of(datetime.now(UTC)).previous.number
    assert "Used so far this month" not in page(client, f"{HERE}?cycle={before}")
    ports.provide_reader(LocalReader(tmp_path / "nobody"))
    assert "The meter cannot be read just now" in page(client)
