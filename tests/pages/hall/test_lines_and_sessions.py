"""My lines and my sign-ins: bound by the line's own handset, ended everywhere."""

import pytest
from django.test import Client

from tests.pages.hall.signing_in import sign_in
from tests.pages.hall.test_sign_in import (  # noqa: F401 - fixtures
    DAUGHTERS,
    MINE,
    NOW,
    STRANGERS,
    by_code,
    code_sent_to,
    customers,
    said_to,
    signed_in,
    wall,
)
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.hall.visitors import Visitor, visitor_of
from wanhao.parties.actions import end_line
from wanhao.parties.binding import bindings_of
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db
LINES, SESSIONS = "/hall/lines/", "/hall/sessions/"


@pytest.fixture
def browser() -> Client:
    browser = Client()
    by_code(browser, MINE)
    return browser


def visitor(browser: Client) -> Visitor:
    found = visitor_of(browser.get(LINES).wsgi_request)
    assert found is not None
    return found


def bind(browser: Client, number: int) -> None:
    browser.post(LINES, {"act": "send", "number": number})
    answer = browser.post(LINES, {"act": "enter", "code": code_sent_to(number)})
    assert answer["Location"] == f"{LINES}?done=bound"


def line_id(number: int) -> int:
    return lines_by_number([number])[number].line_id


def test_another_line_is_bound_by_its_own_handset(browser: Client) -> None:
    bind(browser, DAUGHTERS)
    assert [line.number for line in visitor(browser).lines] == [MINE, DAUGHTERS]
    browser.post(LINES, {"act": "choose", "line": line_id(DAUGHTERS)})
    assert visitor(browser).line.number == DAUGHTERS
    assert visitor(browser).level is IdentityLevel.VERIFIED


def test_a_line_one_never_proved_in_this_session_is_only_known(browser: Client) -> None:
    bind(browser, DAUGHTERS)
    again = Client()
    sign_in(again, MINE, NOW, IdentityLevel.STRONG)
    assert visitor(again).level is IdentityLevel.STRONG
    again.post(LINES, {"act": "choose", "line": line_id(DAUGHTERS)})
    assert visitor(again).level is IdentityLevel.KNOWN


def test_binding_wants_a_verified_visitor_and_the_right_code(browser: Client) -> None:
    known = Client()
    sign_in(known, MINE, NOW, IdentityLevel.KNOWN)
    answer = known.post(LINES, {"act": "send", "number": DAUGHTERS})
    assert answer["Location"].startswith("/hall/verify/?level=2")
    assert said_to(DAUGHTERS) == []
    browser.post(LINES, {"act": "send", "number": DAUGHTERS})
    for _ in range(3):
        assert browser.post(LINES, {"act": "enter", "code": "none"}).status_code == 422
    late = browser.post(LINES, {"act": "enter", "code": code_sent_to(DAUGHTERS)})
    assert late.status_code == 422
    assert len(visitor(browser).lines) == 1


def test_what_was_unbound_by_mistake_is_taken_back(browser: Client) -> None:
    bind(browser, DAUGHTERS)
    answer = browser.post(LINES, {"act": "unbind", "line": line_id(DAUGHTERS)}, follow=True)
    assert 'value="undo"' in answer.content.decode()
    assert [line.number for line in visitor(browser).lines] == [MINE]
    browser.post(LINES, {"act": "undo"})
    assert [line.number for line in visitor(browser).lines] == [MINE, DAUGHTERS]


def test_nothing_is_taken_back_once_the_lines_holder_let_nobody_else_in(browser: Client) -> None:
    bind(browser, DAUGHTERS)
    browser.post(LINES, {"act": "unbind", "line": line_id(DAUGHTERS)})
    daughter = Client()
    sign_in(daughter, DAUGHTERS, NOW)
    daughter.post(LINES, {"act": "release"})
    browser.post(LINES, {"act": "undo"})
    assert [line.number for line in visitor(browser).lines] == [MINE]


def test_the_only_line_stays_and_strangers_lines_cannot_be_chosen(browser: Client) -> None:
    assert browser.post(LINES, {"act": "unbind", "line": line_id(MINE)}).status_code == 422
    browser.post(LINES, {"act": "choose", "line": line_id(STRANGERS)})
    assert visitor(browser).line.number == MINE


def test_who_has_a_line_sees_who_else_may_ask_and_ends_it(browser: Client) -> None:
    bind(browser, DAUGHTERS)
    daughter = Client()
    sign_in(daughter, DAUGHTERS, NOW)
    assert 'value="release"' in daughter.get(LINES).content.decode()
    daughter.post(LINES, {"act": "release"})
    assert [line.number for line in visitor(browser).lines] == [MINE]


def test_a_line_that_ends_is_out_of_the_session_at_once(browser: Client) -> None:
    bind(browser, DAUGHTERS)
    browser.post(LINES, {"act": "choose", "line": line_id(DAUGHTERS)})
    end_line(DAUGHTERS, NOW)
    assert visitor(browser).line.number == MINE
    assert visitor(browser).level is IdentityLevel.VERIFIED


def test_signing_out_everywhere_ends_the_other_browser(browser: Client) -> None:
    other = Client(headers={"user-agent": "Mozilla/5.0 (iPhone) Safari/605"})
    sign_in(other, MINE, NOW)
    page = other.get(SESSIONS).content.decode()
    assert page.count("mine__what") == 2 if "mine__what" in page else False
    browser.post(SESSIONS, {"act": "others"})
    assert signed_in(browser)
    assert not signed_in(other)
    browser.post(SESSIONS, {"act": "everywhere"})
    assert not signed_in(browser)


def test_strangers_sessions_cannot_be_ended(browser: Client) -> None:
    stranger = Client()
    sign_in(stranger, STRANGERS, NOW)
    for each in range(1, 6):
        browser.post(SESSIONS, {"act": "end", "session": each})
    assert signed_in(stranger)


def test_a_passkey_wants_a_strong_visitor(browser: Client) -> None:
    answer = browser.post(SESSIONS, {"act": "add", "credential": "{}"})
    assert answer["Location"].startswith("/hall/verify/?level=3")
    strong = Client()
    sign_in(strong, MINE, NOW, IdentityLevel.STRONG)
    assert "creation_options" in strong.get(SESSIONS).content.decode()
    assert strong.post(SESSIONS, {"act": "add", "credential": "{}"}).status_code == 422


def test_the_login_of_a_line_that_went_on_shows_nothing(browser: Client) -> None:
    login = int(browser.session["_auth_user_id"])
    end_line(DAUGHTERS, NOW)
    assert [one.line.number for one in bindings_of(login)] == [MINE]
