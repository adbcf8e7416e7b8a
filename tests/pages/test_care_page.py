"""Visits to people with a care file: seen in scope, opened with a reason, recorded when made."""

import pytest
from django.test import Client
from pytest_django import Settings

from tests.parties.care_examples import ADDRESS, MOTHER, day, keep, open_family, registered
from tests.staff.examples import JIUJIANG, NANCHANG, PROVINCE, employed
from wanhao.access.models import Login
from wanhao.access.queries import reads_of
from wanhao.pages.design import clock
from wanhao.parties.care import agree_to_care, end_care
from wanhao.parties.care_contracts import VisitState, VisitView
from wanhao.parties.care_visits import visits_of_month
from wanhao.parties.queries import lines_by_number

NOW = day("2026-12-02")
BOTH = {"visitor": ["li.na", "zhao.min"], "result": "送了大字账单"}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _december(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mother agreed in November; her visit of December is open."""
    settings.DEMO = False
    monkeypatch.setattr(clock, "now", lambda: NOW)
    open_family()
    registered()
    agree_to_care(line(), day("2026-11-24"))
    keep(day("2026-12-01"))


def line() -> int:
    return lines_by_number([MOTHER])[MOTHER].line_id


def visit() -> VisitView:
    (found,) = visits_of_month(202612)
    return found


def at(more: str = "") -> str:
    return f"/care/{visit().visit_id}/{more}"


def signed_in(client: Client, unit: str = NANCHANG, role: str = "clerk") -> Login:
    login = employed("li.na", unit, role, since=day("2026-11-01"))
    client.force_login(login)
    return login


def page(client: Client, path: str, language: str = "en") -> str:
    answer = client.get(path, headers={"accept-language": language})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_the_list_of_a_month_is_masked_and_in_both_languages(client: Client) -> None:
    signed_in(client)
    shown = page(client, "/care/")
    assert "169****0001" in shown
    assert "Due" in shown
    assert str(MOTHER) not in shown
    assert ADDRESS not in shown
    assert "待走访" in page(client, "/care/", "zh-hans")
    assert "Nobody is to be visited" in page(client, "/care/?month=2026-11")
    assert client.get("/care/?month=soon").status_code == 400


@pytest.mark.parametrize(
    ("unit", "role", "seen"),
    [
        (NANCHANG, "clerk", True),
        (PROVINCE, "duty-manager", True),
        (JIUJIANG, "clerk", False),
        (NANCHANG, "inspector", False),
    ],
)
def test_people_beyond_ones_scope_are_neither_listed_nor_opened(
    client: Client, unit: str, role: str, seen: bool
) -> None:
    signed_in(client, unit, role)
    assert ("169****0001" in page(client, "/care/")) is seen
    status = 200 if seen else 403
    assert client.get(at()).status_code == status
    opened = client.post(at("open/"), {"reason": "走访"})
    assert opened.status_code == status
    assert (ADDRESS in opened.content.decode()) is seen
    assert client.post(at("made/"), BOTH).status_code == (302 if seen else 403)
    assert (visit().state is VisitState.MADE) is seen
    assert bool(reads_of(f"care file {visit().care_id}")) is seen


def test_number_and_address_need_a_reason_which_is_recorded(client: Client) -> None:
    signed_in(client)
    assert ADDRESS not in page(client, at())
    refused = client.post(at("open/"), {"reason": "  "})
    assert refused.status_code == 400
    assert ADDRESS not in refused.content.decode()
    assert reads_of(f"care file {visit().care_id}") == []
    opened = client.post(at("open/"), {"reason": "本周走访"})
    assert opened["Cache-Control"] == "no-store"
    for personal in (ADDRESS, str(MOTHER)):
        assert personal in opened.content.decode()
    (read,) = reads_of(f"care file {visit().care_id}")
    assert (read.login_name, read.purpose, read.reason) == ("li.na", "care file", "本周走访")


def test_a_visit_is_recorded_with_two_people_and_what_was_done(client: Client) -> None:
    signed_in(client)
    for wrong in (
        BOTH | {"visitor": ["li.na", "li.na"]},
        BOTH | {"visitor": ["li.na"]},
        BOTH | {"result": " "},
    ):
        answer = client.post(at("made/"), wrong)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.content.decode()
    assert visit().state is VisitState.DUE
    assert client.post(at("made/"), BOTH).status_code == 302
    assert client.post(at("made/"), BOTH | {"result": "又一次"}).status_code == 302
    assert (visit().state, visit().result) == (VisitState.MADE, "送了大字账单")
    shown = page(client, at())
    assert "送了大字账单" in shown
    assert "li.na, zhao.min" in shown


def test_of_a_file_that_ended_there_is_no_address_to_show(client: Client) -> None:
    signed_in(client)
    end_care(visit().care_id, line(), NOW, by="app")
    shown = page(client, at())
    assert "the address was forgotten" in shown
    assert at("open/") not in shown


def test_nobody_else_comes_in(client: Client) -> None:
    assert client.get("/care/").status_code == 302
    assert client.post(at("open/"), {"reason": "x"}).status_code == 302
    signed_in(client)
    assert client.get("/care/999/").status_code == 404
    assert client.get(at("open/")).status_code == 405
