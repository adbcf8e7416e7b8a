"""A payment raises the balance and the meter learns of it."""

from datetime import UTC, datetime

import pytest

from tests.parties.examples import a_line, an_account
from tests.workflows.told_facts import told_facts
from wanhao.billing.queries import balances
from wanhao.parties.contracts import PayType
from wanhao.usage.contracts import FundsFact
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.take_payment import take_payment

pytestmark = pytest.mark.usefixtures("catalogue")
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def opened(pay_type: PayType) -> int:
    account = an_account(pay_type.value, (a_line(16907910001),), pay_type=pay_type)
    order = AccountOrder(account=account, offering_codes=("lexiang-4g-59",))
    return open_accounts([order], NOW)[0].account_id


def test_a_prepaid_account_can_spend_what_it_paid() -> None:
    account = opened(PayType.PREPAID)
    assert take_payment(account, 3000, "P1", NOW).balance_fen == 3000
    assert take_payment(account, 2000, "P2", NOW).balance_fen == 5000

    assert told_facts()[-2:] == [
        FundsFact(account_id=account, spendable_fen=3000, billed_through=0),
        FundsFact(account_id=account, spendable_fen=5000, billed_through=0),
    ]


def test_a_payment_that_comes_twice_is_told_once() -> None:
    account = opened(PayType.PREPAID)
    take_payment(account, 3000, "P1", NOW)
    facts = told_facts()

    again = take_payment(account, 3000, "P1", NOW)
    assert (again.first, again.balance_fen) == (False, 3000)
    assert told_facts() == facts


def test_a_postpaid_account_stays_unwatched() -> None:
    account = opened(PayType.POSTPAID)
    take_payment(account, 3000, "P1", NOW)
    unwatched = FundsFact(account_id=account, spendable_fen=None, billed_through=0)
    assert told_facts()[-1] == unwatched


def test_a_refused_payment_leaves_neither_money_nor_fact() -> None:
    account = opened(PayType.PREPAID)
    facts = told_facts()
    with pytest.raises(WanhaoError):
        take_payment(account, -1, "P1", NOW)
    assert balances([account]) == {account: 0}
    assert told_facts() == facts
