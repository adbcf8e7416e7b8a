"""Rows of offerings as contracts, and back."""

from pydantic import TypeAdapter

from wanhao.products.contracts import Offering
from wanhao.products.models import ProductOffering
from wanhao.products.rules import slot_of

OFFERING = TypeAdapter(Offering)


def offering_of(row: ProductOffering) -> Offering:
    """An offering as other rooms see it."""
    return OFFERING.validate_python(row.terms)


def row_of(offering: Offering, place: int, *, composed: bool = False) -> ProductOffering:
    """A new row for an offering."""
    return ProductOffering(
        code=offering.code,
        sold_from=offering.sold_from,
        sold_until=offering.sold_until,
        family=offering.family,
        kind=offering.kind.value,
        slot=slot_of(offering),
        place=place,
        name_zh=offering.name_zh,
        name_en=offering.name_en,
        fee_fen=offering.fee_fen,
        period=offering.period.value,
        composed=composed,
        terms=OFFERING.dump_python(offering, mode="json"),
    )
