"""Opening accounts: once per reference, all or nothing, fast."""

import threading
import time
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from tests.parties.examples import SINCE, a_family, a_line, an_account, customer_behind
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import LineRole, NewAccount, OpenedAccount, PayType
from wanhao.parties.models import BillingAccount, Customer, Line, LineGroup
from wanhao.parties.queries import (
    line_count,
    main_lines_of_accounts,
    main_lines_of_groups,
    pay_types,
)
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


def test_a_family_is_opened_with_its_shared_group() -> None:
    (family,) = open_accounts([a_family()])

    assert family.first
    (group,) = family.groups
    assert [line.number for line in group.lines] == [16907920001, 16907920002, 16907920003]
    assert [line.role for line in group.lines] == [
        LineRole.MAIN,
        LineRole.SECONDARY,
        LineRole.SECONDARY,
    ]
    assert customer_behind(16907920003) == "李建国"
    assert {line.city for line in group.lines} == {"3601"}


def test_groups_and_accounts_come_back_in_the_order_asked_for() -> None:
    company = an_account("Z-company", *[(a_line(16907910100 + i),) for i in range(5)])
    opened = open_accounts([company, a_family("A-family")])

    assert [account.reference for account in opened] == ["Z-company", "A-family"]
    numbers = [group.lines[0].number for group in opened[0].groups]
    assert numbers == [16907910100 + i for i in range(5)]


def test_a_known_reference_opens_nothing_and_returns_what_stands() -> None:
    (before,) = open_accounts([a_family()])
    again, new = open_accounts([a_family(), an_account("A2")])

    assert not again.first
    assert (again.account_id, again.groups) == (before.account_id, before.groups)
    assert new.first
    assert (Customer.objects.count(), line_count()) == (2, 4)


def test_a_number_in_use_is_refused_and_nothing_is_written() -> None:
    open_accounts([an_account("A1")])
    with pytest.raises(WanhaoError, match="16907910001 belongs to a line"):
        open_accounts([an_account("A2"), a_family()])

    assert BillingAccount.objects.count() == 1
    assert Customer.objects.count() == 1


def test_a_number_may_be_given_again_after_its_line_ended() -> None:
    open_accounts([an_account("A1")])
    Line.objects.update(until="2026-06-01T00:00:00Z")
    open_accounts([an_account("A2", name="新主人")])

    assert customer_behind(16907910001) == "新主人"


@pytest.mark.parametrize(
    ("order", "complaint"),
    [
        (an_account("A1", city="9999"), "city '9999' is not known"),
        (an_account(" "), "no reference"),
        (an_account("A1", name=""), "no customer's name"),
        (an_account("A1", (a_line(16907910001, LineRole.SECONDARY),)), "0 main lines"),
        (an_account("A1", (a_line(16907910001), a_line(16907910002))), "2 main lines"),
        (an_account("A1", (a_line(10000),)), "10000 is not a mobile number"),
        (
            an_account("A1", (a_line(16907910001),), (a_line(16907910001),)),
            "Number 16907910001 is asked for twice",
        ),
    ],
)
def test_a_malformed_order_is_refused_in_plain_words(order: NewAccount, complaint: str) -> None:
    with pytest.raises(WanhaoError, match=complaint):
        open_accounts([order])


def test_the_same_reference_twice_in_one_order_is_refused() -> None:
    with pytest.raises(WanhaoError, match="Reference A1 is asked for twice"):
        open_accounts([an_account("A1"), an_account("A1", (a_line(16907910002),))])


def test_main_lines_are_found_by_group_and_by_account() -> None:
    (family,) = open_accounts([a_family()])
    (company,) = open_accounts([an_account("C", (a_line(16907910008),), (a_line(16907910007),))])

    of_groups = main_lines_of_groups([family.groups[0].group_id, 999_999])
    assert [line.number for line in of_groups.values()] == [16907920001]
    of_accounts = main_lines_of_accounts([family.account_id, company.account_id])
    assert of_accounts[company.account_id].number == 16907910008
    assert of_accounts[family.account_id].number == 16907920001


def test_pay_types_are_known_by_account() -> None:
    prepaid, postpaid = open_accounts([an_account("A1"), _postpaid()])
    found = pay_types([prepaid.account_id, postpaid.account_id])
    assert list(found.values()) == [PayType.PREPAID, PayType.POSTPAID]


def _postpaid() -> NewAccount:
    return an_account("A2", (a_line(16907910002),), pay_type=PayType.POSTPAID)


def test_the_database_keeps_a_line_in_the_account_of_its_group() -> None:
    _, family = open_accounts([an_account("A1"), a_family()])
    stranger = Line.objects.filter(number=16907910001)
    stranger.update(group=family.groups[0].group_id, role=LineRole.SECONDARY.value)

    with pytest.raises(IntegrityError, match="line_in_its_groups_account"), transaction.atomic():
        connection.check_constraints()
    stranger.update(account=family.account_id)


def test_opening_many_lines_asks_the_database_a_fixed_number_of_times(
    django_assert_max_num_queries: Callable[..., object],
) -> None:
    orders = [an_account(f"B{i}", (a_line(16907930000 + i),)) for i in range(200)]
    with django_assert_max_num_queries(15):
        open_accounts(orders)


@pytest.mark.django_db(transaction=True)
def test_two_clerks_opening_the_same_account_open_it_once() -> None:
    orders = [an_account(f"B{i}", (a_line(16907930000 + i),)) for i in range(50)]
    results: list[list[OpenedAccount]] = []

    def clerk(mine: list[NewAccount]) -> None:
        try:
            results.append(open_accounts(mine))
        finally:
            connection.close()

    clerks = [
        threading.Thread(target=clerk, args=(mine,)) for mine in (orders, list(reversed(orders)))
    ]
    for thread in clerks:
        thread.start()
    for thread in clerks:
        thread.join(30)

    assert len(results) == 2
    first = [account.reference for result in results for account in result if account.first]
    assert sorted(first) == sorted(order.reference for order in orders)
    assert (line_count(), LineGroup.objects.count(), Customer.objects.count()) == (50, 50, 50)


@pytest.mark.slow
def test_twenty_thousand_lines_cost_less_than_five_seconds_of_our_time() -> None:
    started = time.process_time()
    for chunk in range(10):
        open_accounts(
            [
                an_account(f"C{n}", (a_line(16907000000 + n),))
                for n in range(chunk * 2000, chunk * 2000 + 2000)
            ]
        )
    assert line_count() == 20_000
    assert time.process_time() - started < 5
    assert Line.objects.order_by("id")[0].since.timestamp() == SINCE
