"""Reads of offerings, of products held, and of what is owed for them; set-based."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter
from typing import Any, LiteralString

from django.db import connection
from django.db.models.expressions import RawSQL

from wanhao.prepared.questions import ask
from wanhao.products.catalogue import Family
from wanhao.products.contracts import (
    FeeLine,
    HeldProduct,
    Holding,
    Kind,
    Offering,
    StoppedData,
    TariffTerms,
)
from wanhao.products.given import gifts_in
from wanhao.products.models import (
    CatalogueFamily,
    DataStop,
    ProductOffering,
    Tariff,
)
from wanhao.products.remembered import (
    catalogue_offerings,
    offerings_by_id,
    offerings_of,
    offerings_of_code,
)
from wanhao.products.tariffs import tariff_of
from wanhao.products.terms import HeldRow, Terms, fee_lines
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

HELD = """
SELECT DISTINCT ON (group_id) group_id, offering_id
FROM wanhao_products_product
WHERE group_id = ANY(%s::bigint[]) AND slot = 'plan'
  AND (until IS NULL OR (until > statement_timestamp() AND until > since))
ORDER BY group_id, since
"""
AT = """
SELECT id, group_id, offering_id, since, until
FROM wanhao_products_product
WHERE group_id = ANY(%s) AND since <= %s AND (until IS NULL OR until > %s)
ORDER BY group_id, id
"""
ON_OR_LATER = """
SELECT product.id, group_id, offering_id, since, until,
    offering.xmin::text || offering.ctid::text
FROM wanhao_products_product AS product
JOIN wanhao_products_productoffering AS offering ON offering.id = offering_id
WHERE group_id = {asked} AND (until IS NULL OR (until > %s AND until > since))
ORDER BY group_id, product.id
"""
OF_GROUP: LiteralString = ON_OR_LATER.replace("{asked}", "%s")
OF_GROUPS: LiteralString = ON_OR_LATER.replace("{asked}", "ANY(%s::bigint[])")
TARIFFS_AT = """
SELECT group_id, offering_id, offering.kind
FROM wanhao_products_product AS product
JOIN wanhao_products_productoffering AS offering ON offering.id = offering_id
WHERE group_id = ANY(%s::bigint[]) AND since <= %s AND (until IS NULL OR until > %s)
    AND offering.kind = ANY(%s)
ORDER BY group_id, product.id
"""
TARIFFS = """
SELECT plan_id, upgrade_id, tariff_id FROM wanhao_products_plantariff
WHERE plan_id = ANY(%s::bigint[])
"""
PAUSED = """
SELECT product_id, fee_fen FROM wanhao_products_productpause
WHERE group_id = ANY(%s::bigint[]) AND first_cycle <= %s
  AND (last_cycle IS NULL OR last_cycle >= %s)
"""
OWED = """
SELECT product.id, group_id, offering_id, since, until
FROM wanhao_products_product AS product
WHERE group_id = ANY(%s) AND charged_from <= %s AND since < %s
  AND (until IS NULL OR (until > %s AND until > since))
ORDER BY group_id, since, id
"""
RENT = """
SELECT product.group_id, sum(coalesce(pause.fee_fen, offering.fee_fen))::bigint
FROM wanhao_products_product AS product
JOIN wanhao_products_productoffering AS offering ON offering.id = offering_id
LEFT JOIN wanhao_products_productpause AS pause ON pause.product_id = product.id
    AND pause.first_cycle <= %s AND (pause.last_cycle IS NULL OR pause.last_cycle >= %s)
WHERE product.group_id = ANY(%s) AND charged_from <= %s AND since <= %s
  AND (until IS NULL OR until > %s) AND offering.period = 'month'
