"""Reads of balances."""

from collections.abc import Collection

from django.db import connection

from wanhao.billing.books import Book
from wanhao.billing.contracts import BalanceKind, BalanceView
from wanhao.billing.models import AccountBalance, BalanceBucket

SPENDABLE = """
SELECT balance.account_id, balance.balance_fen + COALESCE((
    SELECT sum(balance_fen) FROM wanhao_billing_balancebucket AS bucket
    WHERE bucket.account_id = balance.account_id AND bucket.kind = 'gifted'
), 0)::bigint
FROM wanhao_billing_accountbalance AS balance WHERE balance.account_id = ANY(%s::bigint[])
"""


def balances(account_ids: Collection[int]) -> dict[int, int]:
    """What each account can spend on anything, in fen: general and gifted money.

    An account without a balance is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(SPENDABLE, [list(set(account_ids))])
        return dict(cursor.fetchall())


def balances_by_kind(account_id: int) -> tuple[BalanceView, ...]:
    """What an account has of each kind, general money first."""
    views = [
        BalanceView(kind=BalanceKind.GENERAL, amount_fen=fen)
        for fen in AccountBalance.objects.filter(pk=account_id).values_list(
            "balance_fen", flat=True
        )
    ]
    buckets = BalanceBucket.objects.filter(account_id=account_id, balance_fen__gt=0)
    views.extend(_view(bucket) for bucket in buckets.order_by("kind", "expires_at", "id"))
    return tuple(views)


def _view(bucket: BalanceBucket) -> BalanceView:
    return BalanceView(
        kind=BalanceKind(bucket.kind),
        amount_fen=bucket.balance_fen,
        expires_at=bucket.expires_at,
        pays_for=tuple(Book(code) for code in bucket.pays_for),
        parts_left=(bucket.parts or 0) - bucket.returned_parts,
    )
