"""What a foreign billing tells has its effect once, whatever the link does in between."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests.billing.foreign.peers import MB, balance, terms
from tests.workflows.foreign_accounts import NOW, NUMBERS, opened, told_since
from tests.workflows.told_facts import told_facts
from wanhao.billing.foreign.client import ForeignBillingClient
from wanhao.billing.foreign.contracts import CHANGES, UnreachableError, WrongAnswerError
from wanhao.billing.foreign.feeds import feed_cursor, feeds
from wanhao.billing.foreign.queries import foreign_status, lag_seconds, told_funds
from wanhao.billing.ports import billing_source
from wanhao.products.actions import load_catalogue
from wanhao.project.demo.billing_peer import PeerServer
from wanhao.usage.contracts import FeesFact, FundsFact, GroupFact, TariffFact
from wanhao.workflows.follow_foreign_billing import follow_foreign_billing, recognise_unknown

pytestmark = pytest.mark.usefixtures("catalogue", "billed_elsewhere")


def to_the_end(client: ForeignBillingClient) -> None:
    while follow_foreign_billing(client, NOW).more:
        pass


def funds(account_id: int, fen: int | None) -> FundsFact:
    return FundsFact(account_id=account_id, spendable_fen=fen, billed_through=202610)


def test_a_balance_and_allowances_become_facts(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    (account,) = opened("A1")
    before = len(told_facts())
    peer.books.changes += [balance(1, fen=1234), terms(2)]
    step = follow_foreign_billing(client, NOW)

    assert (step.taken, step.more, step.changes, step.unknown) == (True, False, 2, 0)
    group, money = told_since(before)
    assert isinstance(group, GroupFact)
    assert (group.group_id, group.voice_allowance) == (account.groups[0].group_id, 100)
    assert (group.message_allowance, group.data_allowance) == (30, 500 * MB)
    assert money == funds(account.account_id, 1234)


def test_an_account_opened_here_costs_nothing_and_is_not_watched_until_they_tell_of_it() -> None:
    opened("A1")
    assert not [fact for fact in told_facts() if isinstance(fact, FundsFact | FeesFact)]
    (group,) = [fact for fact in told_facts() if isinstance(fact, GroupFact)]
    (tariff,) = [
        fact
        for fact in told_facts()
        if isinstance(fact, TariffFact) and fact.number == group.tariff
    ]
    assert set(tariff.prices.values()) == {(0, 0, 0)}
    assert (group.cycle, group.voice_allowance) == (202611, 50)


def test_whoever_asks_billing_is_answered_from_what_was_told(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    (account,) = opened("A1")
    peer.books.changes += [balance(1, fen=1234), terms(2)]
    to_the_end(client)

    held = billing_source().funds([account.account_id])[account.account_id]
    assert (held.spendable_fen, held.billed_through) == (1234, 202610)
    group = account.groups[0].group_id
    november = billing_source().allowances([group], 202611)[group]
    assert november.plan == "GOLD-99"
    assert [(one.service, one.total, one.left) for one in november.allowances] == [
        ("voice", 100, 80),
        ("message", 30, None),
        ("data", 500 * MB, 125 * MB),
    ]
    december = billing_source().allowances([group], 202612)[group]
    assert (december.allowances[0].total, december.allowances[0].left) == (100, None)
    assert billing_source().allowances([group], 202610) == {}


def test_only_news_is_told_to_the_meter(client: ForeignBillingClient, peer: PeerServer) -> None:
    opened("A1")
    peer.books.changes += [balance(1), terms(2)]
    to_the_end(client)
    before = len(told_facts())

    less_left = terms(4)
    less_left["allowances"]["voice"]["left"] = 10
    peer.books.changes += [balance(3), less_left]
    to_the_end(client)
    assert len(told_facts()) == before
    peer.books.changes += [balance(5, fen=4999)]
    to_the_end(client)
    assert len(told_facts()) == before + 1


def test_the_highest_version_wins_in_any_order(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    (account,) = opened("A1")
    peer.books.changes += [balance(5, fen=500), balance(3, fen=300), balance(4, fen=400)]
    to_the_end(client)
    peer.books.changes += [balance(2, fen=200)]
    step = follow_foreign_billing(client, NOW)

    assert told_funds([account.account_id])[account.account_id].spendable_fen == 500
    assert step.repeated == 1


def test_pages_that_come_again_change_nothing(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    (account,) = opened("A1")
    peer.books.page = 2
    peer.books.changes += [balance(n, fen=n * 100) for n in range(1, 7)]
    peer.books.faults.extend(["", "repeat", "repeat", "", "repeat"])
    to_the_end(client)
    to_the_end(client)

    assert told_funds([account.account_id])[account.account_id].spendable_fen == 600
    money = [fact.spendable_fen for fact in told_facts() if isinstance(fact, FundsFact)]
    assert money == sorted(money)


def test_terms_of_the_next_month_come_ahead_and_old_ones_come_too_late(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    (account,) = opened("A1")
    group = account.groups[0].group_id
    peer.books.changes += [terms(1), terms(2, cycle=202612, plan="GOLD-129")]
    to_the_end(client)
    before = len(told_facts())
    peer.books.changes += [terms(3, cycle=202610, plan="SILVER")]
    to_the_end(client)

    assert len(told_facts()) == before
    plans = {
        cycle: billing_source().allowances([group], cycle)[group].plan
        for cycle in (202610, 202611, 202612)
    }
    assert plans == {202610: "SILVER", 202611: "GOLD-99", 202612: "GOLD-129"}


def test_what_is_told_of_nobody_here_is_counted_and_waits(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    opened("A1")
    peer.books.changes += [balance(1, "A2", fen=700), terms(2, NUMBERS["A2"]), balance(3)]
    step = follow_foreign_billing(client, NOW)
    status = foreign_status()
    assert (step.unknown, status.unknown_accounts, status.unknown_numbers) == (2, 1, 1)

    before = len(told_facts())
    assert recognise_unknown(NOW + timedelta(minutes=1)) == 0
    (second,) = opened("A2")
    between = len(told_facts())
    assert recognise_unknown(NOW + timedelta(minutes=2)) == 2
    group, money = told_since(between)
    assert isinstance(group, GroupFact)
    assert group.group_id == second.groups[0].group_id
    assert money == funds(second.account_id, 700)
    assert recognise_unknown(NOW + timedelta(minutes=3)) == 0
    assert (foreign_status().unknown_accounts, foreign_status().unknown_numbers) == (0, 0)
    assert between > before


@pytest.mark.parametrize("fault", ["garbage", "half"])
def test_a_wrong_page_is_not_half_applied(
    client: ForeignBillingClient, peer: PeerServer, fault: str
) -> None:
    opened("A1")
    before = told_facts()
    peer.books.changes += [balance(1), terms(2)]
    peer.books.faults.append(fault)
    with pytest.raises(WrongAnswerError):
        follow_foreign_billing(client, NOW)
    assert told_facts() == before
    assert feed_cursor(CHANGES) == ""
    to_the_end(client)
    assert len(told_facts()) > len(before)


def test_a_billing_that_is_away_is_told_as_such(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    peer.books.faults.extend(["error"] * 3)
    with pytest.raises(UnreachableError):
        follow_foreign_billing(client, NOW)


def test_a_forgotten_cursor_begins_anew_without_a_second_effect(
    client: ForeignBillingClient, peer: PeerServer
) -> None:
    opened("A1", "A2")
    peer.books.page = 2
    peer.books.changes += [balance(1), terms(2), balance(3, fen=1)]
    to_the_end(client)
    before = told_facts()

    peer.books.changes.append(balance(4, "A2", fen=40))
    peer.books.forgotten = {"3"}
    first = follow_foreign_billing(client, NOW)
    assert (first.taken, first.more) == (False, False)
    to_the_end(client)
    assert [type(fact) for fact in told_facts()[len(before) :]] == [FundsFact]


def test_their_clock_may_be_wrong(client: ForeignBillingClient, peer: PeerServer) -> None:
    opened("A1")
    peer.books.changes += [balance(1) | {"at": "2031-01-01T00:00:00Z"}]
    peer.books.changes += [balance(2, fen=1) | {"at": "1999-01-01T00:00:00Z"}]
    to_the_end(client)
    to_the_end(client)

    (feed,) = feeds()
    assert feed.latest_at is not None
    assert lag_seconds(foreign_status(), CHANGES, NOW - timedelta(hours=1)) == 0
    assert lag_seconds(foreign_status(), CHANGES, NOW + timedelta(seconds=7)) == 7
    account_funds = [fact for fact in told_facts() if isinstance(fact, FundsFact)]
    assert account_funds[-1].spendable_fen == 1


@pytest.mark.django_db(transaction=True)
def test_many_followers_take_each_page_once(client: ForeignBillingClient, peer: PeerServer) -> None:
    load_catalogue()
    opened("A1")
    peer.books.page = 5
    peer.books.changes += [balance(n, fen=n) for n in range(1, 101)]
    taken: list[bool] = []

    def work() -> None:
        try:
            while (step := follow_foreign_billing(client, NOW)).more:
                taken.append(step.taken)
            taken.append(step.taken)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    money = [fact.spendable_fen for fact in told_facts() if isinstance(fact, FundsFact)]
    assert money == list(range(5, 101, 5))
    (feed,) = feeds()
    assert (feed.pages, feed.changes, feed.repeated) == (20, 100, 80)
