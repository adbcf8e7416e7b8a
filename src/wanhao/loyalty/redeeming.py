"""Turns points into items, the oldest first, and takes that back."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction

from wanhao.loyalty.contracts import (
    EntryKind,
    Redeemable,
    RedeemItem,
    RedemptionResult,
    ReversalResult,
)
from wanhao.loyalty.earning import last_day, may_redeem_today, oldest_good_year, points_rules
from wanhao.loyalty.models import PointsBatch, PointsEntry, Redemption, RedemptionReversal
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

MOST = 100_000
MOVE = """
UPDATE wanhao_loyalty_pointsbatch AS batch SET points = batch.points + moved.points
FROM unnest(%s::bigint[], %s::bigint[]) AS moved (batch_id, points) WHERE batch.id = moved.batch_id
"""


@transaction.atomic
def redeem(
    *, account_id: int, item: str, quantity: int = 1, reference: str, now: datetime
) -> RedemptionResult:
    """Turn points into so many of an item, the points that expire first before the others.

    A repeated reference changes nothing. WanhaoError when there are too few points, the item is
    unknown or cannot be had today, or the reference was used for something else.
    """
    wanted = _item(item)
    _check(quantity, reference)
    # The lock comes first: the same wish at the same time waits here and then finds its reference.
    batches = _locked_batches(account_id, now)
    left = sum(batch.points for batch in batches)
    if known := Redemption.objects.filter(reference=reference).first():
        if (known.account_id, known.item, known.quantity) != (account_id, item, quantity):
            raise _used_otherwise(reference)
        return _result(known, left, first=False)
    _refuse(wanted, wanted.points * quantity, left, now)
    made = _record(account_id, wanted, quantity, reference, now)
    taken = _oldest_first(batches, made.points)
    _move([(batch, -points) for batch, points in taken], EntryKind.REDEEMED, made, now)
    return _result(made, left - made.points, first=True)


def could_redeem(*, account_id: int, item: str, quantity: int, now: datetime) -> Redeemable:
    """What `redeem` would take and leave; it changes nothing, and refuses the same."""
    wanted = _item(item)
    _check(quantity, "a new one")
    batches = PointsBatch.objects.filter(
        account_id=account_id, year__gte=oldest_good_year(now, points_rules())
    )
    has = sum(batches.values_list("points", flat=True))
    points = wanted.points * quantity
    _refuse(wanted, points, has, now)
    return Redeemable(
        item=wanted,
        quantity=quantity,
        points=points,
        left=has - points,
        bill_fen=wanted.bill_fen * quantity,
    )


@transaction.atomic
def reverse_redemption(*, reference: str, reversal: str, now: datetime) -> ReversalResult:
    """Take a redemption back: its points return to the batches they came from.

    What returns to a batch that has expired expires again at once. A redemption is taken back once;
    the same `reversal` again changes nothing. WanhaoError when there is no such redemption, or it
    was taken back under another reference.
    """
    made = Redemption.objects.select_for_update().filter(reference=reference).first()
    if made is None:
        raise WanhaoError(
            f"There is no redemption '{reference}'.", "Look its reference up in the history."
        )
    known = RedemptionReversal.objects.filter(redemption=made).first()
    if known is None:
        _record_reversal(made, reversal, now)
        _return(made, now)
    elif known.reference != reversal:
        raise WanhaoError(
            f"Redemption '{reference}' was taken back already.", "There is nothing left to do."
        )
    return _reversal_result(made, first=known is None)


def _item(code: str) -> RedeemItem:
    items = points_rules().items
    if code not in items:
        raise WanhaoError(f"Nothing called '{code}' can be redeemed.", f"Use: {', '.join(items)}.")
    return items[code]


def _check(quantity: int, reference: str) -> None:
    if not 1 <= quantity <= MOST or not reference.strip():
        raise WanhaoError(
            f"Redemption '{reference}' of {quantity} cannot be made.",
            f"Give a reference and a quantity from 1 to {MOST}.",
        )


def _locked_batches(account_id: int, now: datetime) -> list[PointsBatch]:
    """The batches that are still good, the one that expires first in front."""
    oldest = oldest_good_year(now, points_rules())
    rows = PointsBatch.objects.select_for_update().filter(account_id=account_id, year__gte=oldest)
    return list(rows.order_by("year"))


def _refuse(item: RedeemItem, points: int, left: int, now: datetime) -> None:
    if not may_redeem_today(item, now):
        raise WanhaoError(
            f"'{item.code}' cannot be redeemed today.",
            f"It can from day {item.first_day} to day {item.last_day} of each month.",
        )
    if points > left:
        raise WanhaoError(
            f"{points} points are asked for, the account has {left}.", "Redeem less, or wait."
        )


def _record(
    account_id: int, item: RedeemItem, quantity: int, reference: str, now: datetime
) -> Redemption:
    try:
        with transaction.atomic():
            return Redemption.objects.create(
                account_id=account_id,
                item=item.code,
                quantity=quantity,
                points=item.points * quantity,
                bill_fen=item.bill_fen * quantity,
                reference=reference,
                at=now,
            )
    except IntegrityError as error:
        # The same reference for the same account would have waited at the lock.
        raise _used_otherwise(reference) from error


def _record_reversal(made: Redemption, reversal: str, now: datetime) -> None:
    if not reversal.strip():
        raise WanhaoError("The reversal has no reference.", "Give it one of its own.")
    try:
        with transaction.atomic():
            RedemptionReversal.objects.create(redemption=made, reference=reversal, at=now)
    except IntegrityError as error:
        raise _used_otherwise(reversal) from error


def _return(made: Redemption, now: datetime) -> None:
    entries = PointsEntry.objects.filter(redemption=made, kind=EntryKind.REDEEMED.value)
    taken = dict(entries.values_list("batch_id", "points"))
    rows = PointsBatch.objects.select_for_update().filter(id__in=taken)
    batches = list(rows.order_by("year"))
    _move([(batch, -taken[batch.pk]) for batch in batches], EntryKind.RETURNED, made, now)
    oldest = oldest_good_year(now, points_rules())
    gone = [(batch, taken[batch.pk]) for batch in batches if batch.year < oldest]
    _move(gone, EntryKind.EXPIRED, made, now)


def _oldest_first(batches: Sequence[PointsBatch], points: int) -> list[tuple[PointsBatch, int]]:
    taken = []
    for batch in batches:
        if part := min(batch.points, points):
            taken.append((batch, part))
            points -= part
    return taken


def _move(
    moved: Sequence[tuple[PointsBatch, int]], kind: EntryKind, made: Redemption, now: datetime
) -> None:
    """Change the batches and write the entries that explain it."""
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [[batch.pk for batch, _ in moved], [points for _, points in moved]])
    rules, today = points_rules(), now.astimezone(SHANGHAI).date()
    PointsEntry.objects.bulk_create(
        PointsEntry(
            account_id=made.account_id,
            batch=batch,
            kind=kind.value,
            points=points,
            redemption=made,
            day=last_day(batch.year, rules) if kind is EntryKind.EXPIRED else today,
            at=now,
        )
        for batch, points in moved
    )


def _result(made: Redemption, left: int, *, first: bool) -> RedemptionResult:
    return RedemptionResult(
        redemption_id=made.pk,
        account_id=made.account_id,
        item=made.item,
        quantity=made.quantity,
        points=made.points,
        bill_fen=made.bill_fen,
        left=left,
        first=first,
    )


def _reversal_result(made: Redemption, *, first: bool) -> ReversalResult:
    rows = PointsEntry.objects.filter(redemption=made).values_list("kind", "points")
    sums = {kind: sum(points for name, points in rows if name == kind) for kind in EntryKind}
    return ReversalResult(
        redemption_id=made.pk,
        account_id=made.account_id,
        bill_fen=made.bill_fen,
        returned=sums[EntryKind.RETURNED],
        expired=-sums[EntryKind.EXPIRED],
        first=first,
    )


def _used_otherwise(reference: str) -> WanhaoError:
    return WanhaoError(
        f"Reference '{reference}' was used for something else.",
        "Look it up; if this is a new wish, give it a reference of its own.",
    )
