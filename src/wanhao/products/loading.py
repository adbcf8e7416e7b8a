"""Brings the offerings on record to what the catalogue says."""

from collections.abc import Sequence
from pathlib import Path

from django.db import transaction

from wanhao.products.catalogue import CATALOGUE_FOLDER, Family, examine, sound
from wanhao.products.contracts import Offering
from wanhao.products.models import CatalogueFamily, Product, ProductOffering
from wanhao.products.rows import row_of
from wanhao.products.tariffs import number_tariffs
from wanhao.values.errors import WanhaoError

Version = tuple[str, object]
# What a customer ordered stays as it was ordered; the rest may be corrected at any time.
BINDING = (
    "fee_fen",
    "period",
    "months",
    "lasts",
    "first_month",
    "allowances",
    "voice_unit_seconds",
    "prices",
    "schedule",
    "speed_mbps",
)
WRITTEN = (
    "sold_until",
    "family",
    "kind",
    "slot",
    "place",
    "name_zh",
    "name_en",
    "fee_fen",
    "period",
    "terms",
)


@transaction.atomic
def load_catalogue(path: Path = CATALOGUE_FOLDER) -> int:
    """Bring the offerings to what the catalogue says; returns how many it has.

    May be repeated. An offering that left the files stays, as customers may hold it. A mistake, or
    other terms for what somebody holds, changes nothing and raises WanhaoError.
    """
    catalogue = sound(examine(path))
    known = _known(catalogue.offerings)
    new = [row_of(offering, place) for place, offering in enumerate(catalogue.offerings)]
    _refuse_other_terms(new, known)
    _record_families(catalogue.families)
    ProductOffering.objects.bulk_create(
        new,
        update_conflicts=True,
        unique_fields=["code", "sold_from"],
        update_fields=list(WRITTEN),
    )
    number_tariffs()
    return len(new)


def _known(offerings: Sequence[Offering]) -> dict[Version, ProductOffering]:
    """The versions on record; rows from before there were versions become the first of theirs."""
    rows = list(ProductOffering.objects.all())
    begins = {offering.code: offering.sold_from for offering in reversed(offerings)}
    for row in rows:
        if not row.terms and row.code in begins:
            row.sold_from = begins[row.code]
            row.save(update_fields=["sold_from"])
    return {(row.code, row.sold_from): row for row in rows}


def _refuse_other_terms(
    new: Sequence[ProductOffering], known: dict[Version, ProductOffering]
) -> None:
    changed = {
        known[version].pk: row
        for row in new
        if (version := (row.code, row.sold_from)) in known and _differs(row, known[version])
    }
    held = Product.objects.filter(offering_id__in=changed).values_list("offering_id", flat=True)
    first = held.first()
    if first is not None:
        raise WanhaoError(
            f"'{changed[first].code}' is held by customers, so its terms stay as they are.",
            "Give its entry a last day of sale ('sold_until'), and add an entry of the same code "
            "with the new terms and a later 'sold_from'.",
        )


def _differs(row: ProductOffering, known: ProductOffering) -> bool:
    return bool(known.terms) and any(row.terms[name] != known.terms[name] for name in BINDING)


def _record_families(families: Sequence[Family]) -> None:
    CatalogueFamily.objects.bulk_create(
        [
            CatalogueFamily(
                code=family.code,
                place=family.place,
                name_zh=family.name_zh,
                name_en=family.name_en,
            )
            for family in families
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["place", "name_zh", "name_en"],
    )
