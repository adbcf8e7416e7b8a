"""What data given to others does to the terms of a month: the giver's plan holds less of it, the
receiver has it as a pack that ends with the month; set-based."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import connection

from wanhao.products.contracts import HeldPack, Holding, Service

CODE = "data-gift"
IN_MONTH = """
SELECT cycle, giver_group_id, 0, mb, 0 FROM wanhao_products_datagift
WHERE giver_group_id = ANY(%(groups)s::bigint[]) AND cycle = ANY(%(cycles)s)
UNION ALL
SELECT cycle, receiver_group_id, id, mb, rank FROM wanhao_products_datagift
WHERE receiver_group_id = ANY(%(groups)s::bigint[]) AND cycle = ANY(%(cycles)s)
ORDER BY 3
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


def gifts_in(group_ids: Collection[int], cycles: Sequence[int]) -> dict[int, Gifts]:
    """The gifts of each of these months to and from groups."""
    given: dict[int, Counter[int]] = {cycle: Counter() for cycle in cycles}
    received: dict[int, dict[int, tuple[HeldPack, ...]]] = {
        cycle: defaultdict(tuple) for cycle in cycles
    }
    groups = f"{{{','.join(map(str, set(group_ids)))}}}"
    with connection.cursor() as cursor:
        cursor.execute(IN_MONTH, {"groups": groups, "cycles": list(cycles)})
        for cycle, group_id, number, mb, rank in cursor.fetchall():
            if number:
                received[cycle][group_id] += (_pack(number, mb, rank),)
            else:
                given[cycle][group_id] += mb
    return {cycle: Gifts(given=given[cycle], received=received[cycle]) for cycle in cycles}


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
