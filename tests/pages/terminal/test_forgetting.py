"""A terminal forgets: whoever comes next sees nothing of who was there."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tests.pages.terminal.standing import browser_of, open_terminal, stand
from tests.parties.examples import a_family
from wanhao.outlets.terminals import new_code
from wanhao.pages.terminal.guests import COOKIE
from wanhao.parties.actions import open_accounts

pytestmark = pytest.mark.django_db
MINE = 16907920001
MASKED = "169****0001"
PAGES = ("start/", "list/ask/", "do/balance/", "who/", "queue/", "queue/ticket/", "receipt.pdf")


@pytest.fixture
def secret() -> str:
    open_accounts([a_family()])
    return open_terminal()[1]


@pytest.fixture
def browser(secret: str) -> Client:
    client = browser_of(secret)
    stand(client, MINE)
    return client


class TestWhoMayUseIt:
    @pytest.mark.parametrize("path", ["", *PAGES])
    def test_a_browser_that_is_no_terminal_is_refused(self, secret: str, path: str) -> None:
        for stranger in (Client(), browser_of("guessed")):
            answer = stranger.get(f"/terminal/{path}")
            assert answer.status_code == 403
            assert "/hall/" in answer.content.decode()

    def test_registering_keeps_a_cookie_for_the_terminal_only(self, secret: str) -> None:
        terminal, _ = open_terminal()
        code = new_code(terminal.terminal_id, timezone.now())
        browser = Client()
        address = f"/terminal/register/{code}/"
        assert browser.get(address).status_code == 200
        assert browser.get(address).status_code == 200
        assert browser.post(address).status_code == 302
        kept = browser.cookies[COOKIE]
        assert (kept["path"], kept["httponly"], kept["samesite"]) == ("/terminal/", True, "Strict")
        assert browser.get("/terminal/").status_code == 200
        assert Client().post(address).status_code == 404


class TestForgetting:
    def test_the_idle_screen_forgets_everything(self, browser: Client) -> None:
        assert MASKED in browser.get("/terminal/start/").content.decode()
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        old = browser.session.session_key
        idle = browser.get("/terminal/")
        assert idle.status_code == 200
        assert not Session.objects.filter(session_key=old).exists()
        for name in (settings.LANGUAGE_COOKIE_NAME, "wanhao_text", "wanhao_theme"):
            assert idle.cookies[name].value == ""
        for path in PAGES[1:]:
            answer = browser.get(f"/terminal/{path}")
            assert answer.status_code == 302, path
            assert answer["Location"] == "/terminal/"
        assert MASKED not in browser.get("/terminal/start/").content.decode()

    def test_the_idle_screen_itself_is_no_longer_as_the_last_one_liked_it(
        self, browser: Client
    ) -> None:
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        browser.cookies["wanhao_text"] = "large"
        assert (
            '<html class="terminal-root" lang="en"'
            in browser.get("/terminal/start/").content.decode()
        )
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
        browser.cookies["wanhao_text"] = "large"
        idle = browser.get("/terminal/").content.decode()
        assert 'lang="zh-hans" data-theme="auto" data-text="normal"' in idle

    def test_after_90_seconds_without_a_request_the_server_forgets(self, browser: Client) -> None:
        browser.get("/terminal/start/")
        (row,) = Session.objects.all()
        left = row.expire_date - timezone.now()
        assert timedelta(seconds=60) < left <= timedelta(seconds=90)
        Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
        assert browser.get("/terminal/do/balance/")["Location"] == "/terminal/"
        assert MASKED not in browser.get("/terminal/start/").content.decode()

    def test_each_request_begins_the_time_anew(self, browser: Client) -> None:
        soon = timezone.now() + timedelta(seconds=3)
        Session.objects.update(expire_date=soon)
        assert browser.get("/terminal/still/").status_code == 204
        (row,) = Session.objects.all()
        assert row.expire_date > soon + timedelta(seconds=60)

    def test_a_form_of_who_was_there_sends_nothing_any_more(self, secret: str) -> None:
        browser = browser_of(secret, checks=True)
        stand(browser)
        page = browser.get("/terminal/start/").content.decode()
        token = page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
        sent = {"csrfmiddlewaretoken": token, "step": "number", "key": "1"}
        assert browser.post("/terminal/who/", sent).status_code == 200
        browser.get("/terminal/")
        browser.get("/terminal/start/")
        again = browser.post("/terminal/who/", sent)
        assert (again.status_code, again["Location"]) == (302, "/terminal/")

    @pytest.mark.parametrize(
        "path", ["", "start/", "list/do/", "do/balance/", "who/?level=3", "queue/"]
    )
    def test_no_browser_keeps_a_page(self, browser: Client, path: str) -> None:
        answer = browser.get(f"/terminal/{path}")
        assert answer["Cache-Control"] == "no-store"

    def test_without_javascript_the_screen_goes_back_by_itself(self, browser: Client) -> None:
        page = browser.get("/terminal/do/balance/").content.decode()
        assert (
            '<noscript><meta http-equiv="refresh" content="75;url=/terminal/"></noscript>' in page
        )


class TestTheDemo:
    def test_the_page_of_phones_makes_a_browser_the_demos_terminal(
        self, secret: str, settings: Settings
    ) -> None:
        settings.DEMO = True
        browser = Client()
        where = browser.post("/phones/terminal/")["Location"]
        assert where.startswith("/terminal/register/")
        assert browser.post(where)["Location"] == "/terminal/"
        assert browser.get("/terminal/").status_code == 200

    def test_a_newcomer_finds_the_way_at_the_terminals_own_address(
        self, secret: str, settings: Settings
    ) -> None:
        settings.DEMO = True
        told = Client().get("/terminal/", headers={"accept-language": "en"}).content.decode()
        assert 'action="/phones/terminal/"' in told
        assert "In the demo, any browser may be a terminal." in told

    def test_outside_the_demo_there_is_no_such_way(self, secret: str, settings: Settings) -> None:
        settings.DEMO = False
        assert "/phones/" not in Client().get("/terminal/").content.decode()
        assert Client().post("/phones/terminal/").status_code == 404
