"""The hall at a glance."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.hall.customers import two_bills
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import Door
from wanhao.menu.wording import moment
from wanhao.pages.design import clock
from wanhao.pages.hall.visitors import KEPT
from wanhao.parties.contracts import Language, LineView
from wanhao.parties.queries import lines_by_number
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise
from wanhao.values.cycle import Cycle
from wanhao.workflows.stop_steps import STOP_SERVICE, stop_key
from wanhao.workflows.take_payment import take_payment

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
        with django_assert_num_queries(7):
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


class TestAnAnnouncedStop:
    @pytest.fixture
    def bill(self, customer: Client) -> LineView:
        line = lines_by_number({NUMBER})[NUMBER]
        two_bills(line, clock.now())
        return line

    def announce(self, line: LineView, begins: datetime) -> None:
        cycle = Cycle.of(clock.now()).previous.number
        promise = NewPromise(
            kind=STOP_SERVICE,
            key=stop_key(line.account_id, cycle),
            due_at=begins,
            held=True,
            payload={"account": line.account_id, "cycle": cycle},
        )
        make([promise], clock.now())

    def test_home_says_when_and_how_much_to_pay_before(
        self, customer: Client, bill: LineView
    ) -> None:
        begins = clock.now() + timedelta(days=40)
        self.announce(bill, begins)
        shown = page(customer)
        assert f"{moment(begins, Language.ZH)}起将因欠费停机" in shown
        assert "在此之前缴¥135.50，就不会停机" in shown

    def test_who_has_paid_is_not_frightened(self, customer: Client, bill: LineView) -> None:
        self.announce(bill, clock.now() + timedelta(days=40))
        take_payment(bill.account_id, 13_550, "p1", clock.now())
        assert "停机" not in page(customer)


def test_points_have_a_page_with_what_ends_when_and_every_movement(customer: Client) -> None:
    shown = page(customer, "/hall/points/")
    assert "1,200" in shown
    assert f"{clock.today().year + 1}-12-31" in shown
    assert "入账" in shown
    assert 'href="/hall/do/redeem/"' in shown
    assert 'href="/hall/points/"' in page(customer, "/hall/ask/")
    assert str(NUMBER) not in shown
