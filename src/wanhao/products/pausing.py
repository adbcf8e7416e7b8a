"""Products that are paused in whole months while the number they serve is kept for later."""

from collections.abc import Collection, Sequence

from django.db import connection, transaction

from wanhao.products.contracts import Period
from wanhao.products.models import Product, ProductPause
from wanhao.products.ordering import lock_groups
from wanhao.values.errors import WanhaoError

END = """
UPDATE wanhao_products_productpause SET last_cycle = %s
WHERE last_cycle IS NULL AND first_cycle <= %s AND kept_for = ANY(%s::bigint[])
"""
FORGET = """
DELETE FROM wanhao_products_productpause
WHERE last_cycle IS NULL AND kept_for = ANY(%s::bigint[])
"""


@transaction.atomic
def pause_group(group_id: int, *, from_cycle: int, fee_fen: int, kept_for: int) -> None:
    """From a month on a group owes this fee for all that it holds by the month.

    WanhaoError when it holds nothing by the month.
    """
    lock_groups([group_id])
    rows = Product.objects.filter(group_id=group_id, until=None)
    monthly = rows.filter(offering__period=Period.MONTH.value).order_by("-slot", "id")
    _pause(group_id, list(monthly), from_cycle, fee_fen, kept_for)


@transaction.atomic
def pause_one(group_id: int, code: str, *, from_cycle: int, fee_fen: int, kept_for: int) -> None:
    """From a month on a group owes this fee for one of the products of a code that it holds.

    WanhaoError when none of them is without a pause.
    """
    lock_groups([group_id])
    paused = ProductPause.objects.filter(group_id=group_id, last_cycle=None)
    rows = Product.objects.filter(group_id=group_id, offering__code=code, until=None)
    free = rows.exclude(id__in=paused.values("product_id")).order_by("since", "id")
    _pause(group_id, list(free[:1]), from_cycle, fee_fen, kept_for)


@transaction.atomic
def end_pauses(kept_for: Collection[int], *, from_cycle: int, last_cycle: int) -> None:
    """From a month on the usual fees are owed again; `last_cycle` is the one before it."""
    with connection.cursor() as cursor:
        cursor.execute(END, [last_cycle, last_cycle, sorted(kept_for)])
        cursor.execute(FORGET, [sorted(kept_for)])


def _pause(
    group_id: int, rows: Sequence[Product], from_cycle: int, fee_fen: int, kept_for: int
) -> None:
    """The fee stands with the first of them."""
    if not rows:
        raise WanhaoError(
            f"Group {group_id} holds nothing that is paid by the month.",
            "There is nothing to pause; let the number be given back instead.",
        )
    ProductPause.objects.bulk_create(
        ProductPause(
            product=row,
            group_id=group_id,
            first_cycle=from_cycle,
            fee_fen=0 if place else fee_fen,
            kept_for=kept_for,
        )
        for place, row in enumerate(rows)
    )
