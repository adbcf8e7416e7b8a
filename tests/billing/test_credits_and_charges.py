"""Gifts, compensation and bills: once each, in the right books, or refused in plain words."""

from datetime import timedelta

import pytest

from tests.billing.examples import (
    LATER,
    NOW,
    charge,
    general_of,
    give,
    kept_and_summed,
    opened_accounts,
    pay,
    sides_of,
)
from wanhao.billing.actions import record_credits, record_payment, record_payments
from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge, BalanceKind, Channel, NewCredit, NewPayment
from wanhao.billing.lapses import lapse_money
from wanhao.billing.models import Bill, JournalTransaction, Posting
from wanhao.billing.queries import balances, balances_by_kind, billed_through
from wanhao.values.errors import WanhaoError

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> int:
    return opened_accounts(1)[0]


def test_general_and_gifted_money_can_be_spent_on_anything(account: int) -> None:
    pay(account, 5000, "P1")
    give(account, 1000, "C1")
    give(account, 300, "C2", kind=BalanceKind.RESTRICTED, pays_for=[Book.DATA])
    pay(account, 2400, "P2", kind=BalanceKind.PRESTORED)

    assert balances([account]) == {account: 6000}
    found = {view.kind: view for view in balances_by_kind(account)}
    assert {kind: view.amount_fen for kind, view in found.items()} == {
        BalanceKind.GENERAL: 5000,
        BalanceKind.GIFTED: 1000,
        BalanceKind.RESTRICTED: 300,
        BalanceKind.PRESTORED: 2400,
    }
    assert found[BalanceKind.RESTRICTED].pays_for == (Book.DATA,)
    assert found[BalanceKind.PRESTORED].parts_left == 24


def test_a_payment_is_known_by_its_channel(account: int) -> None:
    record_payment(
        account_id=account, amount_fen=5000, reference="P1", now=NOW, channel=Channel.ALIPAY
    )
    assert sides_of("payment", "P1") == {("general", 5000), ("clearing-alipay", -5000)}


def test_the_same_credit_is_given_once(account: int) -> None:
    give(account, 1000, "C1")
    give(account, 1000, "C1")
    assert balances([account]) == {account: 1000}
    with pytest.raises(WanhaoError, match="another amount"):
        give(account, 999, "C1")
    assert JournalTransaction.objects.count() == 1


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"amount_fen": 0}, "cannot be recorded"),
        ({"reference": " "}, "cannot be recorded"),
        ({"book": Book.RENT}, "cannot come from"),
        ({"kind": BalanceKind.PRESTORED}, "cannot come from"),
        ({"expires_at": NOW}, "has lapsed already"),
        ({"kind": BalanceKind.GENERAL, "expires_at": LATER}, "general money never does"),
        ({"kind": BalanceKind.RESTRICTED}, "what it pays for"),
        ({"pays_for": (Book.DATA,)}, "what it pays for"),
        ({"kind": BalanceKind.RESTRICTED, "pays_for": (Book.CASH,)}, "what it pays for"),
        ({"account_id": 999_999}, "has no balance"),
    ],
)
def test_an_odd_credit_is_refused(account: int, terms: dict[str, object], told: str) -> None:
    usual = {"account_id": account, "amount_fen": 100, "reference": "C1", "book": Book.GIFTS}
    credit = NewCredit(**{**usual, "kind": BalanceKind.GIFTED, **terms})
    with pytest.raises(WanhaoError, match=told):
        record_credits([credit], NOW)
    assert Posting.objects.count() == 0


def test_paid_money_is_never_a_gift(account: int) -> None:
    with pytest.raises(WanhaoError, match="cannot be a gift"):
        pay(account, 100, "P1", kind=BalanceKind.GIFTED)


