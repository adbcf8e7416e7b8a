"""Writes the journal. The database adds postings to balances and refuses what is out of zero."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from wanhao.billing.books import Book
from wanhao.billing.contracts import JournalKind
from wanhao.billing.models import AccountBalance, BalanceBucket
from wanhao.values.errors import WanhaoError

# Postings of a transaction come in one statement, so that the database can see that they sum to
# zero. A reference that is known already is left out, together with its postings.
POST = """
WITH entered AS (
    INSERT INTO wanhao_billing_journaltransaction (kind, reference, at, cycle, memo)
    SELECT %s, reference, %s, %s, memo FROM unnest(%s::text[], %s::text[]) AS told(reference, memo)
    ON CONFLICT (kind, reference) DO NOTHING
    RETURNING id, reference
), posted AS (
    INSERT INTO wanhao_billing_posting (transaction_id, book, account_id, bucket_id, amount_fen)
    SELECT entered.id, line.book, line.account_id, line.bucket_id, line.fen
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS line(reference, book, account_id, bucket_id, fen)
    JOIN entered USING (reference)
)
SELECT reference, id FROM entered
"""
LOCK = """
SELECT account_id, balance_fen FROM wanhao_billing_accountbalance
WHERE account_id = ANY(%s::bigint[]) ORDER BY account_id FOR NO KEY UPDATE
"""


class Line(NamedTuple):
    """One posting to be: above zero credit, below zero debit."""

    book: Book
    fen: int
    account_id: int | None = None
    bucket_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A transaction to be written; lines of nothing are left out."""

    reference: str
    lines: Sequence[Line]
    memo: str = ""


def post(
    kind: JournalKind, drafts: Iterable[Draft], now: datetime, cycle: int | None = None
) -> dict[str, int]:
    """Write transactions of one kind, each once per reference; returns the ids of the new ones.

    The accounts must be locked by `lock_accounts`; it runs inside the caller's transaction.
    """
    # In one order, so that two lists which share references wait for each other too.
    told = sorted(drafts, key=lambda draft: draft.reference)
    lines = [(draft.reference, line) for draft in told for line in draft.lines if line.fen]
    with connection.cursor() as cursor:
        cursor.execute(
            POST,
            [
                kind.value,
                now,
                cycle,
                [draft.reference for draft in told],
                [draft.memo for draft in told],
                [reference for reference, _ in lines],
                [line.book.value for _, line in lines],
                [line.account_id for _, line in lines],
                [line.bucket_id for _, line in lines],
                [line.fen for _, line in lines],
            ],
        )
        return dict(cursor.fetchall())


def post_new(kind: JournalKind, drafts: Sequence[Draft], now: datetime) -> dict[str, int]:
    """As `post`, but a reference that is known already is an error and nothing may stay."""
    entered = post(kind, drafts, now)
    for draft in drafts:
        if draft.reference not in entered:
            raise WanhaoError(
                f"'{draft.reference}' was recorded with another amount or for another account.",
                "Look it up; if this is a new one, give it a reference of its own.",
            )
    return entered


def lock_accounts(account_ids: Collection[int]) -> dict[int, int]:
    """Lock accounts until the transaction ends; returns their general balances.

    They are locked in one order, so that two lists wait for each other and never deadlock.
    WanhaoError when one of them has no balance.
    """
    wanted = set(account_ids)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(wanted)])
        found = dict(cursor.fetchall())
    if len(found) < len(wanted):
        missing = min(wanted - found.keys())
        raise WanhaoError(f"Account {missing} has no balance.", "Open the account's balance first.")
    return found


def general(account_id: int, fen: int) -> Line:
    """A posting to an account's general money."""
    return Line(Book.GENERAL, fen, account_id)


def of_bucket(bucket: BalanceBucket, fen: int) -> Line:
    """A posting to a bucket."""
    return Line(Book(bucket.kind), fen, bucket.account_id, bucket.pk)


def general_balance(account_id: int) -> int:
    """What an account has of general money at this moment of the transaction."""
    return AccountBalance.objects.values_list("balance_fen", flat=True).get(pk=account_id)
