"""The page of notices: written, looked at as customers read them, sent, taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests.pages.operator import TALKER, SmallOperator
from wanhao.access.models import Login
from wanhao.communications import queries as communications
from wanhao.communications.contracts import MessageState
from wanhao.communications.notices import notices
from wanhao.promises.keeping import keep_due
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.send_notice import send_notices

STARTS = datetime.now(SHANGHAI) + timedelta(days=4)
SOON = datetime.now(SHANGHAI) + timedelta(hours=2)
WORKS = {
    "kind": "works",
    "city": "nanchang",
    "place_zh": "红谷滩",
    "place_en": "Honggutan",
    "what_zh": "宽带",
    "what_en": "broadband",
    "starts_at": f"{STARTS:%Y-%m-%dT%H:%M}",
    "ends_at": f"{STARTS + timedelta(hours=6):%Y-%m-%dT%H:%M}",
}
FRAUD = {"kind": "fraud", "numbers": f"{TALKER}\n", "risk": "on"}


@pytest.fixture(autouse=True)
def _open(settings: Settings) -> None:
    settings.DEMO = True


def page(client: Client, path: str = "/notices/") -> str:
    response = client.get(path, headers={"accept-language": "en"})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def posted(client: Client, path: str, form: dict[str, str], status: int = 200) -> str:
    response = client.post(path, form, headers={"accept-language": "en"})
    assert response.status_code == status
    return " ".join(response.content.decode().split())


def test_one_sees_what_customers_would_read_before_anything_is_sent(
    client: Client, operator: SmallOperator
) -> None:
    shown = posted(client, "/notices/look/", WORKS)
    assert "红谷滩" in shown
    assert "【万号】" in shown
    assert "Send it to" in shown
    assert notices() == ()


def test_a_notice_is_sent_to_everybody_once_and_says_who_sent_it(
    client: Client, operator: SmallOperator, settings: Settings
) -> None:
    settings.DEMO = False
    client.force_login(Login.objects.create_user("li.na", kind="employee"))
    answer = client.post("/notices/send/", FRAUD)
    assert answer["Location"] == "/notices/?done=sent"
    assert "Going through the lines" in page(client)
    keep_due({"notice": send_notices}, datetime.now(UTC))
    shown = page(client)
    assert "Planned for everybody" in shown
    assert "1 line" in shown
    assert "li.na" in shown
    assert communications.messages_by_state()[MessageState.PLANNED] == 1


def test_a_notice_is_taken_back(client: Client, operator: SmallOperator) -> None:
    client.post("/notices/send/", WORKS)
    keep_due({"notice": send_notices}, datetime.now(UTC))
    (notice,) = notices()
    answer = client.post(f"/notices/{notice.notice_id}/withdraw/")
    assert answer["Location"] == "/notices/?done=withdrawn"
    assert "Taken back" in page(client)
    assert communications.messages_by_state()[MessageState.PLANNED] == 0
    assert client.post("/notices/99/withdraw/").status_code == 400


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({"city": ""}, "A notice is for a city, or for given numbers."),
        ({"numbers": "1690"}, "1690 is not a number."),
        ({"what_en": ""}, "missing: what_en"),
        ({"starts_at": "soon"}, "Write times as"),
        (
            {"starts_at": f"{datetime.now(SHANGHAI) + timedelta(hours=2):%Y-%m-%dT%H:%M}"},
            "72 hours",
        ),
    ],
)
def test_what_cannot_be_sent_is_said_and_what_was_typed_stays(
    client: Client, operator: SmallOperator, change: dict[str, str], answer: str
) -> None:
    shown = posted(client, "/notices/look/", WORKS | change, status=400)
    assert answer in shown
    assert "Honggutan" in shown


def test_one_may_go_back_to_typing(client: Client, operator: SmallOperator) -> None:
    shown = posted(client, "/notices/send/", WORKS | {"again": "yes"})
    assert 'value="Honggutan"' in shown
    assert notices() == ()


@pytest.mark.django_db
def test_only_employees_may(client: Client, settings: Settings) -> None:
    settings.DEMO = False
    assert client.get("/notices/").status_code == 302
    for path in ("look/", "send/", "1/withdraw/"):
        assert client.post("/notices/" + path, FRAUD).status_code == 302
    assert notices() == ()


@pytest.mark.django_db
def test_a_form_of_another_site_sends_nothing() -> None:
    assert Client(enforce_csrf_checks=True).post("/notices/send/", FRAUD).status_code == 403
