"""Roaming through the menu: how it stands, on with its prices said first, off at once."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.menu.examples import asker, open_line
from tests.metering.pages import rows_of
from tests.parties.examples import a_line, an_account
from wanhao.menu.actions import ask, confirm
from wanhao.menu.contracts import Asker, Door, IdentityLevel, Question, Reply, ReplyKind
from wanhao.parties.contracts import Language
from wanhao.parties.queries import lines_by_number
from wanhao.products.actions import load_catalogue, switch_roaming
from wanhao.products.models import RoamingPermit
from wanhao.products.roaming import roaming_of
from wanhao.workflows.open_accounts import AccountOrder, open_accounts

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
NUMBER = 16907910001


@pytest.fixture
def zhao(db: None) -> Asker:
    """By SMS, from a line of 乐享4G 59."""
    load_catalogue()
    account = an_account("A1", (a_line(NUMBER),))
    open_accounts([AccountOrder(account=account, offering_codes=("lexiang-4g-59",))], NOW)
    return asker(lines_by_number([NUMBER])[NUMBER])


def asked(who: Asker, item: str = "roaming") -> Reply:
    return ask(Question(item=item, given={}, asker=who), NOW)


def test_a_new_line_is_off_and_asking_is_free(zhao: Asker) -> None:
    reply = asked(zhao)
    assert (reply.kind, reply.short) == (ReplyKind.ANSWERED, "Your line may not be used abroad.")
    assert reply.data["on"] is False


@pytest.mark.parametrize("row", rows_of("roaming.md", "asked"), ids=" ".join)
def test_the_switch_stands_as_the_page_says(zhao: Asker, row: tuple[str, ...]) -> None:
    assert zhao.line is not None
    what, before, answer, after = row
    line, (item, *yes) = zhao.line.line_id, what.split(", ")
    switch_roaming(line, before == "on", NOW - timedelta(days=1), door="web")
    reply = asked(zhao, item)
    if yes:
        reply = confirm(zhao, NOW)
    assert reply.kind.value == answer
    assert roaming_of([line])[line].on is (after == "on")


@pytest.mark.parametrize("row", rows_of("roaming.md", "plan"), ids=" ".join)
def test_each_plan_says_its_prices_abroad(db: None, row: tuple[str, ...]) -> None:
    plan, zone, *prices = row
    load_catalogue()
    account = an_account("A1", (a_line(NUMBER),))
    open_accounts([AccountOrder(account=account, offering_codes=(plan,))], NOW)
    told = asked(asker(lines_by_number([NUMBER])[NUMBER])).data[zone]
    assert told == dict(zip(("minute_fen", "message_fen", "mb_fen"), map(int, prices), strict=True))


def test_the_prices_of_both_zones_are_said_before_the_yes(zhao: Asker) -> None:
    reply = asked(zhao, "roaming_on")
    assert reply.kind is ReplyKind.TO_CONFIRM
    assert "Hong Kong, Macau, Taiwan: ¥0.99 a minute, ¥0.39 a message, ¥1.00 an MB." in reply.long
    assert "Abroad: ¥2.99 a minute, ¥0.89 a message, ¥3.00 an MB." in reply.long
    assert reply.data["roaming"] == {"minute_fen": 299, "message_fen": 89, "mb_fen": 300}
    assert not RoamingPermit.objects.exists()
    zh = asker(zhao.line, language=Language.ZH)
    assert "国际：通话¥2.99/分钟，短信¥0.89/条，流量¥3.00/MB。" in asked(zh, "roaming_on").long


def test_a_yes_switches_it_on_with_who_and_where(zhao: Asker) -> None:
    assert zhao.line is not None
    asked(zhao, "roaming_on")
    confirm(zhao, NOW + timedelta(minutes=1))
    stands = roaming_of([zhao.line.line_id])[zhao.line.line_id]
    assert (stands.on, stands.since, stands.door) == (True, NOW + timedelta(minutes=1), "sms")
    assert asked(zhao).short == "Your line may be used abroad."


def test_off_is_at_once_and_asked_again_changes_nothing(zhao: Asker) -> None:
    asked(zhao, "roaming_on")
    confirm(zhao, NOW)
    for _ in range(2):
        reply = asked(zhao, "roaming_off")
        assert (reply.kind, reply.short) == (
            ReplyKind.ANSWERED,
            "Use abroad is switched off.",
        )
    (permit,) = RoamingPermit.objects.all()
    assert (permit.until, permit.until_door) == (NOW, "sms")


def test_an_assistant_that_knows_the_line_may_ask(zhao: Asker) -> None:
    assert asked(asker(zhao.line, door=Door.ASSISTANT)).kind is ReplyKind.ANSWERED
    nobody = asker(None, IdentityLevel.ANYONE)
    assert asked(nobody).kind is ReplyKind.TO_STEP_UP


def test_where_the_line_has_no_plan_of_ours_the_hotline_knows_the_prices(db: None) -> None:
    reply = asked(asker(open_line()), "roaming_on")
    assert reply.long.endswith("Call 10000 for the prices.")
