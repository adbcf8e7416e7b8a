"""Accounts with money of every kind, as the tests of billing need them."""

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import Sum

from tests.parties.examples import a_line, an_account
from wanhao.billing.actions import open_balances, record_credits, record_payment
from wanhao.billing.books import Book
from wanhao.billing.charging import charge_accounts
from wanhao.billing.contracts import AccountCharge, BalanceKind, NewCredit
from wanhao.billing.models import AccountBalance, BalanceBucket, JournalTransaction, Posting
from wanhao.parties.actions import open_accounts
from wanhao.parties.contracts import PayType
from wanhao.values.cycle import SHANGHAI

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


def opened_accounts(count: int, pay_type: PayType = PayType.POSTPAID) -> list[int]:
    """Accounts with a balance of nothing."""
    orders = [
        an_account(f"A{n}", (a_line(16907910000 + n),), pay_type=pay_type) for n in range(count)
    ]
    account_ids = [account.account_id for account in open_accounts(orders)]
    open_balances(account_ids, NOW)
    return account_ids


def fen(yuan: str) -> int:
    """Yuan as a page writes them, in fen."""
    whole, _, part = yuan.strip().lstrip("-").partition(".")
    amount = int(whole) * 100 + int(f"{part:0<2}")
    return -amount if yuan.strip().startswith("-") else amount


def noon(day: str) -> datetime:
    """Noon of a day in Asia/Shanghai."""
    return datetime.fromisoformat(f"{day} 12:00").replace(tzinfo=SHANGHAI)


def give(
    account_id: int,
    amount: int,
    reference: str,
    *,
    kind: BalanceKind = BalanceKind.GIFTED,
    pays_for: Sequence[Book] = (),
    expires_at: datetime | None = None,
) -> None:
    """A gift; nothing when the amount is nothing."""
    credit = NewCredit(
        account_id=account_id,
        amount_fen=amount,
        reference=reference,
        book=Book.GIFTS,
        kind=kind,
        pays_for=tuple(pays_for),
        expires_at=expires_at,
    )
    if amount:
        record_credits([credit], NOW)


def pay(account_id: int, amount: int, reference: str, **terms: object) -> None:
    """A payment; nothing when the amount is nothing."""
    if amount:
        record_payment(
            account_id=account_id, amount_fen=amount, reference=reference, now=NOW, **terms
        )


def charge(
    account_id: int, reference: str, cycle: int = 202610, now: datetime = NOW, **books: int
) -> None:
    """A bill: `rent=5900, data=1250`."""
    by_book = {Book[name.upper()].value: amount for name, amount in books.items()}
    one = AccountCharge(account_id=account_id, by_book=by_book)
    charge_accounts([one], cycle=cycle, reference=reference, now=now)


def general_of(account_id: int) -> int:
    return AccountBalance.objects.get(pk=account_id).balance_fen


def kept_and_summed() -> tuple[dict[str, int], dict[str, int]]:
    """Every balance that is kept, and the sum of the postings it should be, where not nothing."""
    kept = {f"general {b.pk}": b.balance_fen for b in AccountBalance.objects.all()}
    kept |= {f"bucket {b.pk}": b.balance_fen for b in BalanceBucket.objects.all()}
    general = Posting.objects.filter(book="general").values_list("account_id")
    buckets = Posting.objects.filter(bucket_id__isnull=False).values_list("bucket_id")
    sums = {f"general {key}": total for key, total in general.annotate(Sum("amount_fen"))}
    sums |= {f"bucket {key}": total for key, total in buckets.annotate(Sum("amount_fen"))}
    return _not_nothing(kept), _not_nothing(sums)


def sides_of(kind: str, reference: str) -> set[tuple[str, int]]:
    """The postings of a transaction, as book and amount."""
    found = JournalTransaction.objects.get(kind=kind, reference__startswith=reference)
    return set(Posting.objects.filter(transaction=found).values_list("book", "amount_fen"))


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
        thread.join(60)
        assert not thread.is_alive()


def _not_nothing(found: dict[str, int]) -> dict[str, int]:
    return {key: amount for key, amount in found.items() if amount}
