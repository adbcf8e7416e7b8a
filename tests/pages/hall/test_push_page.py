"""Reminders to a device, switched on and off in the hall."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

from tests.channels.push.push_service import Browser
from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.hall.signing_in import sign_in
from wanhao.communications.push_subscriptions import subscriptions_of
from wanhao.menu.contracts import Door
from wanhao.pages.design import clock
from wanhao.parties.queries import lines_by_number

NUMBER, OTHER = NUMBERS[Door.WEB], NUMBERS[Door.APP]
GOOGLE = "https://fcm.googleapis.com/fcm/send"


@pytest.fixture
def login(db: None, tmp_path: Path, client: Client) -> Iterator[int]:
    with open_world(tmp_path / "usage", Example(item="usage", says="")):
        yield sign_in(client, NUMBER, clock.now())


def switch_on(client: Client, url: str = GOOGLE) -> int:
    keys = Browser(url, "phone").keys
    given = {"endpoint": keys.endpoint, "p256dh": keys.p256dh, "auth": keys.auth}
    return client.post("/hall/push/on/", given).status_code


def live(login: int, number: int = NUMBER) -> list[int]:
    line = lines_by_number([number])[number].line_id
    return [one.subscription_id for one in subscriptions_of(login, line)]


def test_the_page_gives_the_key_by_which_a_browser_subscribes(client: Client, login: int) -> None:
    shown = client.get("/hall/push/").content.decode()
    assert 'data-push="B' in shown
    assert "169****0003" in shown


def test_it_is_switched_on_and_off(client: Client, login: int) -> None:
    assert switch_on(client) == 302
    (subscription,) = live(login)
    shown = client.get("/hall/push/").content.decode()
    assert f'value="{subscription}"' in shown
    client.post("/hall/push/off/", {"subscription": subscription})
    assert live(login) == []


def test_a_push_service_nobody_knows_is_refused_in_plain_words(client: Client, login: int) -> None:
    assert switch_on(client, "https://10.0.0.7/inside") == 422
    assert live(login) == []


def test_nobody_switches_off_what_is_somebody_elses(client: Client, login: int) -> None:
    switch_on(client)
    (subscription,) = live(login)
    sign_in(client, OTHER, clock.now())
    client.post("/hall/push/off/", {"subscription": subscription})
    client.post("/hall/push/off/", {"subscription": "x" * 40})
    assert live(login) == [subscription]


def test_nobody_who_is_not_signed_in_switches_anything(client: Client, login: int) -> None:
    client.logout()
    assert switch_on(client) == 302
    assert live(login) == []
