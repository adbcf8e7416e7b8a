"""Charges accounts: what bills come to leaves the balances, in their order of use.

Restricted money first, on the books it may pay for; then gifted money; both by earliest expiry.
What is left is taken from general money, which may fall below zero. Prestored money pays nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from wanhao.billing.books import CHARGE_BOOKS, Book
from wanhao.billing.contracts import AccountCharge, BalanceKind, JournalKind
from wanhao.billing.ledger import Draft, Line, general, lock_accounts, post
from wanhao.values.errors import WanhaoError

USABLE = """
SELECT account_id, id, kind, balance_fen, pays_for FROM wanhao_billing_balancebucket
WHERE account_id = ANY(%s::bigint[]) AND balance_fen > 0 AND kind IN ('restricted', 'gifted')
    AND (expires_at IS NULL OR expires_at > %s)
ORDER BY account_id, kind = 'gifted', expires_at NULLS LAST, id
"""
CHARGED_BEFORE = """
SELECT journal.cycle, (
    SELECT COALESCE(-sum(amount_fen), 0)::bigint FROM wanhao_billing_posting AS posting
    WHERE posting.transaction_id = journal.id AND posting.account_id IS NOT NULL
)
FROM wanhao_billing_journaltransaction AS journal
WHERE journal.kind = 'charge' AND journal.reference = %s
"""


class Usable(NamedTuple):
    """A bucket that may pay; nothing in `pays_for` means everything."""

    bucket_id: int
    kind: BalanceKind
    fen: int
    pays_for: frozenset[str]


@transaction.atomic
def charge_accounts(
    charges: Sequence[AccountCharge], *, cycle: int, reference: str, now: datetime
) -> frozenset[int]:
    """Charge many accounts in one transaction of the journal, once per reference.

    Books are the revenue books a charge may earn; amounts below zero are credits and raise general
    money. Give accounts in chunks of some ten thousand. Returns those for whom restricted money
    paid: what they can spend fell by less than their charge. WanhaoError when an account comes
    twice or has no balance, a book is none of these, or the reference was used for another cycle or
    sum.
    """
    _refuse_odd(charges)
    account_ids = [charge.account_id for charge in charges]
    lock_accounts(account_ids)
    usable = _usable(account_ids, now)
    lines: list[Line] = []
    earned: dict[str, int] = defaultdict(int)
    for charge in charges:
        for book, fen in charge.by_book.items():
            earned[book] += fen
        lines.extend(_taken(charge, usable.get(charge.account_id, ())))
    lines.extend(Line(Book(book), fen) for book, fen in sorted(earned.items()))
    draft = Draft(reference=reference, lines=lines)
    if reference not in post(JournalKind.CHARGE, [draft], now, cycle):
        _refuse_other(reference, cycle, sum(earned.values()))
    restricted = (line.account_id for line in lines if line.book is Book.RESTRICTED)
    return frozenset(account_id for account_id in restricted if account_id is not None)


def allocate(
    by_book: Mapping[str, int], usable: Iterable[Usable]
) -> tuple[list[tuple[Usable, int]], int]:
    """What each bucket pays, in the given order of use, and what is left for general money.

    Buckets together never pay more than the charge as a whole: credits are not turned into money.
    """
    left = sum(by_book.values())
    open_books = {book: fen for book, fen in by_book.items() if fen > 0}
    paid: list[tuple[Usable, int]] = []
    for bucket in usable:
        can = min(bucket.fen, left)
        used = 0
        for book in sorted(open_books):
            if not bucket.pays_for or book in bucket.pays_for:
                part = min(open_books[book], can - used) if can > used else 0
                open_books[book] -= part
                used += part
        if used:
            paid.append((bucket, used))
            left -= used
    return paid, left


def _refuse_odd(charges: Sequence[AccountCharge]) -> None:
    if len({charge.account_id for charge in charges}) < len(charges):
        raise WanhaoError("An account is charged twice.", "Give each account one charge.")
    books = {book for charge in charges for book in charge.by_book}
    for book in books - {known.value for known in CHARGE_BOOKS}:
        raise WanhaoError(
            f"Nothing can be charged to the book '{book}'.",
            "Name one of the revenue books in billing/books.py.",
        )


def _usable(account_ids: Collection[int], now: datetime) -> dict[int, list[Usable]]:
    found: dict[int, list[Usable]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(USABLE, [list(account_ids), now])
        for account_id, bucket_id, kind, fen, pays_for in cursor.fetchall():
            bucket = Usable(bucket_id, BalanceKind(kind), fen, frozenset(pays_for))
            found[account_id].append(bucket)
    return found


def _taken(charge: AccountCharge, usable: Sequence[Usable]) -> list[Line]:
    if not usable:
        return [general(charge.account_id, -sum(charge.by_book.values()))]
    paid, left = allocate(charge.by_book, usable)
    lines = [
        Line(Book(bucket.kind), -fen, charge.account_id, bucket.bucket_id) for bucket, fen in paid
    ]
    return [*lines, general(charge.account_id, -left)]


def _refuse_other(reference: str, cycle: int, total_fen: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(CHARGED_BEFORE, [reference])
        found = cursor.fetchone()
    if found != (cycle, total_fen):
        raise WanhaoError(
            f"Charge '{reference}' was recorded for another cycle or another sum.",
            "Look it up; if this is a new one, give it a reference of its own.",
        )
