"""A bill is issued once, takes up what waited, and is what the ledger charged, to the fen."""

import threading
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from tests.billing.bills.examples import (
    CLOSED,
    NOVEMBER,
    an_item,
    calls,
    draft,
    issued,
    opened,
    rent,
    surfing,
)
from wanhao.billing.bills.actions import add_bill_items, issue_bills
from wanhao.billing.bills.checking import check_bills
from wanhao.billing.bills.contracts import BillDraft, BillLine, LineKind
from wanhao.billing.bills.queries import bill, waiting_fen
from wanhao.billing.bills.revenue import by_book
from wanhao.billing.models import Bill, BillItem
from wanhao.billing.queries import balances
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


def test_a_bill_is_the_sum_of_its_lines_and_leaves_the_balance() -> None:
    (account,) = opened(1)

    told = issued([account], rent(), calls(), surfing())

    assert (told.bills, told.total_fen, told.known) == (1, 12650, 0)
    assert balances([account]) == {account: -12650}
    view = bill(account, NOVEMBER)
    assert view is not None
    assert view.total_fen == sum(line.fen for line in view.lines) == 12650
    assert view.due_on == date(2026, 12, 25)
    assert view.lines == (rent(), calls(), surfing())


def test_the_same_bill_again_changes_nothing() -> None:
    account, other = opened(2)
    issued([account], rent())
    again = issue_bills([draft(account, rent(9900)), draft(other, rent())], CLOSED)

    assert (again.bills, again.total_fen, again.known) == (1, 5900, 1)
    assert balances([account, other]) == {account: -5900, other: -5900}
    assert check_bills(NOVEMBER).holds


def test_what_waits_goes_onto_the_next_bill_once() -> None:
    account, other = opened(2)
    late = {"service": "voice", "zone": "domestic", "used": 3, "of_cycle": 202610}
    items = [
        an_item(account, -500, name_zh="故障减免", name_en="Outage credit"),
        an_item(account, 45, "late-7", LineKind.LATE, **late),
        an_item(other, 1000, "sim-1", LineKind.ONE_OFF, name_zh="补卡费"),
    ]
    assert add_bill_items(items, CLOSED) == 3
    assert add_bill_items(items, CLOSED) == 0
    assert waiting_fen([account, other]) == {account: -455, other: 1000}

    told = issue_bills([draft(account, rent()), draft(other)], CLOSED)

    assert (told.total_fen, told.adjusted) == (5445 + 1000, (account, other))
    assert balances([account, other]) == {account: -5445, other: -1000}
    assert waiting_fen([account, other]) == {}
    view = bill(account, NOVEMBER)
    assert view is not None
    assert [(line.kind, line.fen) for line in view.lines] == [
        (LineKind.RENT, 5900),
        (LineKind.CREDIT, -500),
        (LineKind.LATE, 45),
    ]
    issued([account], rent(), cycle=202612)
    assert balances([account]) == {account: -5445 - 5900}


def test_an_account_that_has_its_bill_keeps_its_items_for_the_next() -> None:
    (account,) = opened(1)
    issued([account], rent())
    add_bill_items([an_item(account)], CLOSED)
    issued([account], rent())
    assert waiting_fen([account]) == {account: -500}


def test_a_draft_of_nothing_makes_no_bill() -> None:
    (account,) = opened(1)
    assert issued([account]).bills == 0
    assert issue_bills([], CLOSED).bills == 0
    assert bill(account, NOVEMBER) is None


def test_a_bill_of_no_money_is_a_bill_all_the_same() -> None:
    (account,) = opened(1)
    assert issued([account], calls(0, 80, 0)).bills == 1
    assert balances([account]) == {account: 0}
    assert check_bills(NOVEMBER).holds


def test_use_abroad_is_booked_as_roaming_and_late_use_as_its_service() -> None:
    lines = [
        rent(),
        BillLine(kind=LineKind.DATA, fen=300, zone="roaming"),
        BillLine(kind=LineKind.VOICE, fen=99, zone="hk-macau-taiwan"),
        BillLine(kind=LineKind.LATE, fen=15, service="voice", zone="domestic"),
        BillLine(kind=LineKind.CREDIT, fen=-15),
        BillLine(kind=LineKind.MESSAGE, fen=0),
    ]
    assert by_book(lines) == {
        "revenue-rent": 5900,
        "revenue-roaming": 399,
        "revenue-voice": 15,
        "revenue-adjustment": -15,
    }


@pytest.mark.parametrize(
    ("drafts", "told"),
    [
        ([(0, NOVEMBER), (0, NOVEMBER)], "one cycle at a time"),
        ([(0, NOVEMBER), (1, 202612)], "one cycle at a time"),
    ],
)
def test_drafts_that_do_not_fit_together_are_refused(
    drafts: list[tuple[int, int]], told: str
) -> None:
    accounts = opened(2)
    with pytest.raises(WanhaoError, match=told):
        issue_bills([draft(accounts[one], rent(), cycle=cycle) for one, cycle in drafts], CLOSED)
    assert not Bill.objects.exists()


