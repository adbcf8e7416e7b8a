"""Reads of what ends by itself soon: for those who tell the customers; set-based."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection

from wanhao.products.contracts import EndingProducts, Lasts, Offering
from wanhao.products.models import Product, ProductOffering
from wanhao.products.ordering import day_of
from wanhao.products.rows import offering_of
from wanhao.values.cycle import SHANGHAI

# A place in the order in which ends are looked through: the instant and the product's id.
Place = tuple[datetime, int]
BY_THEMSELVES = [Lasts.TERM.value, Lasts.MONTH.value]
# Not told: days, what the customer cancelled, and whoever has the next one in its place already.
ENDING = """
WITH ending AS NOT MATERIALIZED (
    SELECT product.id, product.group_id, product.offering_id, product.until
    FROM wanhao_products_product AS product
    JOIN wanhao_products_productoffering AS offering ON offering.id = product.offering_id
    WHERE product.until - product.since >= %(least)s
        AND offering.terms ->> 'lasts' = ANY(%(lasts)s::text[])
        AND NOT EXISTS (
            SELECT FROM wanhao_products_product AS next
            WHERE next.group_id = product.group_id
                AND next.slot = product.slot AND next.slot <> ''
                AND next.since >= product.until
                AND (next.until IS NULL OR next.until > next.since)
        )
)
"""
PAGE = (
    ENDING
    + """
SELECT id, group_id, until FROM ending
WHERE (until, id) > (%(until)s, %(product)s) AND until <= %(horizon)s
ORDER BY until, id LIMIT %(limit)s
"""
)
TOGETHER = (
    ENDING
    + """
SELECT group_id, until, id, offering_id FROM ending
WHERE group_id = ANY(%(groups)s::bigint[]) AND until = ANY(%(untils)s::timestamptz[])
ORDER BY group_id, until, id
"""
)
LAST = 2**62
Row = tuple[int, datetime, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingPage:
    """Some of what ends, and where to go on; None: that was all."""

    ending: tuple[EndingProducts, ...]
    after: Place | None


def ending_products(
    now: datetime, within: timedelta, *, after: Place | None = None, limit: int = 5_000
) -> EndingPage:
    """What ends by itself `within` some time after `now`, by its end; what ends together is one.

    Left out is what lasted less than that time altogether, what the customer cancelled, and what
    has its successor already.
    """
    until, product = after or (now, LAST)
    asked: dict[str, Any] = {
        "until": until,
        "product": product,
        "horizon": now + within,
        "least": within,
        "lasts": BY_THEMSELVES,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(PAGE, asked)
        rows = cursor.fetchall()
        groups, untils = [row[1] for row in rows], [row[2] for row in rows]
        cursor.execute(TOGETHER, {**asked, "groups": groups, "untils": untils})
        together = cursor.fetchall()
    here = {row[0] for row in rows}
    alike = [list(found) for _, found in groupby(together, key=lambda row: row[:2])]
    last = rows[-1] if len(rows) == limit else None
    return EndingPage(
        # Of what ends together the first decides on which page it is.
        ending=_ending([found for found in alike if found[0][2] in here], now),
        after=None if last is None else (last[2], last[0]),
    )


def ends_of(product_ids: Collection[int]) -> dict[int, datetime | None]:
    """When each product ends, None for one that goes on; an unknown one is left out."""
    rows = Product.objects.filter(id__in=list(set(product_ids)))
    return dict(rows.values_list("id", "until"))


def last_day(until: datetime) -> date:
    """The last day of something that ends at `until`; what ends at midnight had the day before."""
    return (until - timedelta(seconds=1)).astimezone(SHANGHAI).date()


def _ending(alike: list[list[Row]], now: datetime) -> tuple[EndingProducts, ...]:
    ids = {offering_id for rows in alike for *_, offering_id in rows}
    held = {pk: offering_of(row) for pk, row in ProductOffering.objects.in_bulk(ids).items()}
    prices = _prices({offering.code for offering in held.values()}, now)
    found = []
    for rows in sorted(alike, key=lambda rows: rows[0][1:3]):
        group_id, until, *_ = rows[0]
        offerings = tuple(held[offering_id] for *_, offering_id in rows)
        found.append(
            EndingProducts(
                group_id=group_id,
                until=until,
                products=tuple(product for _, _, product, _ in rows),
                offerings=offerings,
                taken_up_fen=_sum([prices.get(sold.code) for sold in offerings]),
            )
        )
    return tuple(found)


def _prices(codes: set[str], now: datetime) -> dict[str, int]:
    """What each code costs today; a code that is not on sale is left out."""
    today = day_of(now)
    versions = ProductOffering.objects.filter(code__in=codes).order_by("sold_from")
    sold: list[Offering] = [offering_of(row) for row in versions]
    return {offering.code: offering.fee_fen for offering in sold if offering.on_sale(today)}


def _sum(fees: list[int | None]) -> int | None:
    known = [fee for fee in fees if fee is not None]
    return sum(known) if len(known) == len(fees) else None
