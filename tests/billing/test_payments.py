"""Payments raise balances, once per reference, and every fen is explained."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TransactionTestCase

from tests.parties.examples import a_line, an_account
from wanhao.billing.actions import open_balances, record_payment, record_payments
from wanhao.billing.contracts import NewPayment
from wanhao.billing.models import JournalTransaction, Payment, Posting
from wanhao.billing.queries import balances
from wanhao.parties.actions import open_accounts
from wanhao.values.errors import WanhaoError

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def opened_accounts(count: int) -> list[int]:
    orders = [an_account(f"A{n}", (a_line(16907910000 + n),)) for n in range(count)]
    account_ids = [account.account_id for account in open_accounts(orders)]
    open_balances(account_ids, NOW)
    return account_ids


def sums_of_entries() -> dict[int, int]:
    rows = Posting.objects.filter(account_id__isnull=False).values("account_id")
    return dict(rows.annotate(fen=Sum("amount_fen")).values_list("account_id", "fen"))


@pytest.fixture
def account(db: None) -> int:
    return opened_accounts(1)[0]


def test_a_payment_raises_the_balance_and_leaves_an_entry(account: int) -> None:
    paid = record_payment(account_id=account, amount_fen=5000, reference="P1", now=NOW)

    assert (paid.balance_fen, paid.first) == (5000, True)
    assert balances([account, 999_999]) == {account: 5000}
    journal = JournalTransaction.objects.get()
    assert (journal.kind, journal.reference, journal.at) == ("payment", "P1", NOW)
    sides = Posting.objects.values_list("book", "account_id", "amount_fen")
    assert set(sides) == {("general", account, 5000), ("clearing-other", None, -5000)}


def test_the_same_reference_pays_once(account: int) -> None:
    record_payment(account_id=account, amount_fen=5000, reference="P1", now=NOW)
    again = record_payment(account_id=account, amount_fen=5000, reference="P1", now=NOW)

    assert (again.balance_fen, again.first) == (5000, False)
    assert JournalTransaction.objects.count() == 1


def test_the_same_reference_with_another_amount_or_account_is_an_error(db: None) -> None:
    one, other = opened_accounts(2)
    record_payment(account_id=one, amount_fen=5000, reference="P1", now=NOW)

    for account_id, amount in ((one, 4999), (other, 5000)):
        with pytest.raises(WanhaoError, match="another amount or for another account"):
            record_payment(account_id=account_id, amount_fen=amount, reference="P1", now=NOW)
    assert balances([one, other]) == {one: 5000, other: 0}


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_cannot_be_paid(account: int, amount: int) -> None:
    with pytest.raises(WanhaoError, match="above zero"):
        record_payment(account_id=account, amount_fen=amount, reference="P1", now=NOW)


def test_an_account_without_a_balance_cannot_be_paid_for(account: int) -> None:
    with pytest.raises(WanhaoError, match="has no balance"):
        record_payment(account_id=account + 1, amount_fen=1, reference="P1", now=NOW)


def test_a_list_with_one_wrong_payment_changes_nothing(account: int) -> None:
    with pytest.raises(WanhaoError):
        record_payments(
            [
                NewPayment(account_id=account, amount_fen=100, reference="P1"),
                NewPayment(account_id=account + 1, amount_fen=100, reference="P2"),
            ],
            NOW,
        )
    assert balances([account]) == {account: 0}


def test_opening_a_balance_again_keeps_it(account: int) -> None:
    record_payment(account_id=account, amount_fen=5000, reference="P1", now=NOW)
    open_balances([account], NOW)
    assert balances([account]) == {account: 5000}


@pytest.mark.parametrize("rows", [JournalTransaction.objects, Posting.objects, Payment.objects])
def test_the_database_refuses_to_rewrite_the_past(account: int, rows: type) -> None:
    record_payment(account_id=account, amount_fen=5000, reference="P1", now=NOW)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.update(id=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        rows.all()._raw_delete("default")


def at_once(*writers: Callable[[], None]) -> None:
    """Run writers in threads of their own, each with its own connection."""

    def run(writer: Callable[[], None]) -> None:
        try:
            writer()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(writer,)) for writer in writers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


class BalanceIsTheSumOfItsEntries(TransactionTestCase):
    """Whatever concurrent writers pay, and however often, no fen appears or is lost."""

    @settings(max_examples=12)
    @given(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(1, 9_999), st.integers(0, 5)),
            min_size=1,
            max_size=12,
        )
    )
    def test_under_concurrent_writers(self, wishes: list[tuple[int, int, int]]) -> None:
        account_ids = opened_accounts(3)
        refused: list[WanhaoError] = []

        def pay(shift: int) -> None:
            for place in range(len(wishes)):
                account, amount, reference = wishes[(place + shift) % len(wishes)]
                try:
                    record_payment(
                        account_id=account_ids[account],
                        amount_fen=amount,
                        reference=f"P{reference}",
                        now=NOW,
                    )
                except WanhaoError as error:
                    refused.append(error)

        at_once(*[lambda shift=shift: pay(shift) for shift in range(3)])

        found = balances(account_ids)
        assert {key: fen for key, fen in found.items() if fen} == sums_of_entries()
        assert sum(found.values()) == sum(Payment.objects.values_list("amount_fen", flat=True))
        assert Payment.objects.count() == len({reference for _, _, reference in wishes})
        assert all("another amount" in error.message for error in refused)


@pytest.mark.django_db(transaction=True)
def test_lists_of_payments_in_opposite_order_do_not_block_each_other() -> None:
    account_ids = opened_accounts(40)

    def pay(name: str, order: list[int]) -> None:
        for turn in range(5):
            record_payments(
                [
                    NewPayment(account_id=key, amount_fen=1, reference=f"{name}{turn}-{key}")
                    for key in order
                ],
                NOW,
            )

    at_once(lambda: pay("up", account_ids), lambda: pay("down", account_ids[::-1]))
    assert set(balances(account_ids).values()) == {10}
