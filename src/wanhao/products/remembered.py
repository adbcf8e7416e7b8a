"""Offerings read before are not read again while their rows are the same.

Each write of a row gives it another place and transaction in PostgreSQL (`ctid`, `xmin`); to ask
for these costs little beside reading the terms.
"""

from collections.abc import Collection, Sequence
from typing import Any

from django.db import connection
from django.db.models import TextField
from django.db.models.expressions import RawSQL

from wanhao.products.contracts import Offering
from wanhao.products.models import ProductOffering
from wanhao.products.rows import offering_of

MOST = 20_000
OF_IDS = """
SELECT id, xmin::text || ctid::text FROM wanhao_products_productoffering
WHERE id = ANY(%s::bigint[])
"""
OF_CATALOGUE = """
SELECT id, xmin::text || ctid::text FROM wanhao_products_productoffering
WHERE NOT composed ORDER BY place, id
"""
OF_CODE = """
SELECT id, xmin::text || ctid::text FROM wanhao_products_productoffering
WHERE code = %s ORDER BY sold_from DESC
"""
# As it was when the row itself is read, so that no older row is taken for a newer one.
WRITTEN = RawSQL(
    "wanhao_products_productoffering.xmin::text || wanhao_products_productoffering.ctid::text",
    [],
    output_field=TextField(),
)
Version = tuple[int, str]
_known: dict[Version, Offering] = {}


def offerings_by_id(ids: Collection[int]) -> dict[int, Offering]:
    """These offerings by their id; an id without a row is left out."""
    return _read(OF_IDS, [list(ids)]) if ids else {}


def catalogue_offerings() -> tuple[Offering, ...]:
    """All that is in the catalogue, in its order."""
    return tuple(_read(OF_CATALOGUE, []).values())


def offerings_of_code(code: str) -> dict[int, Offering]:
    """The versions of an offering by their id, the one sold last first."""
    return _read(OF_CODE, [code])


def _read(query: str, asked: Sequence[Any]) -> dict[int, Offering]:
    with connection.cursor() as cursor:
        cursor.execute(query, asked)
        return offerings_of(cursor.fetchall())


def offerings_of(versions: Collection[Version]) -> dict[int, Offering]:
    """The offerings of rows that were read together with their `xmin` and `ctid`, by their id."""
    known = {version[0]: _known[version] for version in versions if version in _known}
    new = [pk for pk, _ in versions if pk not in known]
    if new:
        if len(_known) > MOST:
            _known.clear()
        for row in ProductOffering.objects.filter(pk__in=new).annotate(written=WRITTEN):
            known[row.pk] = _known[row.pk, row.written] = offering_of(row)
    return {pk: known[pk] for pk, _ in versions if pk in known}
