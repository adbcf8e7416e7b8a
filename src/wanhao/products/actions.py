"""Writes of offerings and of products held."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from django.db import connection, transaction

from wanhao.products.catalogue import CATALOGUE_FILE, FIGURES, read_catalogue
from wanhao.products.models import Product, ProductOffering
from wanhao.products.queries import offering_row

HOLD = """
INSERT INTO wanhao_products_product (group_id, offering_id, since)
SELECT id, %s, %s FROM unnest(%s::bigint[]) AS id
"""


@transaction.atomic
def load_catalogue(path: Path = CATALOGUE_FILE) -> int:
    """Bring the offerings to what the catalogue says; returns how many it has.

    May be repeated. An offering that left the file stays, as customers may hold it. A file with a
    mistake changes nothing and raises WanhaoError.
    """
    offerings = read_catalogue(path)
    ProductOffering.objects.bulk_create(
        [ProductOffering(**asdict(offering)) for offering in offerings],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name_zh", "name_en", *FIGURES],
    )
    return len(offerings)


@transaction.atomic
def hold_offering(group_ids: Sequence[int], code: str, since: datetime) -> None:
    """Let groups hold an offering from `since`; the plan they held ends at that moment.

    A group that holds it already keeps it as it is. WanhaoError when nothing of that code is sold.
    """
    offering = offering_row(code)
    held = Product.objects.filter(group_id__in=group_ids, until__isnull=True)
    holders = set(held.filter(offering=offering).values_list("group_id", flat=True))
    held.exclude(offering=offering).update(until=since)
    takers = [group_id for group_id in dict.fromkeys(group_ids) if group_id not in holders]
    with connection.cursor() as cursor:
        cursor.execute(HOLD, [offering.pk, since, takers])
