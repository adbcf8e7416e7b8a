"""Reads of the plans that groups could change to; set-based."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db import connection

from wanhao.products.contracts import Kind, Offering, Period, PlanChoice, PricedPlan
from wanhao.products.models import PlanTariff, ProductOffering
from wanhao.products.ordering import day_of
from wanhao.products.rows import offering_of
from wanhao.products.rules import excludes

HELD = """
SELECT group_id, offering_id, since, until
FROM wanhao_products_product
WHERE group_id = ANY(%s::bigint[]) AND since <= %s AND (until IS NULL OR until > %s)
ORDER BY group_id, id
"""


class _Held(NamedTuple):
    group_id: int
    offering_id: int
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """All that is needed to answer for any group, read once."""

    offerings: dict[int, Offering]
    tariffs: dict[tuple[int, int | None], int]
    today: date

    def others(self, plan_id: int, upgrade: int | None, beside: frozenset[int]) -> Iterator[int]:
        """The plans of the family on sale that go with all that is held `beside` the plan."""
        held = self.offerings[plan_id]
        kept = [self.offerings[pk] for pk in beside]
        for pk, one in self.offerings.items():
            like = (one.kind, one.family) == (held.kind, held.family) and one.code != held.code
            ordered = like and one.on_sale(self.today) and one.fee_fen >= one.minimum_fen
            fits = ordered and not any(excludes(one, other) for other in kept)
            if fits and _does_as_much(one, held) and (pk, upgrade) in self.tariffs:
                yield pk

    def priced(self, plan_id: int, upgrade: int | None) -> PricedPlan:
        """A plan with its tariff."""
        return PricedPlan(
            plan_id=plan_id, plan=self.offerings[plan_id], tariff=self.tariffs[plan_id, upgrade]
        )


def plan_choices(group_ids: Collection[int], now: datetime) -> dict[int, PlanChoice]:
    """The plan of each group, and those it could have instead as `ordering.change_plan` would take
    them; none for who changes it already. A group without a monthly plan is left out."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [list(set(group_ids)), now, now])
        rows = [_Held(*row) for row in cursor.fetchall()]
    catalogue = _catalogue(day_of(now))
    others: dict[tuple[int, int | None, frozenset[int]], tuple[PricedPlan, ...]] = {}
    found = {}
    for group_id, held in groupby(rows, key=attrgetter("group_id")):
        products = list(held)
        plan = _monthly_plan(products, catalogue)
        if plan is None:
            continue
        upgrade = _upgrade(products, catalogue)
        alike = (
            plan.offering_id,
            upgrade,
            frozenset(one.offering_id for one in products) - {plan.offering_id},
        )
        if alike not in others:
            others[alike] = tuple(catalogue.priced(pk, upgrade) for pk in catalogue.others(*alike))
        found[group_id] = PlanChoice(
            held=catalogue.priced(plan.offering_id, upgrade),
            since=plan.since,
            others=() if plan.until else others[alike],
        )
    return found


def _catalogue(today: date) -> _Catalogue:
    rows = ProductOffering.objects.order_by("place", "id")
    return _Catalogue(
        offerings={row.pk: offering_of(row) for row in rows},
        tariffs={(row.plan_id, row.upgrade_id): row.tariff_id for row in PlanTariff.objects.all()},
        today=today,
    )


def _monthly_plan(products: Sequence[_Held], catalogue: _Catalogue) -> _Held | None:
    for one in products:
        sold = catalogue.offerings[one.offering_id]
        if sold.is_plan and sold.period is Period.MONTH:
            return one
    return None


def _upgrade(products: Sequence[_Held], catalogue: _Catalogue) -> int | None:
    kinds = {one.offering_id: catalogue.offerings[one.offering_id].kind for one in products}
    return next((pk for pk, kind in kinds.items() if kind is Kind.UPGRADE), None)


def _does_as_much(one: Offering, held: Offering) -> bool:
    """Whether nothing gets slower by it, nor dearer abroad."""
    if one.period is not Period.MONTH or one.prices is None or held.prices is None:
        return False
    if one.speed_mbps < held.speed_mbps or one.voice_unit_seconds != held.voice_unit_seconds:
        return False
    abroad = [
        (theirs, ours)
        for zone, ours in held.prices.by_zone().items()
        if zone != "domestic"
        for theirs in (one.prices.by_zone()[zone],)
    ]
    return all(
        theirs.voice_fen <= ours.voice_fen
        and theirs.message_fen <= ours.message_fen
        and theirs.data_fen_per_mb <= ours.data_fen_per_mb
        for theirs, ours in abroad
    )
