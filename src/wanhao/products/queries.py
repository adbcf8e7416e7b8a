"""Reads of offerings and of products held."""

from collections.abc import Collection

from django.db.models.expressions import RawSQL

from wanhao.products.catalogue import FIGURES, WORDS
from wanhao.products.contracts import Offering
from wanhao.products.models import Product, ProductOffering
from wanhao.values.errors import WanhaoError


def offering(code: str) -> Offering:
    """The offering of that code; WanhaoError when there is none."""
    return _view(offering_row(code))


def offerings() -> tuple[Offering, ...]:
    """All offerings, in the order of the catalogue."""
    return tuple(_view(row) for row in ProductOffering.objects.order_by("id"))


def offerings_held(group_ids: Collection[int]) -> dict[int, Offering]:
    """The plan each group holds now; a group without one is left out."""
    # One array: thousands of single parameters cost more than the answer.
    groups = RawSQL("SELECT unnest(%s::bigint[])", [list(set(group_ids))])
    held = Product.objects.filter(group_id__in=groups, until__isnull=True)
    pairs = list(held.values_list("group_id", "offering_id"))
    rows = ProductOffering.objects.in_bulk({offering_id for _, offering_id in pairs})
    views = {offering_id: _view(row) for offering_id, row in rows.items()}
    return {group_id: views[offering_id] for group_id, offering_id in pairs}


def offering_row(code: str) -> ProductOffering:
    """The row of that code, for this room's actions; WanhaoError when there is none."""
    row = ProductOffering.objects.filter(code=code).first()
    if row is None:
        raise WanhaoError(
            f"No offering has the code '{code}'.",
            "Use a code of products/catalogue.toml, or load the catalogue first.",
        )
    return row


def _view(row: ProductOffering) -> Offering:
    return Offering(**{name: getattr(row, name) for name in (*WORDS, *FIGURES)})
