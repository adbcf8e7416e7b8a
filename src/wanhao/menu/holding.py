"""What a line's group holds, as a numbered list; the same list wherever a number is meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from wanhao.products.contracts import HeldProduct, Kind

CANCELLED_BY = {
    Kind.PACK: ("pack_cancel", "pack"),
    Kind.UPGRADE: ("auto_upgrade_off", ""),
    Kind.BROADBAND: ("value_added", "product"),
    Kind.MODULE: ("value_added", "product"),
}
"""The item that ends a product of a kind, and how it is told which; plans are changed instead, and
a card's fee goes with the card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """A product under its number in the list, and the item that ends it, if one does."""

    number: int
    product: HeldProduct
    ended_by: str = ""
    given: tuple[tuple[str, str], ...] = ()


def numbered(held: Sequence[HeldProduct]) -> tuple[Numbered, ...]:
    """What is held, the plan first, then in the order of ordering."""
    ordered = sorted(held, key=lambda one: (not one.offering.is_plan, one.since, one.product_id))
    return tuple(_numbered(place, one) for place, one in enumerate(ordered, start=1))


def _numbered(place: int, product: HeldProduct) -> Numbered:
    kind = product.offering.kind
    if kind not in CANCELLED_BY or product.until is not None:
        return Numbered(number=place, product=product)
    item, name = CANCELLED_BY[kind]
    given = ((name, product.offering.code),) if name else ()
    return Numbered(number=place, product=product, ended_by=item, given=given)
