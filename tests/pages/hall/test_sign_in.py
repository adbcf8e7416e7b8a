"""Signing in at the hall: by a code read from the handset, or by the service password."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client

from tests.parties.examples import a_family, an_account
from wanhao.access.models import OneTimeCode
from wanhao.access.service_passwords import issue_service_password, set_service_password
from wanhao.communications.models import CommunicationMessage
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.design import clock
from wanhao.pages.hall.visitors import visitor_of
from wanhao.parties.actions import open_accounts
from wanhao.parties.binding import bindings_of
from wanhao.parties.queries import lines_by_number

pytestmark = pytest.mark.django_db
MINE, DAUGHTERS, STRANGERS, NOBODYS = 16907920001, 16907920002, 16907910001, 16907999999
AT = "/hall/sign-in/"
NOW = datetime(2026, 12, 5, 4, 0, tzinfo=UTC)


class Wall:
    """The clock all pages go by, put forward by the test."""

    def __init__(self) -> None:
        self.now = NOW

    def pass_by(self, span: timedelta) -> None:
        self.now += span


@pytest.fixture(autouse=True)
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    wall = Wall()
    monkeypatch.setattr(clock, "now", lambda: wall.now)
    return wall


@pytest.fixture(autouse=True)
def customers() -> None:
    open_accounts([a_family(), an_account("A1")])


@pytest.fixture
def browser() -> Client:
    return Client()


def said_to(number: int) -> list[str]:
    """What is on its way to a handset, oldest first."""
    rows = CommunicationMessage.objects.filter(number=number).order_by("id")
    return [row.figures["text"] for row in rows]


def code_sent_to(number: int) -> str:
    found = re.search(r"\d{6}", said_to(number)[-1])
    assert found is not None
    return found[0]


def ask(browser: Client, number: int, **more: str) -> None:
    answer = browser.post(AT, {"act": "send", "number": number, **more})
    assert answer.status_code == 302, answer.content.decode()


def enter(browser: Client, code: str, **more: str) -> HttpResponse:
    answer: HttpResponse = browser.post(AT, {"act": "enter", "code": code, **more})
    return answer


def signed_in(browser: Client) -> bool:
    return browser.get("/hall/lines/").status_code == 200


def by_code(browser: Client, number: int, **more: str) -> None:
    ask(browser, number, **more)
    assert enter(browser, code_sent_to(number)).status_code == 302
    assert signed_in(browser)


def test_the_code_of_the_handset_lets_its_line_in(browser: Client) -> None:
    ask(browser, MINE)
    answer = enter(browser, code_sent_to(MINE), next="/hall/sessions/")
    assert answer["Location"] == "/hall/sessions/"
    page = browser.get("/hall/lines/").content.decode()
    assert "169****0001" in page
    assert str(MINE) not in page


def test_who_comes_again_has_the_same_login(browser: Client, wall: Wall) -> None:
    by_code(browser, MINE)
    first = browser.session["_auth_user_id"]
    wall.pass_by(timedelta(minutes=2))
    other = Client()
    by_code(other, MINE)
    assert other.session["_auth_user_id"] == first


def test_the_code_stands_nowhere_in_clear(browser: Client) -> None:
    ask(browser, MINE)
    code = code_sent_to(MINE)
    assert code not in browser.get(f"{AT}?step=code").content.decode()
    assert code not in str(dict(browser.session))
    assert code not in str(OneTimeCode.objects.values_list().get())
    assert CommunicationMessage.objects.get().rule == "secret"


def test_a_number_nobody_has_looks_like_one_somebody_has(browser: Client) -> None:
    other = Client()
    pages = []
    for each, number in ((browser, MINE), (other, NOBODYS)):
        ask(each, number)
        seen = [each.get(f"{AT}?step=code").content.decode()]
        seen += [enter(each, "no code").content.decode() for _ in range(4)]
        hidden = [
            re.sub(r'(csrfmiddlewaretoken"|name="number") value="[^"]*"', "", one) for one in seen
        ]
        pages.append([one.replace("169****9999", "169****0001") for one in hidden])
    assert pages[0] == pages[1]
    assert said_to(NOBODYS) == []


def test_three_wrong_codes_and_the_right_one_does_not_count_any_more(browser: Client) -> None:
    ask(browser, MINE)
    for _ in range(3):
        assert enter(browser, "no code").status_code == 422
    assert enter(browser, code_sent_to(MINE)).status_code == 422
    assert not signed_in(browser)


def test_a_code_is_good_for_five_minutes_and_once(browser: Client, wall: Wall) -> None:
    ask(browser, MINE)
    code = code_sent_to(MINE)
    wall.pass_by(timedelta(minutes=5))
    assert enter(browser, code).status_code == 422
    ask(browser, MINE)
    code = code_sent_to(MINE)
    assert enter(browser, code).status_code == 302
    browser.post("/hall/sign-out/")
    assert enter(browser, code).status_code == 302
    assert not signed_in(browser)


def test_a_code_of_another_browser_is_of_no_use(browser: Client, wall: Wall) -> None:
    ask(browser, MINE)
    wall.pass_by(timedelta(seconds=61))
    stranger = Client()
    ask(stranger, STRANGERS)
    assert enter(stranger, code_sent_to(MINE)).status_code == 422


def test_a_new_code_only_after_a_minute_and_five_an_hour(browser: Client, wall: Wall) -> None:
    ask(browser, MINE)
    again = browser.post(AT, {"act": "send", "number": MINE})
    assert again.status_code == 422
    assert "60" in again.content.decode()
    for _ in range(4):
        wall.pass_by(timedelta(seconds=60))
        ask(browser, MINE)
    wall.pass_by(timedelta(seconds=60))
    assert browser.post(AT, {"act": "send", "number": MINE}).status_code == 422
    assert len(said_to(MINE)) == 5
    wall.pass_by(timedelta(hours=1))
    ask(browser, MINE)


def test_one_address_may_not_ask_for_everybody(browser: Client) -> None:
    answers = [
        browser.post(AT, {"act": "send", "number": 16907800000 + each}).status_code
        for each in range(31)
    ]
    assert answers[:30] == [302] * 30
    assert answers[30] == 422


def test_the_service_password_lets_in_and_three_wrong_ones_a_day_do_not(
    browser: Client, wall: Wall
) -> None:
    line = lines_by_number([MINE])[MINE]
    set_service_password(line.line_id, MINE, "246801", NOW, by="test")
    right = {"act": "password", "number": MINE, "password": "246801"}
    assert browser.post(AT, right).status_code == 302
    assert signed_in(browser)
    other = Client()
    for _ in range(3):
        assert other.post(AT, {**right, "password": "135790"}).status_code == 422
    assert other.post(AT, right).status_code == 422
    wall.pass_by(timedelta(days=1))
    assert other.post(AT, right).status_code == 302


def test_an_initial_password_is_good_for_setting_another_only(browser: Client) -> None:
    line = lines_by_number([MINE])[MINE]
    initial = issue_service_password(line.line_id, MINE, NOW, by="test")
    first = browser.post(AT, {"act": "password", "number": MINE, "password": initial})
    assert first["Location"] == f"{AT}?step=new"
    assert not signed_in(browser)
    easy = browser.post(AT, {"act": "new", "new": "123456", "again": "123456"})
    assert easy.status_code == 422
    set_to = browser.post(AT, {"act": "new", "new": "246801", "again": "246801"})
    assert set_to.status_code == 302
    assert signed_in(browser)


def test_wrong_passwords_of_nobody_and_of_somebody_read_alike(browser: Client) -> None:
    line = lines_by_number([MINE])[MINE]
    set_service_password(line.line_id, MINE, "246801", NOW, by="test")
    for number in (MINE, STRANGERS, NOBODYS):
        given = {"act": "password", "number": number, "password": "135790"}
        words = [
            re.findall(
                r'role="alert".*?<span>(.*?)</span>', browser.post(AT, given).content.decode()
            )
            for _ in range(4)
        ]
        if number == MINE:
            expected = words
        assert words == expected


def test_the_key_of_the_session_is_another_one_after_signing_in(browser: Client) -> None:
    ask(browser, MINE)
    before = browser.session.session_key
    enter(browser, code_sent_to(MINE))
    assert browser.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_who_stays_signed_in_is_known_for_thirty_days_and_verified_for_half_an_hour(
    browser: Client, wall: Wall
) -> None:
    by_code(browser, MINE, stay="1")
    assert browser.cookies[settings.SESSION_COOKIE_NAME]["max-age"] >= 30 * 86_400 - 60
    wall.pass_by(timedelta(minutes=31))
    page = browser.get("/hall/lines/")
    assert page.wsgi_request.session["hall"]["proofs"] == {}
    visitor = visitor_of(page.wsgi_request)
    assert visitor is not None
    assert visitor.level is IdentityLevel.KNOWN


def test_who_does_not_stay_is_out_after_half_an_hour(browser: Client, wall: Wall) -> None:
    by_code(browser, MINE)
    assert browser.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""
    wall.pass_by(timedelta(minutes=31))
    gone = browser.get("/hall/lines/")
    assert gone["Location"] == "/hall/sign-in/?next=/hall/lines/"


def test_the_app_is_another_door(browser: Client) -> None:
    browser.get(f"{AT}?source=app")
    by_code(browser, MINE)
    visitor = visitor_of(browser.get("/hall/lines/").wsgi_request)
    assert visitor is not None
    assert visitor.asker().door.value == "app"


@pytest.mark.parametrize("wrong", ["", "1690792000", "26907920001", "169079200011", "169079二0001"])
def test_what_is_no_number_is_said_to_be_none(browser: Client, wrong: str) -> None:
    assert browser.post(AT, {"act": "send", "number": wrong}).status_code == 422


def test_it_goes_on_only_to_addresses_of_ours(browser: Client) -> None:
    ask(browser, MINE)
    answer = enter(browser, code_sent_to(MINE), next="https://elsewhere.example/")
    assert answer["Location"].startswith("/hall/")


def test_a_login_has_one_line_bound_as_its_own(browser: Client) -> None:
    by_code(browser, MINE)
    (only,) = bindings_of(int(browser.session["_auth_user_id"]))
    assert only.own


def test_signing_in_asks_the_database_only_so_often(
    browser: Client, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    by_code(browser, MINE)
    with django_assert_max_num_queries(6):
        browser.get("/hall/lines/")


def test_asking_again_too_soon_leaves_the_field_for_the_code(browser: Client) -> None:
    ask(browser, MINE)
    again = browser.post(AT, {"act": "send", "number": MINE})
    assert again.status_code == 422
    assert 'id="code"' in again.content.decode()
    assert enter(browser, code_sent_to(MINE)).status_code == 302
    assert signed_in(browser)


def test_another_browser_that_asks_too_soon_has_no_code_to_enter(browser: Client) -> None:
    ask(browser, MINE)
    other = Client().post(AT, {"act": "send", "number": MINE})
    assert 'id="code"' not in other.content.decode()


def test_wide_digits_of_a_chinese_keyboard_are_digits(browser: Client) -> None:
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    answer = browser.post(AT, {"act": "send", "number": str(MINE).translate(wide)})
    assert answer.status_code == 302
    assert enter(browser, code_sent_to(MINE).translate(wide)).status_code == 302
    assert signed_in(browser)


def test_wide_digits_are_the_service_password(browser: Client) -> None:
    line = lines_by_number([MINE])[MINE]
    set_service_password(line.line_id, MINE, "２４６８０１", NOW, by="test")
    given = {"act": "password", "number": MINE, "password": "246801"}
    assert browser.post(AT, given).status_code == 302
    assert signed_in(browser)
