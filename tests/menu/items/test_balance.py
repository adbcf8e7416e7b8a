"""Balance: what is left to spend, and what it is made of."""

from datetime import UTC, datetime

from pytest_django import DjangoAssertNumQueries

from tests.menu.items.customers import (
    EN,
    LI,
    NOW,
    WANG,
    asker,
    away,
    counted,
    many,
    open_line,
    said,
    use_of,
)
from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge, BalanceKind, NewCredit, NewCreditLimit
from wanhao.parties.contracts import PayType
from wanhao.workflows.give_credit import give_credit
from wanhao.workflows.set_credit_limits import set_credit_limits


def test_a_prepaid_balance_says_what_is_used_and_left() -> None:
    counted(use_of(open_line(balance_fen=10_000), charge_fen=5_930, left_fen=4_070))
    reply = said("balance")
    assert reply.short == "余额¥100.00，本月已用¥59.30，还可用¥40.70。"
    assert "计至11月22日12:00" in reply.long
    assert reply.data["balance_fen"] == 10_000
    assert reply.data["left_fen"] == 4_070
    assert reply.data["credit_limit_fen"] is None
    english = said("balance", asker(language=EN))
    assert english.short == "Balance ¥100.00, ¥59.30 this month so far, ¥40.70 left to spend."


def test_kinds_of_money_stand_one_by_one() -> None:
    line = open_line(balance_fen=10_000)
    gift = NewCredit(
        account_id=line.account_id,
        amount_fen=2_000,
        reference="gift-1",
        book=Book.GIFTS,
        kind=BalanceKind.GIFTED,
        expires_at=datetime(2026, 12, 31, 16, 0, tzinfo=UTC),
    )
    give_credit([gift], NOW)
    counted(use_of(line))
    reply = said("balance")
    assert reply.short.startswith("余额¥120.00")
    assert "赠送余额：¥20.00，2027年1月1日到期" in reply.long
    assert "Gifted money: ¥20.00, good until 1 Jan 2027" in said("balance", asker(language=EN)).long
    assert [kind["kind"] for kind in reply.data["kinds"]] == ["general", "gifted"]


def test_who_pays_later_is_told_the_credit_limit_and_what_is_owed() -> None:
    line = open_line(pay_type=PayType.POSTPAID)
    set_credit_limits(
        [NewCreditLimit(account_id=line.account_id, limit_fen=20_000, reason="x", set_by="x")], NOW
    )
    owed = AccountCharge(account_id=line.account_id, by_book={Book.RENT.value: 5_900})
    charge_accounts([owed], cycle=202610, reference="bills-202610", now=NOW)
    counted(use_of(line, charge_fen=1_000, left_fen=13_100))
    reply = said("balance")
    assert reply.short == "您已欠费¥59.00，本月已用¥10.00，信用额度¥200.00，还可用¥131.00。"
    assert reply.data["credit_limit_fen"] == 20_000
    assert said("balance", asker(language=EN)).short.startswith("You owe ¥59.00, ")


def test_without_the_meter_the_balance_stands_alone_and_says_so() -> None:
    open_line(balance_fen=10_000)
    away()
    reply = said("balance")
    assert reply.short == "余额¥100.00。"
    assert "暂时读不到" in reply.long
    assert "cannot be read now" in said("balance", asker(language=EN)).long
    assert reply.data["charge_fen"] is None


def test_many_are_answered_at_once(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    first, second = open_line(WANG, balance_fen=100), open_line(LI, balance_fen=200)
    meter = counted(use_of(first, charge_fen=1), use_of(second, charge_fen=2))
    assert [reply.data["balance_fen"] for reply in many("balance", [LI, WANG])] == [200, 100]
    assert meter.asked == 1
    with django_assert_max_num_queries(4 + 2):
        many("balance", [LI, WANG])
