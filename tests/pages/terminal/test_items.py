"""Items of the menu at a terminal: asked, done once, with a receipt."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests.menu.walking.examples import Example
from tests.menu.walking.world import NUMBERS, open_world
from tests.pages.terminal.standing import browser_of, open_terminal, stand
from wanhao.menu.contracts import Door, IdentityLevel
from wanhao.menu.queries import items_at
from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.outlets.terminals import receipts

NUMBER = NUMBERS[Door.TERMINAL]


@pytest.fixture
def terminal(db: None, tmp_path: Path) -> Iterator[tuple[TerminalView, str]]:
    with open_world(tmp_path / "usage", Example(item="pack_open", says="")):
        yield open_terminal()


@pytest.fixture
def browser(terminal: tuple[TerminalView, str]) -> Client:
    client = browser_of(terminal[1])
    stand(client, NUMBER)
    return client


def text(browser: Client, path: str, **given: str) -> str:
    response = browser.post(path, given) if given else browser.get(path)
    return " ".join(response.content.decode().split())


def nonce(shown: str) -> str:
    found = re.search(r'name="nonce" value="(\w+)"', shown)
    assert found is not None, shown
    return found[1]


def test_the_start_shows_the_customers_own_figures_and_what_can_be_done(browser: Client) -> None:
    shown = text(browser, "/terminal/start/")
    assert 'data-figure="balance">¥50.00<' in shown
    assert 'data-service="voice" data-left="70"' in shown
    assert str(NUMBER) not in shown
    for path in ("list/ask/", "list/do/", "queue/", "pay/"):
        assert f'href="/terminal/{path}"' in shown


def test_every_item_of_the_terminal_is_in_one_of_the_lists(browser: Client) -> None:
    shown = text(browser, "/terminal/list/ask/") + text(browser, "/terminal/list/do/")
    for item in items_at(Door.TERMINAL):
        own = {"queue_ticket": "/terminal/queue/", "topup": "/terminal/pay/"}
        assert f'href="{own.get(item.code, f"/terminal/do/{item.code}/")}"' in shown, item.code


def test_what_is_done_is_done_once_and_has_one_receipt(
    browser: Client, terminal: tuple[TerminalView, str]
) -> None:
    proposal = text(browser, "/terminal/do/pack_open/", pack="sms-pack-5")
    assert proposal.index("¥5/月") < proposal.index("确认办理")
    assert receipts(terminal[0].terminal_id, 5) == ()
    yes = nonce(proposal)
    for _ in range(2):
        done = text(browser, "/terminal/do/pack_open/confirm/", nonce=yes)
        assert 'data-kind="answered"' in done
        assert 'action="/terminal/receipt/"' in done
    (receipt,) = receipts(terminal[0].terminal_id, 5)
    assert receipt.item == "pack_open"
    assert f"凭条号{receipt.number}" in done
    paper = browser.get("/terminal/receipt.pdf")
    assert paper.content.startswith(b"%PDF")


def test_looking_something_up_has_no_receipt(
    browser: Client, terminal: tuple[TerminalView, str]
) -> None:
    assert "¥50" in text(browser, "/terminal/do/balance/")
    assert receipts(terminal[0].terminal_id, 5) == ()
    assert browser.get("/terminal/receipt.pdf").status_code == 302


def test_a_no_leaves_nothing_behind(browser: Client, terminal: tuple[TerminalView, str]) -> None:
    text(browser, "/terminal/do/pack_open/", pack="sms-pack-5")
    assert browser.post("/terminal/do/pack_open/decline/").status_code == 302
    assert receipts(terminal[0].terminal_id, 5) == ()


def test_who_is_not_sure_enough_is_asked_for_more_before_the_form(browser: Client) -> None:
    stand(browser, NUMBER, IdentityLevel.KNOWN)
    for code, level in (("plan_change", 2), ("service_password", 3)):
        answer = browser.get(f"/terminal/do/{code}/")
        assert answer["Location"].startswith(f"/terminal/who/?level={level}&next=")


def test_what_anybody_may_ask_needs_nobody(browser: Client) -> None:
    stand(browser)
    assert "乐享4G 59" in text(browser, "/terminal/do/tariffs/?query=lexiang-4g-59")


def test_what_is_not_had_at_a_terminal_is_not_found(browser: Client) -> None:
    for code in ("privacy", "gift_data", "gold"):
        assert browser.get(f"/terminal/do/{code}/").status_code == 404


@pytest.mark.parametrize(
    ("path", "asked"), [("start/", 7), ("list/do/", 6), ("do/balance/", 12), ("queue/", 11)]
)
def test_each_room_is_asked_once(
    browser: Client,
    django_assert_num_queries: DjangoAssertNumQueries,
    path: str,
    asked: int,
) -> None:
    text(browser, f"/terminal/{path}")
    with django_assert_num_queries(asked):
        text(browser, f"/terminal/{path}")
