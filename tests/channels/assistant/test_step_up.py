"""What a token does not prove, its customer proves at the hall and lets it ask for a while."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pytest_django.live_server_helper import LiveServer

from tests.channels.assistant.door import Door, text_of, token_for
from tests.pages.hall.test_sign_in import code_sent_to
from tests.parties.examples import a_line, an_account
from wanhao.access.token_step_ups import LASTS, step_up_token, token_level
from wanhao.access.tokens import revoke_token
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

NUMBER, OTHER = 16907910004, 16907910005
BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
PLAN = {"plan": "lexiang-4g-99"}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("assistant")]


@pytest.fixture(autouse=True)
def lines(transactional_db: None) -> None:
    load_catalogue()
    accounts = (
        an_account("A4", (a_line(NUMBER, language=Language.EN),)),
        an_account("A5", (a_line(OTHER),)),
    )
    open_accounts(
        [AccountOrder(account=one, offering_codes=("lexiang-4g-59",)) for one in accounts], BEFORE
    )


@pytest.fixture
def browser(live_server: LiveServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=live_server.url, follow_redirects=True, timeout=60) as client:
        yield client


def send(browser: httpx.Client, page: httpx.Response, **given: str) -> httpx.Response:
    """Send a page's form."""
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert token is not None, page.text
    sent = browser.post(page.url, data={"csrfmiddlewaretoken": token[1], **given})
    assert sent.status_code == 200, sent.text
    return sent


def line_id(number: int) -> int:
    return lines_by_number([number])[number].line_id


def test_the_customer_verifies_and_the_token_is_answered(door: Door, browser: httpx.Client) -> None:
    secret, issued = token_for(NUMBER)
    asked = door.call(secret, "plan_change", **PLAN)
    told = asked.structured_content
    assert (told["kind"], told["needs"]) == ("to_step_up", 2)
    link = told["data"]["step_up_url"]
    assert link in text_of(asked)
    page = browser.get(httpx.URL(link).path)
    entering = send(browser, page)
    agreeing = send(browser, entering, act="enter", code=code_sent_to(NUMBER))
    assert "/hall/assistant/" in str(agreeing.url)
    assert door.call(secret, "plan_change", **PLAN).structured_content["kind"] == "to_step_up"
    assert token_level(issued.token_id, datetime.now(UTC)) is None
    send(browser, agreeing)
    proposed = door.call(secret, "plan_change", **PLAN)
    assert proposed.structured_content["kind"] == "to_confirm"
    done = door.call(secret, "confirm", nonce=proposed.structured_content["nonce"])
    assert done.structured_content["kind"] == "answered", text_of(done)
    assert browser.get(httpx.URL(link).path).status_code == 404


def test_it_lasts_half_an_hour_and_no_longer_than_its_token() -> None:
    _, issued = token_for(NUMBER)
    now = datetime.now(UTC)
    assert step_up_token(issued.token_id, line_id(NUMBER), 3, now, by="login 1") == now + LASTS
    assert token_level(issued.token_id, now) == 3
    assert token_level(issued.token_id, now + LASTS - timedelta(seconds=1)) == 3
    assert token_level(issued.token_id, now + LASTS) is None
    revoke_token(issued.token_id, "tests", now)
    assert token_level(issued.token_id, now) is None


def test_a_token_of_another_line_or_a_dead_one_is_let_do_nothing() -> None:
    _, issued = token_for(NUMBER)
    now = datetime.now(UTC)
    assert step_up_token(issued.token_id, line_id(OTHER), 2, now, by="login 1") is None
    revoke_token(issued.token_id, "tests", now)
    assert step_up_token(issued.token_id, line_id(NUMBER), 2, now, by="login 1") is None


def test_an_address_somebody_made_up_lets_nothing(browser: httpx.Client) -> None:
    assert "/hall/sign-in/" in str(browser.get("/hall/assistant/made-up/").url)