GROUP BY product.group_id
"""


def offering(code: str, day: date | None = None) -> Offering:
    """The offering of a code as sold on a day, else the latest; WanhaoError if there is none."""
    return sold_as(code, day)[1]


def offerings() -> tuple[Offering, ...]:
    """The offerings of the catalogue, in its order."""
    return catalogue_offerings()


def families() -> tuple[Family, ...]:
    """The families of the catalogue, in its order."""
    rows = CatalogueFamily.objects.order_by("place", "id")
    return tuple(
        Family(place=row.place, code=row.code, name_zh=row.name_zh, name_en=row.name_en)
        for row in rows
    )


def offerings_held(group_ids: Collection[int]) -> dict[int, Offering]:
    """The plan each group holds now; a group without one is left out."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [_array(group_ids)])
        pairs = cursor.fetchall()
    known = offerings_by_id({offering_id for _, offering_id in pairs})
    return {group_id: known[offering_id] for group_id, offering_id in pairs}


def codes_held(group_ids: Collection[int], now: datetime) -> dict[int, frozenset[str]]:
    """The codes of all that each group holds now; a group that holds nothing is left out."""
    held = _rows(AT, [list(set(group_ids)), now, now])
    codes = {pk: one.code for pk, one in offerings_by_id({row.offering_id for row in held}).items()}
    return {
        group_id: frozenset(codes[row.offering_id] for row in rows)
        for group_id, rows in groupby(held, key=attrgetter("group_id"))
    }


def products_of(group_id: int, now: datetime) -> tuple[HeldProduct, ...]:
    """What a group holds or will hold, in the order it was ordered."""
    return _held(ask(OF_GROUP, group_id, now)).get(group_id, ())


def products_of_groups(
    group_ids: Collection[int], now: datetime
) -> dict[int, tuple[HeldProduct, ...]]:
    """The same of many groups; a group that holds nothing is left out."""
    with connection.cursor() as cursor:
        cursor.execute(OF_GROUPS, [_array(group_ids), now])
        return _held(cursor.fetchall())


def _held(found: Sequence[tuple[Any, ...]]) -> dict[int, tuple[HeldProduct, ...]]:
    held = [HeldRow(*row[:5]) for row in found]
    known = offerings_of({(row[2], row[5]) for row in found})
    return {
        group_id: tuple(
            HeldProduct(
                product_id=row.product_id,
                group_id=group_id,
                offering=known[row.offering_id],
                since=row.since,
                until=row.until,
            )
            for row in rows
        )
        for group_id, rows in groupby(held, key=attrgetter("group_id"))
    }


def offering_names(codes: Collection[str]) -> dict[str, tuple[str, str]]:
    """What offerings are called in Chinese and English, by code, as sold last; unknown codes are
    left out."""
    rows = ProductOffering.objects.filter(code__in=set(codes)).order_by("sold_from")
    return {code: (zh, en) for code, zh, en in rows.values_list("code", "name_zh", "name_en")}


def holdings(group_ids: Collection[int], at: datetime) -> dict[int, Holding]:
    """The terms of each group at an instant; a group without a plan is left out."""
    held = _rows(AT, [list(set(group_ids)), at, at])
    known, cycle = offerings_by_id({row.offering_id for row in held}), Cycle.of(at)
    terms = Terms(known, tariffs_of_plans(known), cycle)
    gifts = gifts_in(group_ids, (cycle.number,))[cycle.number]
    return terms.of_groups(held, _paused(group_ids, cycle.number), gifts)


def tariffs_held(group_ids: Collection[int], at: datetime) -> dict[int, TariffTerms]:
    """The tariff of each group at an instant; a group without a plan is left out."""
    with connection.cursor() as cursor:
        kinds = [kind.value for kind in (Kind.PLAN, Kind.BUNDLE, Kind.UPGRADE)]
        cursor.execute(TARIFFS_AT, [_array(group_ids), at, at, kinds])
        held = cursor.fetchall()
    plans = {group_id: pk for group_id, pk, kind in held if kind != Kind.UPGRADE}
    upgrades = {group_id: pk for group_id, pk, kind in held if kind == Kind.UPGRADE}
    tariffs = tariffs_of_plans(plans.values())
    numbers = {group_id: tariffs[plan, upgrades.get(group_id)] for group_id, plan in plans.items()}
    known = {row.pk: tariff_of(row) for row in Tariff.objects.filter(id__in=set(numbers.values()))}
    return {group_id: known[number] for group_id, number in numbers.items()}


