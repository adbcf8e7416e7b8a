"""The hall at a glance."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import Door
from wanhao.pages.design import clock
from wanhao.pages.hall.visitors import KEPT

NUMBER = NUMBERS[Door.WEB]
EXAMPLE = Example(item="usage", says="", holds=("sms-pack-5",))


@pytest.fixture
def customer(db: None, tmp_path: Path, client: Client) -> Iterator[Client]:
    """Signed in, with a plan, a pack, money and points, who called for half an hour."""
    with open_world(tmp_path / "usage", EXAMPLE):
        sign_in(client, NUMBER, clock.now())
        yield client


def page(client: Client, path: str = "/hall/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


class TestAtAGlance:
    def test_money_rings_packs_points_and_help_are_seen_at_once(self, customer: Client) -> None:
        shown = page(customer)
        assert 'data-figure="balance">¥50.00<' in shown
        assert 'data-service="voice" data-left="70"' in shown
        assert "70分钟" in shown
        assert "短信包 5元" in shown
        assert 'data-figure="points">1,200' in shown
        assert "169****0003" in shown
        assert str(NUMBER) not in shown
        assert 'href="/hall/service/"' in shown

    def test_each_room_is_asked_once(
        self, customer: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        page(customer)
        with django_assert_num_queries(10):
            page(customer)

    def test_who_is_not_signed_in_is_sent_to_sign_in(self, client: Client, db: None) -> None:
        response = client.get("/hall/")
        assert response.status_code == 302
        assert response["Location"] == "/hall/sign-in/?next=/hall/"

    def test_a_page_that_renews_itself_does_not_keep_anybody_signed_in(
        self, customer: Client
    ) -> None:
        sign_in(customer, NUMBER, clock.now() - timedelta(minutes=20))
        seen = customer.session[KEPT]["seen"]
        customer.get("/hall/part/", headers={"HX-Request": "true"})
        assert customer.session[KEPT]["seen"] == seen
        page(customer)
        assert customer.session[KEPT]["seen"] > seen
