"""Being surer of who is asking: once a session, for one line, by what was not shown yet."""

from datetime import timedelta

import pytest
from django.test import Client

from tests.pages.hall.signing_in import sign_in
from tests.pages.hall.test_sign_in import (  # noqa: F401 - fixtures
    MINE,
    NOW,
    Wall,
    code_sent_to,
    customers,
    wall,
)
from wanhao.access.service_passwords import issue_service_password, set_service_password
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.hall.visitors import visitor_of
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db
AT = "/hall/verify/"
PASSWORD = "246801"


@pytest.fixture
def browser() -> Client:
    browser = Client()
    sign_in(browser, MINE, NOW, IdentityLevel.KNOWN, stay=True)
    return browser


@pytest.fixture
def password() -> str:
    set_service_password(lines_by_number([MINE])[MINE].line_id, MINE, PASSWORD, NOW, by="test")
    return PASSWORD


def level(browser: Client) -> IdentityLevel:
    visitor = visitor_of(browser.get("/hall/lines/").wsgi_request)
    assert visitor is not None
    return visitor.level


def test_a_code_makes_verified_and_goes_where_one_was_going(browser: Client) -> None:
    given = {"level": "2", "next": "/hall/lines/"}
    key = browser.session.session_key
    browser.post(AT, {"act": "send", **given})
    answer = browser.post(AT, {"act": "enter", "code": code_sent_to(MINE), **given})
    assert answer["Location"] == "/hall/lines/"
    assert level(browser) is IdentityLevel.VERIFIED
    assert browser.session.session_key != key


def test_strong_takes_both_and_is_asked_for_once(browser: Client, password: str) -> None:
    given = {"level": "3", "next": "/hall/lines/"}
    again = browser.post(AT, {"act": "password", "password": password, **given})
    assert again["Location"].startswith(AT)
    assert level(browser) is IdentityLevel.VERIFIED
    page = browser.get(AT, {"level": "3"}).content.decode()
    assert 'value="password"' not in page
    browser.post(AT, {"act": "send", **given})
    answer = browser.post(AT, {"act": "enter", "code": code_sent_to(MINE), **given})
    assert answer["Location"] == "/hall/lines/"
    assert level(browser) is IdentityLevel.STRONG
    assert browser.get(AT, {"level": "3", "next": "/hall/me/"})["Location"] == "/hall/me/"


def test_it_fades_after_half_an_hour(browser: Client, password: str, wall: Wall) -> None:  # noqa: F811
    browser.post(AT, {"act": "password", "password": password, "level": "2"})
    assert level(browser) is IdentityLevel.VERIFIED
    wall.pass_by(timedelta(minutes=31))
    assert level(browser) is IdentityLevel.KNOWN


def test_wrong_ones_are_counted_and_make_nothing_surer(browser: Client, password: str) -> None:
    browser.post(AT, {"act": "send", "level": "2"})
    for _ in range(3):
        assert browser.post(AT, {"act": "enter", "code": "none", "level": "2"}).status_code == 422
        wrong = {"act": "password", "password": "135790", "level": "2"}
        assert browser.post(AT, wrong).status_code == 422
    right = {"act": "password", "password": password, "level": "2"}
    assert browser.post(AT, right).status_code == 422
    sent = {"act": "enter", "code": code_sent_to(MINE), "level": "2"}
    assert browser.post(AT, sent).status_code == 422
    assert level(browser) is IdentityLevel.KNOWN


def test_an_initial_password_makes_nothing_surer(browser: Client) -> None:
    line = lines_by_number([MINE])[MINE]
    initial = issue_service_password(line.line_id, MINE, NOW, by="test")
    answer = browser.post(AT, {"act": "password", "password": initial, "level": "2"})
    assert answer.status_code == 422
    assert level(browser) is IdentityLevel.KNOWN


def test_a_code_for_something_else_does_not_count(browser: Client) -> None:
    Client().post("/hall/sign-in/", {"act": "send", "number": MINE})
    answer = browser.post(AT, {"act": "enter", "code": code_sent_to(MINE), "level": "2"})
    assert answer.status_code == 422


def test_no_passkey_no_proof(browser: Client) -> None:
    for credential in ("", "null", "{}", "[]", "{", '{"id": "x", "response": {}}'):
        answer = browser.post(AT, {"act": "passkey", "credential": credential, "level": "3"})
        assert answer.status_code == 422
    assert level(browser) is IdentityLevel.KNOWN


def test_who_is_not_signed_in_signs_in_first() -> None:
    assert Client().get(AT)["Location"].startswith("/hall/sign-in/?next=")


def test_after_a_code_only_the_password_is_asked_and_told_wrong(password: str) -> None:
    browser = Client()
    sign_in(browser, MINE, NOW, IdentityLevel.VERIFIED)
    assert "还需要" in browser.get(AT, {"level": "3"}).content.decode()
    given = {"act": "password", "password": "999999", "level": "3"}
    assert "服务密码不正确，今天还可以试 2 次。" in browser.post(AT, given).content.decode()
