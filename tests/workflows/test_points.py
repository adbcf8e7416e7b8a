"""Paid bills become points, points become money on the bill, and the worker does it all in time."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.billing.bills.examples import an_item, issued, rent
from tests.loyalty.examples import (
    assert_batches_are_the_sums_of_their_entries,
    at,
    at_once,
    give_points,
    left_by_year,
)
from tests.parties.examples import a_line, an_account
from wanhao.billing.bills.actions import add_bill_items
from wanhao.billing.bills.contracts import LineKind
from wanhao.billing.bills.running import begin_run, finish_run
from wanhao.billing.contracts import BalanceKind
from wanhao.billing.queries import balances, balances_by_kind
from wanhao.loyalty.contracts import EntryKind
from wanhao.loyalty.models import HeldRight, Round
from wanhao.loyalty.queries import history, points_of, star_history, stars_of
from wanhao.parties.contracts import CustomerKind, PayType
from wanhao.parties.models import Line
from wanhao.products.actions import load_catalogue
from wanhao.values.errors import WanhaoError
from wanhao.workflows import run_due_points as due
from wanhao.workflows.credit_points import credit_points
from wanhao.workflows.evaluate_stars import evaluate_stars
from wanhao.workflows.expire_points import expire_points
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.redeem_points import redeem_points, take_back_redemption
from wanhao.workflows.run_due_points import run_due_points
from wanhao.workflows.take_payment import take_payment

NOVEMBER = 202611
CLOSED = at(2026, 12, 4)
NOW = at(2026, 12, 6)
PLAN = "lexiang-4g-59"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_sale(db: None) -> None:
    load_catalogue()


def opened(count: int = 1, pays: PayType = PayType.POSTPAID, **who: Any) -> list[int]:
    """Accounts of January 2026, each with one mobile line and the 59 yuan plan."""
    orders = [
        AccountOrder(
            account=an_account(f"P{place}", (a_line(16907930000 + place),), pay_type=pays, **who),
            offering_codes=(PLAN,),
        )
        for place in range(count)
    ]
    return [one.account_id for one in open_accounts(orders, datetime(2026, 1, 1, tzinfo=UTC))]


def pay(account: int, fen: int, reference: str = "P1") -> None:
    take_payment(account, fen, reference, CLOSED)


def works_until_nothing_is_due(now: datetime, limit: int = 2) -> int:
    steps = 0
    while run_due_points(now, limit):
        steps += 1
        assert steps < 50
    return steps


def test_a_paid_bill_becomes_points() -> None:
    (account,) = opened()
    pay(account, 7000)
    issued([account], rent(5950), now=CLOSED)
    # 59 points of 5950 fen and the mobile's 100 %; the eleventh month rewards nothing more.
    assert credit_points(NOVEMBER, [account], NOW).points == 118
    assert credit_points(NOVEMBER, [account], NOW).points == 0
    (entry,) = history(account)
    assert (entry.counted_fen, entry.reward_percent) == (5950, 100)


def test_an_unpaid_bill_becomes_points_when_it_is_paid() -> None:
    (account,) = opened()
    issued([account], rent(5900), now=CLOSED)
    assert credit_points(NOVEMBER, [account], NOW).points == 0
    pay(account, 5899)
    assert credit_points(NOVEMBER, [account], NOW).points == 0
    pay(account, 1, "P2")
    assert credit_points(NOVEMBER, [account], NOW).points == 118


def test_one_off_fees_and_gifts_earn_nothing() -> None:
    (account,) = opened()
    pay(account, 20000)
    give_points(account, 2026, 1000)
    redeem_points(account, "phone-bill", 10, "R1", NOW)
    add_bill_items([an_item(account, 3000, kind=LineKind.ONE_OFF)], CLOSED)
    issued([account], rent(5900), now=CLOSED)
    credit_points(NOVEMBER, [account], NOW)
    # 89 yuan were billed: 30 once only, and 10 of the rest were paid by points redeemed.
    assert history(account)[0].counted_fen == 4900


def test_years_with_us_reward_and_prepaid_earns_nothing() -> None:
    (account,) = opened()
    Line.objects.update(since=at(2022, 11, 30))
    pay(account, 5900)
    issued([account], rent(5900), now=CLOSED)
    # November 2026 is the 49th month: 59 and 140 % of it.
    assert credit_points(NOVEMBER, [account], NOW).points == 59 + 82


def test_who_pays_beforehand_earns_nothing() -> None:
    (account,) = opened(pays=PayType.PREPAID)
    pay(account, 5900)
    issued([account], rent(5900), now=CLOSED)
    assert credit_points(NOVEMBER, [account], NOW).points == 0


def test_a_large_company_earns_nothing() -> None:
    (account,) = opened(name="江西某公司")
    pay(account, 300000)
    issued([account], rent(300000), now=CLOSED)
    assert credit_points(NOVEMBER, [account], NOW).points == 6000
    (other,) = open_accounts(
        [
            AccountOrder(
                account=_company("C1"),
                offering_codes=(PLAN,),
            )
        ],
        CLOSED,
    )
    pay(other.account_id, 300000, "P3")
    issued([other.account_id], rent(300000), now=CLOSED)
    assert credit_points(NOVEMBER, [other.account_id], NOW).points == 0


def test_redeemed_points_are_money_on_the_bill() -> None:
    (account,) = opened()
    give_points(account, 2026, 1000)
    made = redeem_points(account, "phone-bill", 5, "R1", NOW)
    again = redeem_points(account, "phone-bill", 5, "R1", NOW)

    assert (made.first, again.first, balances([account])) == (True, False, {account: 500})
    kinds = {view.kind: view.amount_fen for view in balances_by_kind(account)}
    assert kinds == {BalanceKind.GENERAL: 0, BalanceKind.GIFTED: 500}


def test_what_is_handed_out_moves_no_money() -> None:
    (account,) = opened()
    give_points(account, 2026, 3000)
    assert redeem_points(account, "umbrella", 1, "R1", NOW).left == 0
    assert balances([account]) == {account: 0}


def test_a_refused_redemption_moves_nothing() -> None:
    (account,) = opened()
    give_points(account, 2026, 50)
    with pytest.raises(WanhaoError, match="the account has 50"):
        redeem_points(account, "phone-bill", 1, "R1", NOW)
    assert (balances([account]), left_by_year(account)) == ({account: 0}, {2026: 50})


def test_a_redemption_taken_back_takes_the_money_back() -> None:
    (account,) = opened()
    give_points(account, 2026, 1000)
    redeem_points(account, "phone-bill", 5, "R1", NOW)
    back = take_back_redemption("R1", "B1", NOW)
    assert not take_back_redemption("R1", "B1", NOW).first
    assert (back.returned, balances([account])) == (500, {account: 0})
    assert left_by_year(account) == {2026: 1000}


def test_money_already_used_is_owed_when_a_redemption_is_taken_back() -> None:
    (account,) = opened()
    give_points(account, 2026, 1000)
    redeem_points(account, "phone-bill", 5, "R1", NOW)
    issued([account], rent(500), now=CLOSED)
    take_back_redemption("R1", "B1", NOW)
    assert balances([account]) == {account: -500}


def test_stars_come_from_a_years_bills_the_time_with_us_and_the_way_of_paying() -> None:
    (account,) = opened()
    pay(account, 200_000)
    for month in range(1, 12):
        issued([account], rent(10_000), cycle=202600 + month, now=CLOSED)
    evaluate_stars(NOVEMBER, [account], NOW)
    # 1100 yuan, 11 months with us, 11 bills without arrears.
    view = stars_of([account], NOW)[account]
    assert (view.growth, view.star) == (1100 + 55 + 110, 2)


def test_who_has_no_line_left_loses_the_star() -> None:
    (account,) = opened()
    issued([account], rent(250_000), now=CLOSED)
    evaluate_stars(202610, [account], at(2026, 11, 6))
    evaluate_stars(NOVEMBER, [account], NOW)
    assert stars_of([account], NOW)[account].star == 4
    Line.objects.update(until=NOW)
    evaluate_stars(202612, [account], at(2027, 1, 6))
    assert stars_of([account], at(2027, 1, 6)) == {}
    assert star_history(account)[0].after == 0


def test_points_that_ended_are_cleared(db: None) -> None:
    accounts = opened(3)
    for account in accounts:
        give_points(account, 2024, 10)
    assert expire_points(at(2026, 12, 31, 23)) == 0
    assert expire_points(at(2027, 1, 1, 0)) == 3
    assert points_of(accounts, NOW) == {}


def test_the_worker_waits_for_the_fifth_and_for_the_bills() -> None:
    accounts = opened(5)
    for place, account in enumerate(accounts):
        pay(account, 5900, f"P{place}")
    issued(accounts, rent(5900), now=CLOSED)
    assert works_until_nothing_is_due(at(2026, 12, 5)) == 0
    begin_run(NOVEMBER, CLOSED)
    assert works_until_nothing_is_due(at(2026, 12, 5)) == 0
    finish_run(NOVEMBER, CLOSED)
    assert works_until_nothing_is_due(at(2026, 12, 4)) == 0

    # Three steps and the one that finds nobody left, once for points and once for stars.
    assert works_until_nothing_is_due(at(2026, 12, 5)) == 8
    assert {view.points for view in points_of(accounts, NOW).values()} == {118}
    assert set(stars_of(accounts, NOW)) == set(accounts)
    assert works_until_nothing_is_due(at(2026, 12, 5)) == 0


def test_who_pays_later_is_credited_on_a_later_day_and_stars_are_found_once() -> None:
    early, late = opened(2)
    pay(early, 5900)
    issued([early, late], rent(5900), now=CLOSED)
    begin_run(NOVEMBER, CLOSED)
    finish_run(NOVEMBER, CLOSED)
    works_until_nothing_is_due(at(2026, 12, 5))
    assert set(points_of([early, late], NOW)) == {early}
    pay(late, 5900, "P2")
    assert works_until_nothing_is_due(at(2026, 12, 9)) == 2
    assert points_of([late], NOW)[late].points == 118
    assert Round.objects.filter(errand="stars").count() == 1
    assert_batches_are_the_sums_of_their_entries()


def test_a_round_that_broke_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    accounts = opened(4)
    for place, account in enumerate(accounts):
        pay(account, 5900, f"P{place}")
    issued(accounts, rent(5900), now=CLOSED)
    begin_run(NOVEMBER, CLOSED)
    finish_run(NOVEMBER, CLOSED)
    day = at(2026, 12, 5)
    assert run_due_points(day, 2)

    def breaks(*_: object) -> None:
        raise RuntimeError("the light went out")

    with monkeypatch.context() as broken:
        broken.setitem(due.WORK, due.Errand.CREDIT, breaks)
        with pytest.raises(RuntimeError, match="light"):
            run_due_points(day, 2)
    assert set(points_of(accounts, NOW)) == set(sorted(accounts)[:2])
    works_until_nothing_is_due(day)
    assert {view.points for view in points_of(accounts, NOW).values()} == {118}
    earned = [entry for one in accounts for entry in history(one)]
    assert [entry.kind for entry in earned] == [EntryKind.EARNED] * 4
    assert not HeldRight.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_credit_everybody_once() -> None:
    accounts = opened(12)
    for place, account in enumerate(accounts):
        pay(account, 5900, f"P{place}")
    issued(accounts, rent(5900), now=CLOSED)
    begin_run(NOVEMBER, CLOSED)
    finish_run(NOVEMBER, CLOSED)

    def work() -> None:
        # Nothing to do may only mean that the other has it in hand.
        for _ in range(30):
            run_due_points(at(2026, 12, 5), 2)

    at_once(work, work)
    works_until_nothing_is_due(at(2026, 12, 5))
    assert {view.points for view in points_of(accounts, NOW).values()} == {118}
    assert set(stars_of(accounts, NOW)) == set(accounts)
    assert set(Round.objects.values_list("after_account", flat=True)) == {max(accounts)}
    assert_batches_are_the_sums_of_their_entries()


def _company(reference: str) -> Any:
    account = an_account(reference, (a_line(16907939999),), pay_type=PayType.POSTPAID, name="公司")
    return type(account)(
        reference=account.reference,
        customer_name=account.customer_name,
        customer_kind=CustomerKind.COMPANY,
        city=account.city,
        pay_type=account.pay_type,
        groups=account.groups,
    )