@pytest.mark.parametrize(
    "item",
    [
        {"fen": 0},
        {"fen": 500},
        {"reference": " "},
        {"kind": LineKind.RENT},
        {"colour": "blue"},
        {"allowances": "none"},
    ],
)
def test_an_item_that_makes_no_sense_is_refused(item: dict[str, Any]) -> None:
    (account,) = opened(1)
    with pytest.raises(WanhaoError):
        add_bill_items([an_item(account, **item)], CLOSED)
    assert not BillItem.objects.exists()


def test_an_item_s_reference_is_used_for_one_item_only() -> None:
    account, other = opened(2)
    add_bill_items([an_item(account)], CLOSED)
    for item in (an_item(account, -501), an_item(other)):
        with pytest.raises(WanhaoError, match="another account, kind or amount"):
            add_bill_items([item], CLOSED)
    with pytest.raises(WanhaoError, match="twice"):
        add_bill_items([an_item(account, reference="x"), an_item(account, reference="x")], CLOSED)
    assert waiting_fen([account, other]) == {account: -500}


def test_the_database_refuses_a_bill_that_does_not_add_up() -> None:
    (account,) = opened(1)
    with pytest.raises(IntegrityError, match="do not come to its total"), transaction.atomic():
        Bill.objects.create(
            account_id=account,
            cycle=NOVEMBER,
            total_fen=2,
            lines=[{"kind": "rent", "fen": 1}],
            issued_at=CLOSED,
            due_on=date(2026, 12, 25),
            journal="none",
        )


def test_the_database_refuses_to_rewrite_bills_and_items() -> None:
    (account,) = opened(1)
    add_bill_items([an_item(account)], CLOSED)
    issued([account], rent())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Bill.objects.update(total_fen=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Bill.objects.all()._raw_delete("default")
    for change in ({"bill": None}, {"fen": -1}):
        with pytest.raises(IntegrityError, match="stays as it is"), transaction.atomic():
            BillItem.objects.update(**change)


def test_bills_and_charges_are_written_together_or_not_at_all() -> None:
    accounts = opened(2)
    stranger = max(accounts) + 1
    with pytest.raises(WanhaoError, match="has no balance"), transaction.atomic():
        issue_bills([draft(one, rent()) for one in (*accounts, stranger)], CLOSED)
    assert not Bill.objects.exists()
    assert set(balances(accounts).values()) == {0}


def test_a_cycle_out_of_step_with_the_ledger_is_told_by_account() -> None:
    account, other = opened(2)
    issued([account, other], rent())
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "UPDATE wanhao_billing_bill SET total_fen = 5901 WHERE account_id = %s", [other]
        )
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = check_bills(NOVEMBER)
    assert (found.holds, found.unequal) == (False, (other,))
    assert (found.bills, found.bills_fen, found.ledger_fen) == (2, 11801, 11800)


@pytest.mark.django_db(transaction=True)
def test_two_who_issue_the_same_bills_at_once_issue_them_once() -> None:
    accounts = opened(50)
    told = []

    def issue() -> None:
        try:
            told.append(issued(accounts, rent()))
        finally:
            connection.close()

    threads = [threading.Thread(target=issue) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(one.bills for one in told) == [0, 0, 50]
    assert set(balances(accounts).values()) == {-5900}
    assert check_bills(NOVEMBER).holds


AMOUNTS = st.integers(-100_000, 10_000_000)
KINDS = st.sampled_from([kind for kind in LineKind if kind is not LineKind.FOREIGN])
ZONES = st.sampled_from(["", "domestic", "roaming", "hk-macau-taiwan", "free"])
LINES = st.lists(st.builds(BillLine, kind=KINDS, fen=AMOUNTS, zone=ZONES), max_size=6)


class BillsEqualTheLedger(TestCase):
    """Whatever lines bills have, in whatever chunks and how often they are issued."""

    @settings(max_examples=25)
    @given(st.lists(LINES, min_size=1, max_size=5), st.integers(1, 5), st.integers(1, 2))
    def test_to_the_fen(self, wanted: list[list[BillLine]], chunk: int, times: int) -> None:
        with transaction.atomic():
            accounts = opened(len(wanted))
            before = balances(accounts)
            drafts = [
                BillDraft(account_id=one, cycle=NOVEMBER, lines=tuple(lines))
                for one, lines in zip(accounts, wanted, strict=True)
            ]
            for _ in range(times):
                for first in range(0, len(drafts), chunk):
                    issue_bills(drafts[first : first + chunk], CLOSED)
            after = balances(accounts)
            for one, lines in zip(accounts, wanted, strict=True):
                assert before[one] - after[one] == sum(line.fen for line in lines)
            found = check_bills(NOVEMBER)
            assert found.holds
            assert found.bills == sum(1 for lines in wanted if lines)
            transaction.set_rollback(True)
