"""Prestored money goes back to the general balance in equal monthly parts."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanhao.billing.contracts import JournalKind
from wanhao.billing.ledger import Draft, Line, general, lock_accounts, of_bucket, post_new
from wanhao.billing.models import BalanceBucket


def part_due(total_fen: int, parts: int, done: int, due: int) -> int:
    """What parts `done + 1` to `due` come to: equal parts, the remainder in the last."""
    share = total_fen // parts
    return (total_fen if due == parts else share * due) - share * done if due > done else 0


def parts_due(first_cycle: int, cycle: int, parts: int) -> int:
    """How many of the parts are due by a cycle, which counts itself."""
    return max(0, min(parts, _months(cycle) - _months(first_cycle) + 1))


@transaction.atomic
def return_prestored(
    *, cycle: int, after_account: int, limit: int, now: datetime
) -> tuple[tuple[int, ...], int | None]:
    """Return what is due by a cycle, once per bucket and cycle, for the next accounts.

    Returns the accounts that have more to spend now and the last account looked at; None when
    there are no more.
    """
    account_ids = _next_accounts(after_account, limit)
    if not account_ids:
        return (), None
    lock_accounts(account_ids)
    rows = BalanceBucket.objects.filter(account_id__in=account_ids, kind="prestored")
    buckets = list(rows.filter(balance_fen__gt=0).order_by("account_id", "id"))
    lines: list[Line] = []
    for bucket in buckets:
        lines.extend(_return(bucket, cycle))
    BalanceBucket.objects.bulk_update(buckets, ["returned_parts"], batch_size=1_000)
    if lines:
        # A bucket moves once in a cycle, so the first of them makes the reference unique.
        reference = f"prestored-{cycle}-{lines[0].bucket_id}"
        post_new(JournalKind.PRESTORED, [Draft(reference=reference, lines=lines)], now)
    moved = sorted({line.account_id for line in lines if line.account_id is not None})
    return tuple(moved), account_ids[-1]


def _next_accounts(after_account: int, limit: int) -> Sequence[int]:
    rows = BalanceBucket.objects.filter(
        kind="prestored", balance_fen__gt=0, account_id__gt=after_account
    )
    return list(rows.order_by("account_id").values_list("account_id", flat=True).distinct()[:limit])


def _return(bucket: BalanceBucket, cycle: int) -> list[Line]:
    """The postings of what is due; a charge-back may have left less than the parts come to."""
    assert bucket.total_fen is not None
    assert bucket.parts is not None
    assert bucket.first_cycle is not None
    due = parts_due(bucket.first_cycle, cycle, bucket.parts)
    fen = part_due(bucket.total_fen, bucket.parts, bucket.returned_parts, due)
    bucket.returned_parts = max(bucket.returned_parts, due)
    fen = min(fen, bucket.balance_fen)
    return [of_bucket(bucket, -fen), general(bucket.account_id, fen)] if fen else []


def _months(cycle: int) -> int:
    year, month = divmod(cycle, 100)
    return year * 12 + month
