"""What was added to groups since an instant: to see whether a reminder is still true."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import connection

from wanhao.products.contracts import HeldPack
from wanhao.products.queries import holdings

BEGUN_SINCE = """
SELECT asked.id, asked.since, product.id
FROM unnest(%s::bigint[], %s::timestamptz[]) AS asked(id, since)
JOIN wanhao_products_product AS product
    ON product.group_id = asked.id AND product.since >= asked.since AND product.since <= %s
"""


def packs_since(
    asked: Collection[tuple[int, datetime]], now: datetime
) -> dict[tuple[int, datetime], tuple[HeldPack, ...]]:
    """The packs that groups hold now and that began since instants; where there are none is left
    out."""
    pairs = set(asked)
    begun: dict[tuple[int, datetime], set[int]] = defaultdict(set)
    with connection.cursor() as cursor:
        groups, instants = [one for one, _ in pairs], [since for _, since in pairs]
        cursor.execute(BEGUN_SINCE, [groups, instants, now])
        for group_id, since, product_id in cursor.fetchall():
            begun[group_id, since].add(product_id)
    if not begun:
        return {}
    held = holdings({group_id for group_id, _ in begun}, now)
    found = {
        pair: tuple(pack for pack in held[pair[0]].packs if pack.product_id in products)
        for pair, products in begun.items()
        if pair[0] in held
    }
    return {pair: packs for pair, packs in found.items() if packs}
