"""Writes of offerings and of products held."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from wanhao.products.composing import compose_plan
from wanhao.products.contracts import NewHolding, Offering, TariffTerms
from wanhao.products.ending import end_all, end_one
from wanhao.products.gifting import give_data, refuse_data_gift
from wanhao.products.loading import load_catalogue
from wanhao.products.models import DataStop, Tariff
from wanhao.products.ordering import cancel, change_plan, lock_groups, order, order_locked
from wanhao.products.pausing import end_pauses, pause_group, pause_one
from wanhao.products.queries import sold_as
from wanhao.products.roaming import carry_roaming, switch_roaming
from wanhao.products.rules import end_of_taken_over, slot_of
from wanhao.products.tariffs import tariff_number, tariff_of
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

__all__ = [
    "cancel",
    "carry_roaming",
    "change_plan",
    "compose_plan",
    "end_all",
    "end_due",
    "end_one",
    "end_pauses",
    "give_data",
    "hold_offering",
    "hold_offerings",
    "lift_data_stop",
    "load_catalogue",
    "lock_groups",
    "order",
    "order_locked",
    "pause_group",
    "pause_one",
    "refuse_data_gift",
    "stop_data",
    "switch_roaming",
    "take_untold_tariffs",
    "tariff_number",
]

ASKED = """
WITH asked AS (
    SELECT * FROM unnest(
        %s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::int[], %s::timestamptz[]
    ) AS asked(group_id, offering_id, slot, since, charged_from, until)
)
"""
END_OTHERS = (
    ASKED
    + """
UPDATE wanhao_products_product AS product
SET until = greatest(product.since, asked.since), ends_at = NULL
FROM asked
WHERE product.group_id = asked.group_id AND product.slot = asked.slot AND asked.slot <> ''
  AND (product.until IS NULL OR product.until > asked.since)
  AND product.offering_id <> asked.offering_id
"""
)
HOLD = (
    ASKED
    + """
INSERT INTO wanhao_products_product
    (group_id, offering_id, slot, since, charged_from, until, ends_at)
SELECT group_id, offering_id, slot, since, charged_from, until,
    CASE WHEN extract(day FROM until AT TIME ZONE 'Asia/Shanghai') > 1 THEN until END
FROM asked
WHERE NOT EXISTS (
    SELECT FROM wanhao_products_product AS product
    WHERE product.group_id = asked.group_id AND product.offering_id = asked.offering_id
      AND asked.slot <> ''
      AND (product.until IS NULL OR (asked.until IS NOT NULL AND product.until > asked.since))
)
"""
)
STOP = """
INSERT INTO wanhao_products_datastop (group_id, cycle, since)
SELECT group_id, %s, %s FROM unnest(%s::bigint[]) AS asked(group_id)
ON CONFLICT (group_id, cycle) WHERE lifted_at IS NULL DO NOTHING
"""
END_DUE = """
UPDATE wanhao_products_product SET ends_at = NULL
WHERE id = ANY (ARRAY(
    SELECT id FROM wanhao_products_product WHERE ends_at <= %s
    ORDER BY ends_at LIMIT %s FOR UPDATE SKIP LOCKED
))
RETURNING group_id
"""


def hold_offering(group_ids: Sequence[int], code: str, since: datetime) -> None:
    """Let groups hold an offering from `since`; what they held in its place ends at that moment.

    A group that holds it already keeps it as it is. WanhaoError when nothing of that code is sold.
    """
    groups = dict.fromkeys(group_ids)
    hold_offerings([NewHolding(group_id=group, code=code, since=since) for group in groups])


@transaction.atomic
def hold_offerings(holdings: Sequence[NewHolding]) -> None:
    """Let many groups hold offerings; see `hold_offering`. Nothing is checked but the codes.

    For accounts that are opened or taken over; what a customer wants is `order`. A yearly term ends
    on the day it began, in the first such year that the first month billed here has not passed.
    """
    sold = {code: sold_as(code) for code in {holding.code for holding in holdings}}
    asked: list[Any] = [
        [holding.group_id for holding in holdings],
        [sold[holding.code][0] for holding in holdings],
        [slot_of(sold[holding.code][1]) for holding in holdings],
        [holding.since for holding in holdings],
        [_charged_from(holding) for holding in holdings],
        [_term_end(holding, sold[holding.code][1]) for holding in holdings],
    ]
    with connection.cursor() as cursor:
        cursor.execute(END_OTHERS, asked)
        cursor.execute(HOLD, asked)


def _charged_from(holding: NewHolding) -> int:
    return holding.charged_from or Cycle.of(holding.since).number


def _term_end(holding: NewHolding, sold: Offering) -> datetime | None:
    return end_of_taken_over(sold, holding.since, Cycle(_charged_from(holding)))


def end_due(now: datetime, limit: int = 500) -> list[int]:
    """The groups some of whose products ended within their month since this was last asked.

    Each end is given out once; call it in the transaction that tells the meter.
    """
    with connection.cursor() as cursor:
        cursor.execute(END_DUE, [now, limit])
        return sorted({group_id for (group_id,) in cursor.fetchall()})


def take_untold_tariffs() -> tuple[TariffTerms, ...]:
    """The tariffs the meter does not know yet, which from now on count as told.

    Call it in the transaction that tells the meter; a rival waits for its end.
    """
    rows = list(Tariff.objects.select_for_update().filter(told=False).order_by("id"))
    if rows:
        Tariff.objects.filter(id__in=[row.pk for row in rows]).update(told=True)
    return tuple(tariff_of(row) for row in rows)


def stop_data(group_ids: Sequence[int], cycle: int, now: datetime) -> None:
    """Remember that the data of groups is stopped for a month; one that is stopped stays so."""
    with connection.cursor() as cursor:
        cursor.execute(STOP, [cycle, now, list(dict.fromkeys(group_ids))])


def lift_data_stop(group_id: int, cycle: int, now: datetime) -> None:
    """The customer wants data again in a month it was stopped; WanhaoError when it is not."""
    stopped = DataStop.objects.filter(group_id=group_id, cycle=cycle, lifted_at__isnull=True)
    if not stopped.update(lifted_at=now):
        raise WanhaoError(
            f"The data of group {group_id} is not stopped in {cycle}.",
            "Nothing has to be done: data works.",
        )
