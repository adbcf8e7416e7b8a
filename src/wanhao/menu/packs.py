"""Which pack is meant, and what an order of it costs; for the items that open, end and explain."""

from collections.abc import Sequence
from datetime import datetime

from wanhao.menu.finding import matching, on_sale, the_one
from wanhao.products.contracts import Kind, Offering
from wanhao.products.queries import offerings

WHAT = ("流量包或短信包", "pack")


def packs_on_sale(now: datetime) -> list[Offering]:
    """The packs that may be ordered today."""
    return [one for one in on_sale(offerings(), now) if one.kind is Kind.PACK]


def pack_named(wanted: str, now: datetime, also: Sequence[Offering] = ()) -> Offering:
    """The pack on sale, or of those in hand, that is meant; RefusedError as `the_one` says."""
    if in_hand := matching(wanted, also):
        return the_one(wanted, in_hand, WHAT)
    return the_one(wanted, packs_on_sale(now), WHAT)
