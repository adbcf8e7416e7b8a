"""What data given to others does to the terms of a month: the giver's plan holds less of it, the
receiver has it as a pack that ends with the month; set-based."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from django.db import connection

from wanhao.products.contracts import HeldPack, Holding, Service

CODE = "data-gift"
IN_MONTH = """
SELECT giver_group_id, 0, mb, 0 FROM wanhao_products_datagift
WHERE giver_group_id = ANY(%(groups)s::bigint[]) AND cycle = %(cycle)s
UNION ALL
SELECT receiver_group_id, id, mb, rank FROM wanhao_products_datagift
WHERE receiver_group_id = ANY(%(groups)s::bigint[]) AND cycle = %(cycle)s
ORDER BY 2
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gifts:
    """MB that groups gave, and what they were given, by group."""

    given: Mapping[int, int]
    received: Mapping[int, tuple[HeldPack, ...]]

    def change(self, group_id: int, holding: Holding) -> Holding:
        """The terms with what was given and received; a plan that became smaller gives nothing."""
        given, received = self.given.get(group_id, 0), self.received.get(group_id, ())
        if not given and not received:
            return holding
        data_mb = max(holding.data_mb - given, 0)
        return replace(holding, data_mb=data_mb, packs=(*holding.packs, *received))


def gifts_in(group_ids: Collection[int], cycle: int) -> Gifts:
    """The gifts of a month to and from groups."""
    given: Counter[int] = Counter()
    received: dict[int, tuple[HeldPack, ...]] = defaultdict(tuple)
    groups = f"{{{','.join(map(str, set(group_ids)))}}}"
    with connection.cursor() as cursor:
        cursor.execute(IN_MONTH, {"groups": groups, "cycle": cycle})
        for group_id, number, mb, rank in cursor.fetchall():
            if number:
                received[group_id] += (_pack(number, mb, rank),)
            else:
                given[group_id] += mb
    return Gifts(given=given, received=received)


def _pack(number: int, mb: int, rank: int) -> HeldPack:
    return HeldPack(
        product_id=number,
        code=CODE,
        service=Service.DATA,
        quantity=mb,
        rank=rank,
        rolls=False,
        renews=False,
    )
