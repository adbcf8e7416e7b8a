"""Bill: this month so far, the last five, and the lines of one."""

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.billing.bills.examples import calls, rent
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
    refused,
    said,
    use_of,
)
from wanhao.billing.bills.actions import issue_bills
from wanhao.billing.bills.contracts import BillDraft
from wanhao.menu.contracts import ReplyKind
from wanhao.parties.contracts import LineView, PayType


def billed(line: LineView, *cycles: int) -> None:
    for cycle in cycles:
        draft = BillDraft(account_id=line.account_id, cycle=cycle, lines=(rent(), calls()))
        issue_bills([draft], NOW, due_day=25)


def test_this_month_and_the_last_five_stand_together() -> None:
    line = open_line(pay_type=PayType.POSTPAID)
    billed(line, 202609, 202610)
    counted(use_of(line, charge_fen=5_930))
    reply = said("bill")
    assert reply.short == "11月至今¥59.30，2026年10月账单¥66.50。"
    assert reply.long.splitlines() == [
        "11月至今¥59.30。",
        "2026年10月账单¥66.50",
        "2026年9月账单¥66.50",
        "目前未缴¥133.00。",
    ]
    assert reply.data["months"][0] == {"cycle": 202610, "total_fen": 6_650}
    assert reply.data["owed_fen"] == 13_300
    english = said("bill", asker(language=EN))
    assert english.short == "Nov so far: ¥59.30, bill of Oct 2026 ¥66.50."


def test_months_without_a_bill_are_told_once_and_between_bills() -> None:
    line = open_line(pay_type=PayType.POSTPAID)
    assert "近5个月没有账单" in said("bill").long.splitlines()
    billed(line, 202608, 202610)
    assert said("bill").long.splitlines()[1:4] == [
        "2026年10月账单¥66.50",
        "2026年9月没有账单",
        "2026年8月账单¥66.50",
    ]


@pytest.mark.parametrize("written", ["202610", "2026-10", "10", "10月", "2026年10月"])
def test_a_bill_says_its_lines_its_total_and_when_it_is_due(written: str) -> None:
    billed(open_line(pay_type=PayType.POSTPAID), 202610)
    reply = said("bill", month=written)
    assert reply.short == "2026年10月账单¥66.50，请于2026年11月25日前缴清。"
    assert "乐享4G 59元套餐 ¥59.00" in reply.long
    assert "国内语音 ¥7.50" in reply.long
    assert [line["fen"] for line in reply.data["lines"]] == [5_900, 750]
    english = said("bill", asker(language=EN), month=written)
    assert english.short == "Bill of Oct 2026: ¥66.50, to be paid by 25 Nov 2026."
    assert "Voice, domestic ¥7.50" in english.long


def test_the_running_month_by_name_is_what_it_has_cost_so_far() -> None:
    counted(use_of(open_line(), charge_fen=100))
    assert said("bill", month="11").short == "11月至今¥1.00。"
    away()
    assert said("bill", month="11").short == "11月话费暂时读不到。"


def test_other_months_are_refused() -> None:
    line = open_line(pay_type=PayType.POSTPAID)
    billed(line, 202605)
    assert "最近5个月" in refused("bill", month="202605")
    assert "最近5个月" in refused("bill", month="202612")
    assert "看不懂月份" in refused("bill", month="13")
    assert "'13' is no month" in refused("bill", asker(language=EN), month="13")
    assert refused("bill", month="9") == "2026年9月没有账单。"


def test_another_accounts_bill_is_not_shown() -> None:
    billed(open_line(pay_type=PayType.POSTPAID), 202610)
    open_line(WANG + 5)
    assert "没有账单" in refused("bill", asker(WANG + 5), month="10")


def test_many_are_answered_at_once(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    first, second = (open_line(number, pay_type=PayType.POSTPAID) for number in (WANG, LI))
    billed(first, 202610)
    meter = counted(use_of(first, charge_fen=1), use_of(second, charge_fen=2))
    replies = many("bill", [LI, WANG])
    assert [reply.data["so_far_fen"] for reply in replies] == [2, 1]
    assert [reply.data["months"][0]["total_fen"] for reply in replies] == [None, 6_650]
    assert meter.asked == 1
    with django_assert_max_num_queries(2 + 2):
        many("bill", [LI, WANG])
    told = many("bill", [LI, WANG], month="10")
    assert [reply.kind for reply in told] == [ReplyKind.REFUSED, ReplyKind.ANSWERED]
