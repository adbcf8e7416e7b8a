"""Asked, confirmed, declined in the hall."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.hall.signing_in import sign_in
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.pages.design import clock
from wanhao.parties.queries import lines_by_number
from wanhao.products.queries import products_of

NUMBER = NUMBERS[Door.WEB]
EXAMPLE = Example(item="pack_open", says="")


@pytest.fixture
def customer(db: None, tmp_path: Path, client: Client) -> Iterator[Client]:
    with open_world(tmp_path / "usage", EXAMPLE):
        sign_in(client, NUMBER, clock.now())
        yield client


def held() -> list[str]:
    group = lines_by_number({NUMBER})[NUMBER].group_id
    return [one.offering.code for one in products_of(group, clock.now() + timedelta(seconds=5))]


def nonce(shown: str) -> str:
    found = re.search(r'name="nonce" value="(\w+)"', shown)
    assert found is not None, shown
    return found[1]


def text(client: Client, path: str, **given: str) -> str:
    response = client.post(path, given) if given else client.get(path)
    return response.content.decode()


class TestAPack:
    def test_price_and_effect_come_before_the_button_and_two_yeses_do_it_once(
        self, customer: Client
    ) -> None:
        form = text(customer, "/hall/do/pack_open/")
        assert "¥5/月" in form
        proposal = text(customer, "/hall/do/pack_open/", pack="sms-pack-5")
        assert 'data-kind="to_confirm"' in proposal
        assert proposal.index("¥5/月") < proposal.index("确认办理")
        assert "sms-pack-5" not in held()
        yes = nonce(proposal)
        first = text(customer, "/hall/do/pack_open/confirm/", nonce=yes)
        again = text(customer, "/hall/do/pack_open/confirm/", nonce=yes)
        assert 'data-kind="answered"' in first
        assert 'data-kind="answered"' in again
        assert held().count("sms-pack-5") == 1
        assert 'href="/hall/do/pack_cancel/?pack=sms-pack-5"' in first

    def test_a_no_leaves_everything_as_it_was(self, customer: Client) -> None:
        yes = nonce(text(customer, "/hall/do/pack_open/", pack="sms-pack-5"))
        assert customer.post("/hall/do/pack_open/decline/").status_code == 302
        late = text(customer, "/hall/do/pack_open/confirm/", nonce=yes)
        assert 'data-kind="refused"' in late
        assert "sms-pack-5" not in held()

    def test_a_yes_without_its_number_confirms_nothing(self, customer: Client) -> None:
        text(customer, "/hall/do/pack_open/", pack="sms-pack-5")
        refused = customer.post("/hall/do/pack_open/confirm/").content.decode()
        assert 'data-kind="refused"' in refused
        assert "sms-pack-5" not in held()

    def test_an_address_alone_buys_nothing_but_fills_the_form(self, customer: Client) -> None:
        form = text(customer, "/hall/do/pack_open/?pack=sms-pack-5")
        assert re.search(r'value="sms-pack-5" checked', form)
        assert "data-kind" not in form

    def test_who_has_nothing_to_cancel_is_told_so(self, customer: Client) -> None:
        form = text(customer, "/hall/do/pack_cancel/")
        assert "您目前没有需要退订的流量包或短信包。" in form


class TestHowSureWeAre:
    def test_what_needs_more_leads_there_and_back_to_the_filled_form(
        self, customer: Client
    ) -> None:
        sign_in(customer, NUMBER, clock.now(), IdentityLevel.KNOWN)
        shown = text(customer, "/hall/do/plan_change/", plan="lexiang-4g-99")
        assert 'data-kind="to_step_up"' in shown
        assert "level=2" in shown
        assert "next=%2Fhall%2Fdo%2Fplan_change%2F%3Fplan%3Dlexiang-4g-99" in shown

    def test_a_secret_is_in_no_address(self, customer: Client) -> None:
        shown = text(customer, "/hall/do/service_password/", new="283651")
        assert 'data-kind="to_step_up"' in shown
        assert "283651" not in shown

    def test_what_anybody_may_ask_needs_no_signing_in(self, customer: Client) -> None:
        shown = text(Client(), "/hall/do/tariffs/?query=lexiang-4g-59")
        assert "乐享4G 59" in shown

    def test_what_there_is_not_is_not_found(self, customer: Client) -> None:
        assert customer.get("/hall/do/gold/").status_code == 404


class TestTheForm:
    def test_what_is_wrong_stands_at_its_field(self, customer: Client) -> None:
        response = customer.post("/hall/do/gift_data/", {"to": "123", "mb": "10"})
        assert response.status_code == 400
        assert "应为11位手机号码" in response.content.decode()

    def test_large_type_is_on_from_the_next_page_on(self, customer: Client) -> None:
        text(customer, "/hall/do/large_type/", switch="on")
        assert 'data-text="large"' in text(customer, "/hall/")
        fresh = Client()
        sign_in(fresh, NUMBER, clock.now())
        assert 'data-text="large"' in text(fresh, "/hall/")

    def test_the_language_of_the_line_is_the_language_of_the_page(self, customer: Client) -> None:
        text(customer, "/hall/do/language/", language="en")
        assert "Balance" in text(customer, "/hall/")
        fresh = Client()
        sign_in(fresh, NUMBER, clock.now())
        assert "Balance" in text(fresh, "/hall/")


class TestTheLists:
    @pytest.mark.parametrize("which", ["serve", "ask", "service", "me"])
    def test_each_place_lists_what_can_be_had(self, customer: Client, which: str) -> None:
        shown = text(customer, f"/hall/{which}/")
        assert "/hall/do/" in shown
        assert 'aria-current="page"' in shown

    def test_items_are_found_by_a_word_in_either_language(self, customer: Client) -> None:
        assert "/hall/do/roaming_on/" in text(customer, "/hall/find/?q=漫游")
        assert "/hall/do/roaming_off/" in text(customer, "/hall/find/?q=abroad")
        assert "没有找到" in text(customer, "/hall/find/?q=黄金")


@pytest.mark.parametrize(
    ("item", "shelf", "name"),
    [
        ("balance", "/hall/ask/", "查询"),
        ("pack_open", "/hall/serve/", "办理"),
        ("reminders", "/hall/me/", "我的"),
    ],
)
def test_an_item_leads_back_to_the_list_it_stands_on(
    customer: Client, item: str, shelf: str, name: str
) -> None:
    page = text(customer, f"/hall/do/{item}/")
    assert f'<a href="{shelf}">‹ {name}</a>' in page
    assert f'href="{shelf}" aria-current="page"' in page


def test_what_stops_the_line_is_said_before_it_is_sent(customer: Client) -> None:
    assert "提交后立即停机" in text(customer, "/hall/do/report_loss/")


def test_ones_own_plan_is_marked_among_those_on_sale(customer: Client) -> None:
    assert text(customer, "/hall/do/plan_change/").count("（现用套餐）") == 1


def test_hotspots_are_not_looked_for_among_halls(customer: Client) -> None:
    assert 'href="/hall/places/?kind=hotspot"' in text(customer, "/hall/service/")
