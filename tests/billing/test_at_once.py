"""What a page of a customer shows first of money and stops, asked at once."""

from datetime import timedelta

import pytest

from tests.billing.examples import NOW, charge, give, opened_accounts, pay
from wanhao.billing.at_once import money_at_once
from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind
from wanhao.billing.line_stops import lift_line_stops, live_line_stops, stop_line
from wanhao.billing.queries import balances_and_debts
from wanhao.billing.stop_contracts import LineStopKind, MoneyAtOnce, NewStop
from wanhao.billing.stops import begin_stops, live_stops
from wanhao.parties.queries import lines_of_accounts

pytestmark = pytest.mark.django_db


def one_by_one(account: int, line: int) -> MoneyAtOnce:
    balance, owes = balances_and_debts([account]).get(account, (0, False))
    return MoneyAtOnce(
        balance_fen=balance,
        owes=owes,
        stop=live_stops([account]).get(account),
        line_stops=live_line_stops([line]).get(line, ()),
    )


def opened() -> tuple[int, int]:
    (account,) = opened_accounts(1)
    return account, lines_of_accounts([account])[0].line_id


def stopped(account: int, line: int) -> None:
    begin_stops([NewStop(account_id=account, cycle=202610, owed_fen=5900)], NOW)
    stop_line(line, LineStopKind.LOST, NOW)
    stop_line(line, LineStopKind.KEEP_NUMBER, NOW, NOW + timedelta(days=30))


def test_who_has_nothing_owes_nothing() -> None:
    account, line = opened()
    found = money_at_once(account, line)
    assert found == one_by_one(account, line)
    assert found == MoneyAtOnce(balance_fen=0, owes=False, stop=None, line_stops=())
    assert money_at_once(0, 0) == found


def test_gifts_count_and_what_is_restricted_does_not() -> None:
    account, line = opened()
    pay(account, 5000, "P1")
    give(account, 700, "G1")
    give(account, 300, "R1", kind=BalanceKind.RESTRICTED, pays_for=(Book.DATA,))
    assert money_at_once(account, line) == one_by_one(account, line)
    assert money_at_once(account, line).balance_fen == 5700


def test_a_debt_and_every_stop_are_seen_together() -> None:
    account, line = opened()
    charge(account, "B1", rent=5900)
    give(account, 700, "G1")
    stopped(account, line)
    found = money_at_once(account, line)
    assert found == one_by_one(account, line)
    assert (found.owes, found.balance_fen) == (True, 700 - 5900)
    assert found.stop is not None
    assert [one.kind for one in found.line_stops] == [LineStopKind.KEEP_NUMBER, LineStopKind.LOST]


def test_nothing_is_seen_of_others_and_of_what_was_lifted() -> None:
    (first, other) = opened_accounts(2)
    own, theirs = (lines_of_accounts([one])[0].line_id for one in (first, other))
    pay(other, 5000, "P1")
    stopped(other, theirs)
    stop_line(own, LineStopKind.LOST, NOW)
    lift_line_stops([own], LineStopKind.LOST, NOW)
    empty = MoneyAtOnce(balance_fen=0, owes=False, stop=None, line_stops=())
    assert money_at_once(first, own) == empty
    assert money_at_once(other, theirs) == one_by_one(other, theirs)
