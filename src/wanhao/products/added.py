"""What was added to groups since an instant: to see whether a reminder is still true."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from wanhao.products.contracts import HeldPack
from wanhao.products.queries import holdings

BEGUN_SINCE = """
SELECT product.id, product.group_id
FROM unnest(%s::bigint[], %s::timestamptz[]) AS asked(id, since)
JOIN wanhao_products_product AS product
    ON product.group_id = asked.id AND product.since >= asked.since AND product.since <= %s
"""


def packs_since(asked: Mapping[int, datetime], now: datetime) -> dict[int, tuple[HeldPack, ...]]:
    """The packs each group holds now that began since an instant of its own.

    A group without one is left out.
    """
    with connection.cursor() as cursor:
        cursor.execute(BEGUN_SINCE, [list(asked), list(asked.values()), now])
        begun = dict(cursor.fetchall())
    if not begun:
        return {}
    found = {
        group_id: tuple(pack for pack in holding.packs if pack.product_id in begun)
        for group_id, holding in holdings(set(begun.values()), now).items()
    }
    return {group_id: packs for group_id, packs in found.items() if packs}
