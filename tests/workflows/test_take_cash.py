"""Cash at a counter: one receipt, one payment, in the hall's own numbers."""

import threading
from datetime import UTC, date, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, connection, transaction

from tests.parties.examples import a_line, an_account
from wanhao.billing.books import Book
from wanhao.billing.contracts import Channel
from wanhao.billing.models import CashReceipt, Payment
from wanhao.billing.queries import balances
from wanhao.billing.statements import trial_balance
from wanhao.billing.tills import cash_of_day, receipt_of, receipts_of_clerk
from wanhao.products.actions import load_catalogue
from wanhao.staff.actions import appoint, load_units
from wanhao.staff.contracts import EmployeeView
from wanhao.staff.queries import employee_of_login
from wanhao.values.errors import WanhaoError
from wanhao.workflows.open_accounts import AccountOrder, open_accounts
from wanhao.workflows.take_cash import take_cash
from wanhao.workflows.take_payment import take_payment

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 22)
HALL = "360102-1"


@pytest.fixture
def accounts(db: None) -> list[int]:
    load_catalogue()
    orders = [
        AccountOrder(
            account=an_account(f"A{n}", (a_line(16907910000 + n),)),
            offering_codes=("lexiang-4g-59",),
        )
        for n in range(2)
    ]
    return [opened.account_id for opened in open_accounts(orders, NOW)]


def a_clerk(name: str = "zhang") -> EmployeeView:
    load_units()
    login = get_user_model().objects.create_user(name, "secret", kind="employee").pk
    appoint(login_id=login, unit_code="8360100", name=name, job_number=f"J-{name}")
    clerk = employee_of_login(login)
    assert clerk is not None
    return clerk


def taken(clerk: EmployeeView, account_id: int, fen: int, reference: str, hall: str = HALL):
    return take_cash(
        clerk=clerk,
        hall=hall,
        account_id=account_id,
        amount_fen=fen,
        reference=reference,
        now=NOW,
    )


def test_cash_is_booked_and_has_a_receipt(accounts: list[int]) -> None:
    receipt = taken(a_clerk(), accounts[0], 5000, "n1")
    assert (receipt.number, receipt.first) == ("360102-1-20261122-0001", True)
    assert balances(accounts[:1]) == {accounts[0]: 5000}
    assert Payment.objects.get(reference="n1").channel == Channel.CASH.value
    books = {total.book: total.debit_fen for total in trial_balance(NOW).books}
    assert books[Book.CASH] == 5000


def test_the_same_reference_again_gets_the_same_receipt(accounts: list[int]) -> None:
    clerk = a_clerk()
    first = taken(clerk, accounts[0], 5000, "n1")
    again = taken(clerk, accounts[0], 5000, "n1")
    assert (again.number, again.first) == (first.number, False)
    assert balances(accounts[:1]) == {accounts[0]: 5000}


@pytest.mark.parametrize("change", [{"fen": 5001}, {"hall": "360103-1"}, {"account": 1}])
def test_a_reference_stands_for_one_payment(accounts: list[int], change: dict[str, object]) -> None:
    clerk = a_clerk()
    taken(clerk, accounts[0], 5000, "n1")
    with pytest.raises(WanhaoError, match="other terms"):
        taken(
            clerk,
            accounts[int(str(change.get("account", 0)))],
            int(str(change.get("fen", 5000))),
            "n1",
            str(change.get("hall", HALL)),
        )
    assert CashReceipt.objects.count() == Payment.objects.count() == 1


@pytest.mark.parametrize(("fen", "reference", "hall"), [(0, "n", "h"), (1, " ", "h"), (1, "n", "")])
def test_nothing_is_taken_without_amount_reference_or_hall(
    accounts: list[int], fen: int, reference: str, hall: str
) -> None:
    with pytest.raises(WanhaoError):
        taken(a_clerk(), accounts[0], fen, reference, hall)
    assert not CashReceipt.objects.exists()


def test_an_unknown_account_leaves_no_receipt(accounts: list[int]) -> None:
    with pytest.raises(WanhaoError, match="no balance"):
        taken(a_clerk(), 999_999, 100, "n1")
    assert receipt_of("n1") is None


def test_a_payment_of_another_channel_is_no_cash(accounts: list[int]) -> None:
    take_payment(accounts[0], 5000, "n1", NOW, Channel.BANK)
    with pytest.raises(WanhaoError, match="not taken in cash"):
        taken(a_clerk(), accounts[0], 5000, "n1")
    assert receipt_of("n1") is None


def test_each_hall_counts_its_own_and_each_clerk_has_a_drawer(accounts: list[int]) -> None:
    zhang, li = a_clerk("zhang"), a_clerk("li")
    taken(zhang, accounts[0], 5000, "n1")
    taken(li, accounts[1], 3000, "n2")
    taken(zhang, accounts[1], 700, "n3", "360103-1")
    numbers = [receipt_of(reference).number for reference in ("n1", "n2", "n3")]  # type: ignore[union-attr]
    assert numbers == ["360102-1-20261122-0001", "360102-1-20261122-0002", "360103-1-20261122-0001"]
    drawers = {(one.hall, one.clerk_id): one.amount_fen for one in cash_of_day(TODAY)}
    assert drawers == {
        (HALL, zhang.employee_id): 5000,
        (HALL, li.employee_id): 3000,
        ("360103-1", zhang.employee_id): 700,
    }
    assert [one.reference for one in receipts_of_clerk(zhang.employee_id, TODAY)] == ["n3", "n1"]
    assert [one.amount_fen for one in cash_of_day(TODAY, "360103-1")] == [700]


def test_a_receipt_is_never_changed(accounts: list[int]) -> None:
    taken(a_clerk(), accounts[0], 5000, "n1")
    with pytest.raises(IntegrityError), transaction.atomic():
        CashReceipt.objects.update(amount_fen=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        CashReceipt.objects.all().delete()


@pytest.mark.django_db(transaction=True)
def test_two_clerks_at_once_get_two_numbers(accounts: list[int]) -> None:
    clerks = [a_clerk("zhang"), a_clerk("li")]

    def work(place: int) -> None:
        try:
            for n in range(10):
                taken(clerks[place], accounts[(place + n) % 2], 100, f"c{place}-{n}")
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(place,)) for place in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    sequences = sorted(CashReceipt.objects.values_list("sequence", flat=True))
    assert sequences == list(range(1, 21))
    assert balances(accounts) == dict.fromkeys(accounts, 1000)
