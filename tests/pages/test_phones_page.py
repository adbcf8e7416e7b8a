"""The page of phones: the demo's cast and what their handsets received."""

import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from tests.pages.handsets import Received, message_centre, sms
from wanhao.communications.models import CommunicationMessage
from wanhao.pages.phones import ports
from wanhao.pages.phones.views import grouped
from wanhao.products.actions import load_catalogue
from wanhao.project.demo.cast import cast
from wanhao.project.demo.world import build_world
from wanhao.project.phones import DemoCast, HttpHandsets

pytestmark = pytest.mark.django_db
MEMBER = cast()[0]


@pytest.fixture
def received(settings: Settings) -> Iterator[Received]:
    settings.DEMO = True
    inboxes: Received = {}
    with message_centre(inboxes) as port:
        ports.provide_phones(DemoCast(), HttpHandsets(port))
        yield inboxes
    ports.PHONES.cast = ports.PHONES.handsets = None


def page(client: Client, path: str = "/phones/", language: str = "zh-hans") -> str:
    response = client.get(path, headers={"accept-language": language})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_everybody_of_the_cast_has_a_phone(client: Client, received: Received) -> None:
    shown = page(client)
    for member in cast():
        assert member.name_zh in shown
        assert member.who_zh in shown
        assert grouped(member.number) in shown
    assert shown.count('class="handset"') == len(cast())
    assert shown.count("还没有收到短信") == len(cast())


def test_the_cast_is_introduced_in_english_too(client: Client, received: Received) -> None:
    shown = page(client, language="en")
    assert MEMBER.name_en in shown
    assert MEMBER.who_en in shown


def test_the_plan_is_named_as_in_the_catalogue(client: Client, received: Received) -> None:
    load_catalogue()
    assert "乐享4G 99元套餐" in page(client)


def test_a_phone_leads_to_the_account_that_pays_for_it(client: Client, received: Received) -> None:
    build_world(len(cast()), lambda *_: None, datetime.now(UTC))
    links = re.findall(r'href="(/ledger/[^"]+/)"', page(client))
    assert len(links) == len(cast())
    assert {client.get(link).status_code for link in links} == {200}


def test_the_newest_message_stands_first_and_is_marked(client: Client, received: Received) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=2)
    received[MEMBER.number] = [sms("先到的短信", yesterday), sms("后到的短信")]
    shown = page(client, "/phones/handsets/")
    assert shown.index("后到的短信") < shown.index("先到的短信")
    assert "刚收到" in shown
    assert "刚刚</time><p>后到的短信" in shown


def test_a_message_is_shown_as_text_never_as_markup(client: Client, received: Received) -> None:
    received[MEMBER.number] = [sms("<b>bold</b>")]
    assert "&lt;b&gt;bold&lt;/b&gt;" in page(client)


def test_a_message_centre_that_is_away_is_said_kindly(
    client: Client, received: Received, unused_port: int
) -> None:
    ports.provide_phones(DemoCast(), HttpHandsets(unused_port, timeout=0.5))
    shown = page(client, language="en")
    assert "message centre does not answer" in shown
    assert MEMBER.name_en in shown
    assert "Not known at the moment" in shown


def test_a_message_centre_that_never_answers_does_not_hold_the_page(
    client: Client, received: Received
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        ports.provide_phones(DemoCast(), HttpHandsets(port, timeout=0.2))
        assert "does not answer" in page(client, language="en")


def test_the_page_asks_the_database_for_plans_and_for_what_waits(
    client: Client, received: Received, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        page(client)


@pytest.fixture
def written(settings: Settings) -> Iterator[list[dict[str, str]]]:
    settings.DEMO = True
    sent: list[dict[str, str]] = []
    with message_centre({}, sent) as port:
        handsets = HttpHandsets(port)
        ports.provide_phones(DemoCast(), handsets, writer=handsets)
        yield sent
    ports.PHONES.cast = ports.PHONES.handsets = ports.PHONES.writer = None


def test_one_writes_to_10001_as_one_of_the_cast(
    client: Client, written: list[dict[str, str]]
) -> None:
    form = {"as": str(MEMBER.number), "text": " 101 "}
    response = client.post("/phones/write/", form, follow=True)
    assert [(one["from"], one["to"], one["text"]) for one in written] == [
        (str(MEMBER.number), "10001", "101")
    ]
    shown = " ".join(response.content.decode().split())
    assert "bubble--own" in shown
    assert f'value="{MEMBER.number}" selected' in shown


def test_a_long_text_goes_in_parts_and_the_form_comes_back(
    client: Client, written: list[dict[str, str]]
) -> None:
    form = {"as": str(MEMBER.number), "text": "你好" * 60}
    said = client.post("/phones/write/", form, headers={"hx-request": "true"}).content.decode()
    assert "已发送" in said
    assert [one["style"] for one in written] == ["udh8"]


@pytest.mark.parametrize(
    ("number", "text", "says"),
    [("16900000000", "101", "请选择一部手机"), ("", "101", "请选择一部手机")]
    + [(str(MEMBER.number), text, "请输入内容") for text in ("", "  ", "长" * 201)],
)
def test_what_cannot_be_sent_is_told(
    client: Client, written: list[dict[str, str]], number: str, text: str, says: str
) -> None:
    form = {"as": number, "text": text}
    said = client.post("/phones/write/", form, headers={"hx-request": "true"}).content.decode()
    assert says in said
    assert written == []


def test_nobody_writes_outside_the_demo(
    client: Client, written: list[dict[str, str]], settings: Settings
) -> None:
    settings.DEMO = False
    form = {"as": str(MEMBER.number), "text": "101"}
    assert client.post("/phones/write/", form).status_code == 404
    assert written == []


@pytest.mark.parametrize("path", ["/phones/", "/phones/handsets/"])
def test_there_are_no_phones_outside_the_demo(
    client: Client, received: Received, settings: Settings, path: str
) -> None:
    settings.DEMO = False
    assert client.get(path).status_code == 404


def test_the_way_to_the_phones_is_shown_in_the_demo_only(
    admin_client: Client, settings: Settings
) -> None:
    settings.DEMO = False
    assert 'href="/phones/"' not in page(admin_client, "/")
    settings.DEMO = True
    assert 'href="/phones/"' in page(admin_client, "/")


def test_what_waits_for_the_morning_is_told(client: Client, received: Received) -> None:
    now = datetime.now(UTC)
    CommunicationMessage.objects.create(
        number=MEMBER.number,
        rule="test",
        text="您好",
        language="zh",
        delivery_class="comfort",
        state="planned",
        planned_at=now,
        changed_at=now,
        release_at=now + timedelta(hours=9),
        waits="quiet",
        urgent=False,
        figures={},
    )
    assert "1 条短信等到" in page(client)
    assert "1 message waits until" in page(client, language="en")
