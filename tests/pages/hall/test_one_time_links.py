"""A link sent by the SMS hall: for one line and one thing, once, and never without the handset."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.pages.hall.test_sign_in import (  # noqa: F401 - fixtures
    MINE,
    NOW,
    Wall,
    code_sent_to,
    customers,
    said_to,
    signed_in,
    wall,
)
from wanhao.access.models import OneTimeLink
from wanhao.access.one_time_links import make_link, open_link
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.hall.visitors import visitor_of
from wanhao.parties.actions import end_line
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> str:
    secret = make_link(lines_by_number([MINE])[MINE].line_id, "detail", NOW)
    return f"/hall/open/{secret}/"


def test_the_link_and_the_code_of_the_handset_make_verified(link: str) -> None:
    browser = Client()
    page = browser.get(link)
    assert page.status_code == 200
    assert str(MINE) not in page.content.decode()
    assert said_to(MINE) == []
    asked = browser.post(link)
    assert not signed_in(browser)
    answer = browser.post(asked["Location"], {"act": "enter", "code": code_sent_to(MINE)})
    assert answer["Location"] == "/hall/do/detail/"
    visitor = visitor_of(browser.get("/hall/lines/").wsgi_request)
    assert visitor is not None
    assert visitor.level is IdentityLevel.VERIFIED
    assert browser.get("/hall/do/detail/").status_code in (200, 302)


def test_it_opens_once_and_a_look_does_not_use_it_up(link: str, wall: Wall) -> None:  # noqa: F811
    for _ in range(3):
        assert Client().get(link).status_code == 200
    assert Client().post(link).status_code == 302
    wall.pass_by(timedelta(minutes=2))
    assert Client().get(link).status_code == 404
    assert Client().post(link).status_code == 404


def test_it_is_good_for_half_an_hour(link: str, wall: Wall) -> None:  # noqa: F811
    wall.pass_by(timedelta(minutes=30))
    assert Client().get(link).status_code == 404


def test_a_link_of_a_line_that_ended_opens_nothing() -> None:
    daughters = 16907920002
    secret = make_link(lines_by_number([daughters])[daughters].line_id, "detail", NOW)
    end_line(daughters, NOW)
    assert Client().get(f"/hall/open/{secret}/").status_code == 404


def test_only_a_hash_is_kept_and_one_of_two_gets_it() -> None:
    secret = make_link(lines_by_number([MINE])[MINE].line_id, "detail", NOW)
    assert secret not in str(OneTimeLink.objects.values_list().get())
    assert open_link(secret, NOW) is not None
    assert open_link(secret, NOW) is None
