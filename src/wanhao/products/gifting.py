"""Data given to somebody else: looked at, written down once, and found again."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from wanhao.products.contracts import Holding
from wanhao.products.gift_contracts import DataGiftView, NewDataGift
from wanhao.products.gift_rules import (
    GiftTerms,
    Given,
    gift_terms,
    may_give_mb,
    refuse_gift,
    spare_mb,
)
from wanhao.products.models import DataGift
from wanhao.products.ordering import lock_groups
from wanhao.products.queries import holdings
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

# Numbered together with products: to the meter a gift is a pack, and no two packs have one number.
NEXT = "SELECT nextval(pg_get_serial_sequence('wanhao_products_product', 'id'))"


def refuse_data_gift(asked: NewDataGift, now: datetime) -> None:
    """WanhaoError when the data cannot be given: somebody has no such plan, the month's gifts are
    used up, or so much is not unused."""
    _look(asked, now)


@transaction.atomic
def give_data(asked: NewDataGift, now: datetime) -> DataGiftView:
    """Write a gift down, once per reference; WanhaoError as `refuse_data_gift` says.

    Tell the meter of both groups in the same transaction.
    """
    if not asked.reference:
        raise WanhaoError("A gift needs a reference.", "Give one that no other gift has.")
    lock_groups([asked.giver_group, asked.receiver_group])
    known = data_gift(asked.reference)
    if known is not None:
        return known
    terms, given = _look(asked, now)
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        (number,) = cursor.fetchone()
    row = DataGift(
        id=number,
        giver_group_id=asked.giver_group,
        giver_line_id=asked.giver_line,
        receiver_group_id=asked.receiver_group,
        receiver_line_id=asked.receiver_line,
        cycle=Cycle.of(now).number,
        nth=given.times + 1,
        mb=asked.mb,
        rank=terms.rank,
        reference=asked.reference,
        given_at=now,
    )
    row.save(force_insert=True)
    return _view(row)


def data_gift(reference: str) -> DataGiftView | None:
    """The gift of a reference."""
    row = DataGift.objects.filter(reference=reference).first()
    return None if row is None else _view(row)


def data_gifts(group_ids: Collection[int], cycle: int) -> tuple[DataGiftView, ...]:
    """What groups gave in a month, oldest first."""
    rows = DataGift.objects.filter(giver_group_id__in=list(group_ids), cycle=cycle)
    return tuple(_view(row) for row in rows.order_by("id"))


def data_left_to_give(group_id: int, plan_data_used: int, now: datetime) -> int:
    """MB that a group may give at once; 0 where it has no plan of which data may be given."""
    terms, held = gift_terms(now), holdings([group_id], now).get(group_id)
    if not _is_of(terms, held):
        return 0
    assert held is not None
    spare = spare_mb(terms, held.data_mb, plan_data_used)
    return min(may_give_mb(terms, _given(group_id, now)), spare)


def _look(asked: NewDataGift, now: datetime) -> tuple[GiftTerms, Given]:
    terms = gift_terms(now)
    held = holdings([asked.giver_group, asked.receiver_group], now)
    giver, receiver = held.get(asked.giver_group), held.get(asked.receiver_group)
    if giver is None or not _is_of(terms, giver):
        raise WanhaoError(
            "Only holders of a plan of their own choice may give data.",
            "Change to such a plan; it begins next month.",
        )
    if asked.giver_group == asked.receiver_group or not _is_of(terms, receiver):
        raise cannot_receive()
    given = _given(asked.giver_group, now)
    spare = spare_mb(terms, giver.data_mb, asked.plan_data_used)
    refuse_gift(terms, asked.mb, given, spare, now)
    return terms, given


def cannot_receive() -> WanhaoError:
    """One wording for every reason, so that nobody learns what a stranger holds."""
    return WanhaoError(
        "This number cannot be given data.",
        "Give to another customer of ours with a plan of their own choice.",
    )


def _is_of(terms: GiftTerms, held: Holding | None) -> bool:
    return held is not None and held.plan.family == terms.family


def _given(group_id: int, now: datetime) -> Given:
    gifts = data_gifts([group_id], Cycle.of(now).number)
    return Given(times=len(gifts), mb=sum(gift.mb for gift in gifts))


def _view(row: DataGift) -> DataGiftView:
    return DataGiftView(
        gift_id=row.pk,
        giver_group=row.giver_group_id,
        giver_line=row.giver_line_id,
        receiver_group=row.receiver_group_id,
        receiver_line=row.receiver_line_id,
        cycle=row.cycle,
        mb=row.mb,
        given_at=row.given_at,
    )
