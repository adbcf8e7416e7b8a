"""The page about credit limits, held against the code row by row."""

from datetime import datetime

import pytest
from django.db import transaction

from tests.metering.pages import listed, rows_of
from tests.workflows.debtors import at, billed, fen, opened, watched_funds, yuan
from tests.workflows.told_facts import told_facts
from wanhao.billing import credit
from wanhao.billing.contracts import NewCreditLimit
from wanhao.billing.credit import credit_history, credit_limits, usual_limit_fen
from wanhao.parties.contracts import PayType
from wanhao.values.errors import WanhaoError
from wanhao.workflows.set_credit_limits import set_credit_limits
from wanhao.workflows.take_payment import take_payment
from wanhao.workflows.tell_funds import tell_funds

pytestmark = pytest.mark.usefixtures("catalogue")
PAGE = "credit-limits.md"
NOW = at("2026-11-22 12:00")


def limited(account: int, amount: int, now: datetime = NOW) -> NewCreditLimit:
    return NewCreditLimit(
        account_id=account, limit_fen=amount, reason="two years on time", set_by="clerk"
    )


@pytest.mark.parametrize("row", rows_of(PAGE, "limit", 0), ids=" ".join)
def test_the_meter_is_told_what_is_left(row: tuple[str, ...]) -> None:
    limit, balance, told = row
    account = opened()
    if fen(balance) < 0:
        billed(account, -fen(balance))
    else:
        take_payment(account, fen(balance) or 1, "P", NOW)
        billed(account, 0 if fen(balance) else 1)
    with transaction.atomic():
        tell_funds([account])
    if limit != "none":
        set_credit_limits([limited(account, fen(limit))], NOW)
    fact = watched_funds(told_facts(), account)
    left = "not watched" if fact.spendable_fen is None else yuan(fact.spendable_fen)
    assert (left, fact.credit_fen) == (told, fen(limit))


@pytest.mark.parametrize("row", rows_of(PAGE, "set"), ids=" ".join)
def test_limits_are_kept_with_their_time(row: tuple[str, ...]) -> None:
    told, kept, now_is = row
    account = opened()
    for hour, amount in enumerate(listed(told)):
        set_credit_limits([limited(account, fen(amount))], NOW.replace(hour=12 + hour))
    found = credit_history(account)
    assert [yuan(view.limit_fen) for view in found] == listed(kept)
    assert yuan(credit_limits([account]).get(account, 0)) == yuan(fen(now_is))
    assert all(view.reason == "two years on time" and view.set_by == "clerk" for view in found)
    ends = [view.until for view in found]
    assert (ends[0] is None) == (now_is != "none") if ends else True
    assert None not in ends[1:]


def test_setting_the_same_limit_again_tells_the_meter_nothing() -> None:
    account = opened()
    assert set_credit_limits([limited(account, 20000)], NOW) == (account,)
    before = len(told_facts())
    assert set_credit_limits([limited(account, 20000)], NOW) == ()
    assert len(told_facts()) == before


def test_many_limits_are_set_at_once() -> None:
    accounts = [opened(16907910001 + n) for n in range(4)]
    set_credit_limits([limited(accounts[0], 10000)], NOW)
    changed = set_credit_limits([limited(each, 20000) for each in accounts], NOW)
    assert changed == tuple(accounts)
    assert credit_limits(accounts) == dict.fromkeys(accounts, 20000)


def test_a_limit_taken_away_is_not_watched_any_more() -> None:
    account = opened()
    set_credit_limits([limited(account, 20000)], NOW)
    set_credit_limits([limited(account, 0)], NOW)
    fact = watched_funds(told_facts(), account)
    assert (fact.spendable_fen, fact.credit_fen) == (None, 0)


def test_prepaid_accounts_have_no_limit() -> None:
    with pytest.raises(WanhaoError, match="not post-paid"):
        set_credit_limits([limited(opened(pay_type=PayType.PREPAID), 20000)], NOW)


@pytest.mark.parametrize(
    ("amount", "reason", "who"), [(-1, "why", "clerk"), (1, " ", "clerk"), (1, "why", "")]
)
def test_odd_limits_are_refused(amount: int, reason: str, who: str) -> None:
    account = opened()
    odd = NewCreditLimit(account_id=account, limit_fen=amount, reason=reason, set_by=who)
    with pytest.raises(WanhaoError, match="cannot have a limit"):
        set_credit_limits([odd], NOW)
    with pytest.raises(WanhaoError, match="named twice"):
        set_credit_limits([limited(account, 1), limited(account, 2)], NOW)
    assert credit_limits([account]) == {}


def test_the_usual_limit_is_marked_as_an_example() -> None:
    assert usual_limit_fen() == 20000
    assert "demo = true" in credit.FILE.read_text()
