"""Reads of balances."""

from collections.abc import Collection

from wanhao.billing.models import AccountBalance


def balances(account_ids: Collection[int]) -> dict[int, int]:
    """What each account has, in fen; an account without a balance is left out."""
    rows = AccountBalance.objects.filter(account_id__in=set(account_ids))
    return dict(rows.values_list("account_id", "balance_fen"))
