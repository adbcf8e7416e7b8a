"""What customers spent, and how they paid, as points and stars ask for it."""

from datetime import UTC, date, datetime

import pytest

from tests.billing.bills.examples import CLOSED, NOVEMBER, an_item, calls, issued, opened, rent
from wanhao.billing.actions import record_credits
from wanhao.billing.bills.actions import add_bill_items
from wanhao.billing.bills.contracts import LineKind
from wanhao.billing.bills.spending import Spent, Year, spent, year_until
from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, NewCredit
from wanhao.billing.penalties import charge_penalties

pytestmark = pytest.mark.django_db


def test_a_bill_is_told_by_kind_of_line() -> None:
    account, other = opened(2)
    add_bill_items([an_item(account, fen=2000, kind=LineKind.ONE_OFF)], CLOSED)
    issued([account], rent(5000), rent(900), calls(750))

    kinds = {LineKind.RENT: 5900, LineKind.VOICE: 750, LineKind.ONE_OFF: 2000}
    assert spent(NOVEMBER, [account, other]) == {account: Spent(by_kind=kinds, gifted_fen=0)}
    assert spent(202610, [account]) == {}


def test_what_gifts_paid_is_told() -> None:
    account, other = opened(2)
    gift = NewCredit(
        account_id=account,
        amount_fen=2000,
        reference="gift",
        book=Book.GIFTS,
        kind=BalanceKind.GIFTED,
    )
    record_credits([gift], CLOSED)
    issued([account, other], rent(5900))
    found = spent(NOVEMBER, [account, other])
    assert [found[account].gifted_fen, found[other].gifted_fen] == [2000, 0]


def test_a_year_is_twelve_bills_and_how_many_were_paid_in_time() -> None:
    account, other = opened(2)
    for cycle in (202511, 202512, 202605, 202611):
        issued([account], rent(1000), cycle=cycle, now=datetime(2026, 1, 4, tzinfo=UTC))
    # The bill of May is due on 25 June: three of these days are about it, the fourth about June's.
    for day in (date(2026, 6, 26), date(2026, 6, 27), date(2026, 7, 25), date(2026, 7, 26)):
        now = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
        assert charge_penalties([account], day=day, now=now) == (account,)

    years = year_until(NOVEMBER, [account, other])
    assert years == {account: Year(billed_fen=3000, bills=3, paid_in_time=1)}
    assert year_until(202511, [account])[account] == Year(billed_fen=1000, bills=1, paid_in_time=1)
