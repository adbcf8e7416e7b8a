"""What products a group holds come to in a month: its terms, and the lines of its fees; pure."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from wanhao.products import rules
from wanhao.products.contracts import FeeKind, FeeLine, HeldPack, Holding, Kind, Offering, Period
from wanhao.products.given import Gifts
from wanhao.values.cycle import Cycle

KEPT = "keep-number"
"""What the fee of a paused product is called on a bill."""


class HeldRow(NamedTuple):
    """A product of a group, and the row of its offering."""

    product_id: int
    group_id: int
    offering_id: int
    since: datetime
    until: datetime | None


def fee_lines(
    held: Iterable[HeldRow],
    known: Mapping[int, Offering],
    paused: Mapping[int, int],
    month: Cycle,
) -> dict[int, tuple[FeeLine, ...]]:
    """What each group owes in a month it held these, some of them paused for another fee; a group
    that owes nothing is left out."""
    start, end = month.start, month.end
    kinds = {pk: rules.fee_kind(sold) for pk, sold in known.items()}
    owed: dict[tuple[object, ...], tuple[int, int, int]] = {}  # most products owe alike
    lines: dict[int, list[FeeLine]] = defaultdict(list)
    for row in held:
        sold = known[row.offering_id]
        if row.product_id in paused and sold.period is Period.MONTH:
            lines[row.group_id] += _kept(row.product_id, paused[row.product_id])
            continue
        ends = row.until if row.until and row.until < end else None
        # A fee that is owed once is owed by those who began with the month, and by nobody before.
        alike = (row.offering_id, row.since if row.since >= start else None, ends)
        if alike not in owed:
            owed[alike] = rules.fee_in(sold, row.since, row.until, month)
        fee, days, of_days = owed[alike]
        if fee:
            lines[row.group_id].append(
                FeeLine(
                    product_id=row.product_id,
                    offering_code=sold.code,
                    name_zh=sold.name_zh,
                    name_en=sold.name_en,
                    fee_fen=fee,
                    days=days,
                    of_days=of_days,
                    kind=kinds[row.offering_id],
                )
            )
    return {group_id: tuple(found) for group_id, found in lines.items() if found}


def _kept(product_id: int, fee_fen: int) -> list[FeeLine]:
    """What is owed for a product that is paused; nothing stands on no bill."""
    line = FeeLine(
        product_id=product_id,
        offering_code=KEPT,
        name_zh="停机保号",
        name_en="Number kept",
        fee_fen=fee_fen,
        days=0,
        of_days=0,
        kind=FeeKind.RENT,
    )
    return [line] if fee_fen else []


class Terms:
    """Turns what a group holds in a month into its terms; groups that hold alike share them."""

    def __init__(
        self,
        known: Mapping[int, Offering],
        tariffs: Mapping[tuple[int, int | None], int],
        cycle: Cycle,
    ) -> None:
        self._known, self._tariffs = known, tariffs
        self._plans = {pk for pk, sold in known.items() if sold.is_plan}
        self._kinds = {pk: sold.kind for pk, sold in known.items()}
        self._cycle, self._start = cycle, cycle.start
        self._alike: dict[tuple[object, ...], Holding] = {}

    def of_groups(
        self, held: Iterable[HeldRow], paused: Collection[int], gifts: Gifts
    ) -> dict[int, Holding]:
        """The terms of each group, whose rows come together; a group without a plan is left out."""
        found = {}
        for group_id, rows in groupby(held, key=attrgetter("group_id")):
            holding = self.of(list(rows), paused)
            if holding is not None:
                found[group_id] = gifts.change(group_id, holding)
        return found

    def of(self, rows: Sequence[HeldRow], paused: Collection[int] = ()) -> Holding | None:
        """The terms of one group; None when it has no plan. What is paused includes nothing."""
        plan, upgrade, packs = None, None, []
        for row in rows:
            kind = self._kinds[row.offering_id]
            if row.offering_id in self._plans:
                plan = row
            elif kind is Kind.UPGRADE:
                upgrade = row.offering_id
            elif kind is Kind.PACK:
                packs.append(row)
        if plan is None:
            return None
        bare = self._bare(plan, upgrade)
        if plan.product_id in paused:
            return replace(bare, voice_minutes=0, messages=0, data_mb=0, rolls=False)
        return replace(bare, packs=self._packs(packs)) if packs else bare

    def _bare(self, plan: HeldRow, upgrade: int | None) -> Holding:
        since = plan.since if plan.since > self._start else None
        alike = (plan.offering_id, upgrade, since)
        if alike not in self._alike:
            sold, cycle = self._known[plan.offering_id], self._cycle
            self._alike[alike] = Holding(
                plan=sold,
                plan_id=plan.offering_id,
                tariff=self._tariffs[plan.offering_id, upgrade],
                voice_minutes=rules.included_in(sold, sold.voice_minutes, plan.since, cycle),
                messages=rules.included_in(sold, sold.messages, plan.since, cycle),
                data_mb=rules.included_in(sold, sold.data_mb, plan.since, cycle),
                rolls=sold.rolls,
                packs=(),
            )
        return self._alike[alike]

    def _packs(self, rows: Sequence[HeldRow]) -> tuple[HeldPack, ...]:
        return tuple(
            HeldPack(
                product_id=row.product_id,
                code=sold.code,
                service=part.service,
                quantity=rules.included_in(sold, part.quantity, row.since, self._cycle),
                rank=part.rank,
                rolls=part.rolls,
                renews=row.until is None,
            )
            for row in rows
            for sold in (self._known[row.offering_id],)
            for part in sold.allowances
        )
