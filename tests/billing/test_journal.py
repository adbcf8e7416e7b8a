"""What the database itself refuses, whoever asks."""

from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from tests.billing.examples import NOW, give, kept_and_summed, opened_accounts, pay
from wanhao.billing.models import AccountBalance, BalanceBucket, JournalTransaction, Posting

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> int:
    account_id = opened_accounts(1)[0]
    pay(account_id, 5000, "P1")
    give(account_id, 1000, "C1")
    return account_id


def journal(reference: str = "by hand") -> JournalTransaction:
    return JournalTransaction.objects.create(kind="payment", reference=reference, at=NOW)


def post(*rows: tuple[str, int | None, int | None, int]) -> None:
    """Postings of one transaction, written by hand in one statement."""
    of = journal()
    Posting.objects.bulk_create(
        [
            Posting(transaction=of, book=book, account_id=key, bucket_id=bucket, amount_fen=fen)
            for book, key, bucket, fen in rows
        ]
    )


def commit(write: Callable[[], object]) -> None:
    """Write, and have checked at once what is usually checked at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        write()
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused(told: str, write: Callable[[], object]) -> None:
    """The write is refused with these words, and nothing of it stays."""
    before = kept_and_summed(), Posting.objects.count()
    with pytest.raises(IntegrityError, match=told):
        commit(write)
    assert (kept_and_summed(), Posting.objects.count()) == before


def test_postings_that_do_not_sum_to_zero(account: int) -> None:
    refused("does not sum to zero", lambda: post(("general", account, None, 100)))
    refused(
        "does not sum to zero",
        lambda: post(("general", account, None, 100), ("clearing-cash", None, None, -99)),
    )


def test_postings_that_sum_to_zero_move_the_balance_by_themselves(account: int) -> None:
    post(("general", account, None, 100), ("clearing-cash", None, None, -100))
    assert AccountBalance.objects.get(pk=account).balance_fen == 5100


def test_a_posting_of_nothing_or_in_no_book(account: int) -> None:
    refused("moves_something", lambda: post(("general", account, None, 0)))
    refused("book_known", lambda: post(("pocket", None, None, 1), ("pocket", None, None, -1)))


def test_a_customer_s_posting_without_the_customer(account: int) -> None:
    refused("names_him", lambda: post(("general", None, None, 1), ("gifts", None, None, -1)))
    refused("names_him", lambda: post(("gifted", account, None, 1), ("gifts", None, None, -1)))
    refused("names_him", lambda: post(("gifts", account, None, 1), ("gifts", None, None, -1)))


def test_a_bucket_of_another_kind_or_another_account(account: int) -> None:
    bucket = BalanceBucket.objects.get().pk
    refused(
        "in_its_bucket",
        lambda: post(("restricted", account, bucket, 1), ("gifts", None, None, -1)),
    )
    refused(
        "in_its_bucket|foreign key",
        lambda: post(("gifted", account + 1, bucket, 1), ("gifts", None, None, -1)),
    )


def test_a_balance_that_is_changed_without_a_posting(account: int) -> None:
    refused("by postings only", lambda: AccountBalance.objects.update(balance_fen=1))
    refused("by postings only", lambda: BalanceBucket.objects.update(balance_fen=1))
    refused(
        "by postings only",
        lambda: BalanceBucket.objects.create(
            account_id=account, kind="gifted", balance_fen=1, opened_at=NOW
        ),
    )


def test_a_gift_below_zero(account: int) -> None:
    bucket = BalanceBucket.objects.get().pk
    refused(
        "never_owes", lambda: post(("gifted", account, bucket, -1001), ("lapsed", None, None, 1001))
    )


def test_the_same_reference_twice(account: int) -> None:
    refused("happens_once", lambda: journal("P1"))
