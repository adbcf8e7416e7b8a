"""Reads of balances."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models.expressions import RawSQL

from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, BalanceView
from wanhao.billing.models import AccountBalance, BalanceBucket, Payment

SPENDABLE = """
SELECT balance.account_id, balance.balance_fen + COALESCE((
    SELECT sum(balance_fen) FROM wanhao_billing_balancebucket AS bucket
    WHERE bucket.account_id = balance.account_id AND bucket.kind = 'gifted'
), 0)::bigint, balance.balance_fen < 0
FROM wanhao_billing_accountbalance AS balance WHERE balance.account_id = ANY(%s::bigint[])
"""

# The months that have bills are few and found by their index; nearly always the latest one answers.
BILLED_THROUGH = """
WITH RECURSIVE month AS (
    SELECT max(cycle) AS cycle FROM wanhao_billing_bill
    UNION ALL
    SELECT (SELECT max(cycle) FROM wanhao_billing_bill WHERE cycle < month.cycle)
    FROM month WHERE month.cycle IS NOT NULL
)
SELECT asked.id, greatest((
    SELECT month.cycle FROM month WHERE EXISTS (
        SELECT FROM wanhao_billing_bill AS bill
        WHERE bill.cycle = month.cycle AND bill.account_id = asked.id AND bill.source = 'own'
    ) ORDER BY month.cycle DESC LIMIT 1
), (
    SELECT max(run.cycle) FROM wanhao_billing_billrun AS run WHERE run.done_through >= asked.id
), 0)
FROM unnest(%s::bigint[]) AS asked(id)
"""
# Bills are left out: what they take was among the charges before. "+ 0" as in statements.py.
MOVED_SINCE = """
SELECT asked.id, asked.since, sum(posting.amount_fen)::bigint
FROM unnest(%s::bigint[], %s::timestamptz[]) AS asked(id, since)
JOIN wanhao_billing_posting AS posting
    ON posting.account_id = asked.id AND posting.book IN ('general', 'gifted')
JOIN wanhao_billing_journaltransaction AS journal
    ON journal.id = posting.transaction_id + 0
    AND journal.at >= asked.since AND journal.kind <> 'charge'
GROUP BY asked.id, asked.since
"""


def moved_since(asked: Collection[tuple[int, datetime]]) -> dict[tuple[int, datetime], int]:
    """How much more accounts can spend on anything since instants, in fen: payments, vouchers,
    credits and gifts, less what was given back and penalties; where nothing moved is left out."""
    pairs = set(asked)
    with connection.cursor() as cursor:
        cursor.execute(MOVED_SINCE, [[one for one, _ in pairs], [since for _, since in pairs]])
        return {(account_id, since): fen for account_id, since, fen in cursor.fetchall()}


def balances(account_ids: Collection[int]) -> dict[int, int]:
    """What each account can spend on anything, in fen: general and gifted money.

    An account without a balance is left out.
    """
    return {account_id: fen for account_id, (fen, _) in balances_and_debts(account_ids).items()}


def balances_and_debts(account_ids: Collection[int]) -> dict[int, tuple[int, bool]]:
    """As `balances`, each with whether the account owes: its general money is below zero."""
    with connection.cursor() as cursor:
        cursor.execute(SPENDABLE, [list(set(account_ids))])
        return {account_id: (fen, owes) for account_id, fen, owes in cursor.fetchall()}


def billed_through(account_ids: Collection[int]) -> dict[int, int]:
    """The last cycle of which each account has a bill of ours, which its balance has paid for, or
    had nothing to pay when the bills were issued.

    0 when there is none; a foreign billing's bills are not in our balances.
    """
    with connection.cursor() as cursor:
        cursor.execute(BILLED_THROUGH, [list(set(account_ids))])
        return dict(cursor.fetchall())


def balances_by_kind(account_id: int) -> tuple[BalanceView, ...]:
    """What an account has of each kind, general money first."""
    return balances_by_kind_of([account_id]).get(account_id, ())


def balances_by_kind_of(account_ids: Collection[int]) -> dict[int, tuple[BalanceView, ...]]:
    """The same of many accounts; an account without a balance is left out."""
    asked = RawSQL("SELECT unnest(%s::bigint[])", [list(set(account_ids))])
    found = {
        account_id: [BalanceView(kind=BalanceKind.GENERAL, amount_fen=fen)]
        for account_id, fen in AccountBalance.objects.filter(pk__in=asked).values_list(
            "pk", "balance_fen"
        )
    }
    buckets = BalanceBucket.objects.filter(account_id__in=asked, balance_fen__gt=0)
    for bucket in buckets.order_by("kind", "expires_at", "id"):
        found.setdefault(bucket.account_id, []).append(_view(bucket))
    return {account_id: tuple(views) for account_id, views in found.items()}


def _view(bucket: BalanceBucket) -> BalanceView:
    return BalanceView(
        kind=BalanceKind(bucket.kind),
        amount_fen=bucket.balance_fen,
        expires_at=bucket.expires_at,
        pays_for=tuple(Book(code) for code in bucket.pays_for),
        parts_left=(bucket.parts or 0) - bucket.returned_parts,
    )


def payments_by_reference(references: Collection[str]) -> dict[str, int]:
    """What was paid under each reference, in fen; one that nobody used is left out."""
    # One array: thousands of single parameters cost more than the answer.
    asked = RawSQL("SELECT unnest(%s::text[])", [list(set(references))])
    rows = Payment.objects.filter(reference__in=asked)
    return dict(rows.values_list("reference", "amount_fen"))
