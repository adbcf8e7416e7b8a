"""What groups hold in the month that runs and from the next one on, read at one moment: the rows
once, for all that is asked of them."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from wanhao.products.contracts import FeeLine, Holding, Period
from wanhao.products.given import gifts_in
from wanhao.products.queries import tariffs_of_plans
from wanhao.products.remembered import offerings_of
from wanhao.products.terms import HeldRow, Terms, fee_lines
from wanhao.values.cycle import Cycle

HELD = """
SELECT product.id, group_id, offering_id, since, until, charged_from,
    offering.xmin::text || offering.ctid::text
FROM wanhao_products_product AS product
JOIN wanhao_products_productoffering AS offering ON offering.id = offering_id
WHERE group_id = ANY(%s::bigint[]) AND (until IS NULL OR until > %s)
ORDER BY group_id, product.id
"""
PAUSED = """
SELECT product_id, fee_fen, first_cycle, last_cycle FROM wanhao_products_productpause
WHERE group_id = ANY(%s::bigint[]) AND first_cycle <= %s
  AND (last_cycle IS NULL OR last_cycle >= %s)
"""


class _Row(NamedTuple):
    held: HeldRow
    charged_from: int


class RunningMonth:
    """As `fees`, `rent` and `holdings` of `queries`, of the month in which `now` is."""

    def __init__(self, group_ids: Collection[int], now: datetime) -> None:
        self._groups, self._now, self.cycle = list(set(group_ids)), now, Cycle.of(now)
        with connection.cursor() as cursor:
            cursor.execute(HELD, [self._groups, self.cycle.start])
            found = cursor.fetchall()
            cursor.execute(PAUSED, [self._groups, self.cycle.next.number, self.cycle.number])
            self._pauses = cursor.fetchall()
        self._rows = [_Row(HeldRow(*row[:5]), row[5]) for row in found]
        self._known = offerings_of({(row[2], row[6]) for row in found})

    def fees(self) -> dict[int, tuple[FeeLine, ...]]:
        """What each group owes in this month; a group that owes nothing is left out."""
        this = self.cycle
        held = [
            row.held
            for row in self._rows
            if row.charged_from <= this.number
            and row.held.since < this.end
            and (row.held.until is None or row.held.until > row.held.since)
        ]
        held.sort(key=lambda row: (row.group_id, row.since, row.product_id))
        return fee_lines(held, self._known, self._paused(this), this)

    def rent(self) -> dict[int, int]:
        """What each group owes in fen in every later month, if nothing changes any more; a group
        that holds nothing with a monthly fee is left out."""
        later = self.cycle.next
        paused, owed = self._paused(later), Counter[int]()
        for held, charged_from in self._rows:
            sold = self._known[held.offering_id]
            if (
                sold.period is Period.MONTH
                and charged_from <= later.number
                and _lasts_at(held, later.start)
            ):
                owed[held.group_id] += paused.get(held.product_id, sold.fee_fen)
        return dict(owed)

    def holdings(self) -> tuple[dict[int, Holding], dict[int, Holding]]:
        """The terms of each group now, and when the next month begins; a group without a plan is
        left out."""
        this, later = self.cycle, self.cycle.next
        tariffs = tariffs_of_plans(self._known)
        gifts = gifts_in(self._groups, (this.number, later.number))
        today, then = (
            Terms(self._known, tariffs, cycle).of_groups(
                (row.held for row in self._rows if _lasts_at(row.held, at)),
                self._paused(cycle),
                gifts[cycle.number],
            )
            for cycle, at in ((this, self._now), (later, later.start))
        )
        return today, then

    def _paused(self, cycle: Cycle) -> dict[int, int]:
        return {
            product_id: fee
            for product_id, fee, first, last in self._pauses
            if first <= cycle.number and (last is None or last >= cycle.number)
        }


def _lasts_at(held: HeldRow, at: datetime) -> bool:
    return held.since <= at and (held.until is None or held.until > at)