def fees(cycle: int, group_ids: Collection[int]) -> dict[int, tuple[FeeLine, ...]]:
    """What each group owes in a month for what it holds; a group that owes nothing is left out."""
    month = Cycle(cycle)
    held = _rows(OWED, [list(set(group_ids)), cycle, month.end, month.start])
    known = offerings_by_id({row.offering_id for row in held})
    return fee_lines(held, known, _paused(group_ids, cycle), month)


def rent(cycle: int, group_ids: Collection[int]) -> dict[int, int]:
    """What each group owes in fen in every month from `cycle` on, if nothing changes any more."""
    start = Cycle(cycle).start
    with connection.cursor() as cursor:
        cursor.execute(RENT, [cycle, cycle, list(set(group_ids)), cycle, start, start])
        return dict(cursor.fetchall())


def tariffs_after(number: int = 0) -> tuple[TariffTerms, ...]:
    """The tariffs with a higher number, in their order."""
    rows = Tariff.objects.filter(id__gt=number).order_by("id")
    return tuple(tariff_of(row) for row in rows)


def data_stops(group_ids: Collection[int], cycle: int) -> tuple[StoppedData, ...]:
    """The stops of data of groups in a month, lifted or not, oldest first."""
    groups = RawSQL("SELECT unnest(%s::bigint[])", [list(set(group_ids))])
    rows = DataStop.objects.filter(group_id__in=groups, cycle=cycle).order_by("id")
    return tuple(
        StoppedData(
            group_id=row.group_id, cycle=row.cycle, since=row.since, lifted_at=row.lifted_at
        )
        for row in rows
    )


def groups_without_data(group_ids: Collection[int], cycle: int) -> set[int]:
    """Those of the groups whose data is stopped in a month."""
    groups = RawSQL("SELECT unnest(%s::bigint[])", [list(set(group_ids))])
    rows = DataStop.objects.filter(group_id__in=groups, cycle=cycle, lifted_at=None)
    return set(rows.values_list("group_id", flat=True))


def next_groups_without_data(cycle: int, after: int, limit: int) -> tuple[int, ...]:
    """The next groups beyond `after` whose data is stopped in a month, in order."""
    rows = DataStop.objects.filter(cycle=cycle, lifted_at=None, group_id__gt=after)
    return tuple(rows.order_by("group_id").values_list("group_id", flat=True)[:limit])


def sold_as(code: str, day: date | None = None) -> tuple[int, Offering]:
    """The offering of a code as sold on a day, else the latest, with the id of its row, for this
    room; WanhaoError when there is none."""
    versions = offerings_of_code(code)
    if not versions:
        raise WanhaoError(
            f"No offering has the code '{code}'.",
            "Use a code of: wanhao catalogue list. Load the catalogue if it is missing there.",
        )
    sold = [one for one in versions.items() if day is not None and one[1].on_sale(day)]
    return (sold or list(versions.items()))[0]


def _paused(group_ids: Collection[int], cycle: int) -> dict[int, int]:
    """The products of groups that are paused in a month, each with what is owed instead."""
    with connection.cursor() as cursor:
        cursor.execute(PAUSED, [_array(group_ids), cycle, cycle])
        return dict(cursor.fetchall())


def tariffs_of_plans(offering_ids: Collection[int]) -> dict[tuple[int, int | None], int]:
    """The number of the tariff of each of these that is a plan, alone and with each upgrade."""
    with connection.cursor() as cursor:
        cursor.execute(TARIFFS, [_array(offering_ids)])
        return {(plan, upgrade): tariff for plan, upgrade, tariff in cursor.fetchall()}


def _array(values: Collection[int]) -> str:
    """The values as PostgreSQL writes an array, which is quicker than a list of parameters."""
    return f"{{{','.join(map(str, set(values)))}}}"


def _rows(sql: str, parameters: list[Any]) -> list[HeldRow]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [HeldRow(*row) for row in cursor.fetchall()]
