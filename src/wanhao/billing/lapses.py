"""Gifted and restricted money lapses when its time is over."""

from datetime import datetime

from django.db import transaction

from wanhao.billing.books import Book
from wanhao.billing.contracts import JournalKind
from wanhao.billing.ledger import Draft, Line, lock_accounts, of_bucket, post_new
from wanhao.billing.models import BalanceBucket


@transaction.atomic
def lapse_money(
    *, after_account: int, limit: int, now: datetime
) -> tuple[tuple[int, ...], int | None]:
    """Take what has expired by `now` from the next accounts, each amount once.

    Returns the accounts that have less now and the last account looked at; None when there are no
    more.
    """
    expired = BalanceBucket.objects.filter(expires_at__lte=now, balance_fen__gt=0)
    found = expired.filter(account_id__gt=after_account).order_by("account_id")
    account_ids = list(found.values_list("account_id", flat=True).distinct()[:limit])
    if not account_ids:
        return (), None
    lock_accounts(account_ids)
    buckets = list(expired.filter(account_id__in=account_ids).order_by("account_id", "id"))
    if buckets:
        lines = [of_bucket(bucket, -bucket.balance_fen) for bucket in buckets]
        lines.append(Line(Book.LAPSED, sum(bucket.balance_fen for bucket in buckets)))
        draft = Draft(reference=f"lapse-{buckets[0].pk}", lines=lines)
        post_new(JournalKind.LAPSE, [draft], now)
    return tuple(sorted({bucket.account_id for bucket in buckets})), account_ids[-1]