def test_many_accounts_are_charged_by_one_transaction() -> None:
    account_ids = opened_accounts(4)
    give(account_ids[0], 1000, "C1")
    charges = [
        AccountCharge(account_id=key, by_book={Book.RENT: 5900, Book.DATA: 100 * place})
        for place, key in enumerate(account_ids)
    ]
    charge_accounts(charges, cycle=202610, reference="bills", now=NOW)

    assert sides_of("charge", "bills") == {
        ("gifted", -1000),
        ("general", -4900),
        ("general", -6000),
        ("general", -6100),
        ("general", -6200),
        ("revenue-rent", 4 * 5900),
        ("revenue-data", 600),
    }
    assert JournalTransaction.objects.get(kind="charge").cycle == 202610


def test_the_same_charge_again_changes_nothing(account: int) -> None:
    charge(account, "B1", rent=5900)
    charge(account, "B1", rent=5900)
    assert general_of(account) == -5900
    for other in ({"rent": 5901}, {"rent": 5900, "cycle": 202611}):
        with pytest.raises(WanhaoError, match="another cycle or another sum"):
            charge(account, "B1", **other)


def test_a_credit_on_a_bill_raises_general_money(account: int) -> None:
    charge(account, "B1", adjustment=-250)
    assert general_of(account) == 250


def test_a_charge_that_comes_to_nothing_is_still_known(account: int) -> None:
    charge(account, "B1", rent=500, adjustment=-500)
    charge(account, "B1", rent=500, adjustment=-500)
    assert general_of(account) == 0
    assert sides_of("charge", "B1") == {("revenue-rent", 500), ("revenue-adjustment", -500)}


def test_odd_charges_are_refused(account: int) -> None:
    for book in (Book.PENALTY, Book.CASH, Book.GENERAL):
        with pytest.raises(WanhaoError, match="Nothing can be charged"):
            charge(account, "B1", **{book.name.lower(): 1})
    with pytest.raises(WanhaoError, match="has no balance"):
        charge(account + 1, "B1", rent=1)
    one = AccountCharge(account_id=account, by_book={Book.RENT: 1})
    with pytest.raises(WanhaoError, match="charged twice"):
        charge_accounts([one, one], cycle=202610, reference="B1", now=NOW)
    assert Posting.objects.count() == 0


def test_a_gift_counts_until_it_lapses_and_lapses_once(account: int) -> None:
    soon = NOW + timedelta(hours=1)
    give(account, 1000, "C1", expires_at=soon)
    charge(account, "B1", now=soon - timedelta(seconds=1), rent=300)
    charge(account, "B2", now=soon, rent=50)
    assert [view.amount_fen for view in balances_by_kind(account)] == [-50, 700]

    assert lapse_money(after_account=0, limit=9, now=soon - timedelta(seconds=1)) == ((), None)
    assert lapse_money(after_account=0, limit=9, now=soon) == ((account,), account)
    assert lapse_money(after_account=0, limit=9, now=soon) == ((), None)
    assert sides_of("lapse", "") == {("gifted", -700), ("lapsed", 700)}
    kept, summed = kept_and_summed()
    assert kept == summed


def test_restricted_payments_pay_only_for_what_they_name(account: int) -> None:
    payment = NewPayment(
        account_id=account,
        amount_fen=1000,
        reference="P1",
        kind=BalanceKind.RESTRICTED,
        pays_for=(Book.VOICE, Book.MESSAGE),
    )
    from_books = {"voice": 300, "message": 200, "data": 400}
    record_payments([payment], NOW)
    charge(account, "B1", **from_books)
    assert [view.amount_fen for view in balances_by_kind(account)] == [-400, 500]


def test_balances_are_billed_through_the_last_bill_of_ours() -> None:
    one, other, fresh = opened_accounts(3)
    issued_bill(one, 202609)
    issued_bill(one, 202611)
    issued_bill(other, 202610)
    issued_bill(other, 202611, source="foreign", journal="foreign-1")
    assert billed_through([one, other, fresh]) == {one: 202611, other: 202610, fresh: 0}


def issued_bill(account_id: int, cycle: int, **terms: str) -> None:
    """A bill of nothing."""
    Bill.objects.create(
        **{"source": "own", "journal": f"bills-{cycle}", **terms},
        account_id=account_id,
        cycle=cycle,
        total_fen=0,
        lines=[],
        issued_at=NOW,
        due_on=NOW.date(),
    )
