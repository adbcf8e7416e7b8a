"""The catalogue: what is sold, in words a clerk can read aloud."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.pages.console import catalogue_words as words
from wanhao.pages.console.access import for_employees
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.products import queries as products
from wanhao.products.catalogue import Family
from wanhao.products.contracts import Offering


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One offering in the list."""

    code: str
    name: str
    fee: str
    includes: str
    demo: bool
    on_sale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The offerings of one family."""

    code: str
    name: str
    rows: tuple[Row, ...]


@require_safe
@for_employees
def catalogue(request: HttpRequest) -> HttpResponse:
    """What is sold, by family; a family and a word narrow it down."""
    today = clock.today()
    asked, family = request.GET.get("q", "").strip(), request.GET.get("family", "")
    sold, families = _latest(products.offerings(), today), products.families()
    shelves = _shelves([one for one in sold if _fits(one, asked, family)], families, today)
    context = {
        "shelves": shelves,
        "families": [(one.code, spoken(one.name_zh, one.name_en)) for one in families],
        "family": family,
        "asked": asked,
        "found": sum(len(shelf.rows) for shelf in shelves),
        "total": len(sold),
        "still": True,
    }
    return render_page(request, "console/catalogue.html", context)


@require_safe
@for_employees
def catalogue_offering(request: HttpRequest, code: str) -> HttpResponse:
    """All terms of one offering; not found when nothing has that code."""
    today = clock.today()
    everything = products.offerings()
    offering = next((one for one in _latest(everything, today) if one.code == code), None)
    if offering is None:
        raise Http404
    names = {one.code: (f"offering/{one.code}", words.name_of(one)) for one in everything}
    for one in products.families():
        names[one.code] = (f"family/{one.code}", spoken(one.name_zh, one.name_en))
    return render_page(request, "console/catalogue_offering.html", _page(offering, names, today))


def _page(offering: Offering, names: dict[str, tuple[str, str]], today: date) -> dict[str, Any]:
    return {
        "offering": offering,
        "name": words.name_of(offering),
        "fee": words.fee(offering),
        "includes": words.includes(offering),
        "terms": words.terms(offering, today),
        "zones": words.zones(offering),
        "tiers": words.tiers(offering),
        "excluded": [(code, *names.get(code, ("", code))) for code in offering.excludes],
        "parts": [(code, *names.get(code, ("", code))) for code in offering.parts],
        "demo_fields": words.demo_fields(offering),
        "source": words.source(offering),
        "on_sale": offering.on_sale(today),
        "still": True,
    }


def _latest(offerings: Sequence[Offering], today: date) -> list[Offering]:
    """One version of each code: the one on sale, else the one sold last."""
    chosen: dict[str, Offering] = {}
    for one in sorted(offerings, key=lambda one: (one.on_sale(today), one.sold_from)):
        chosen[one.code] = one
    return [one for one in offerings if chosen[one.code] is one]


def _fits(offering: Offering, asked: str, family: str) -> bool:
    told = f"{offering.code} {offering.name_zh} {offering.name_en}".casefold()
    return family in ("", offering.family) and asked.casefold() in told


def _shelves(
    offerings: Sequence[Offering], families: Sequence[Family], today: date
) -> tuple[Shelf, ...]:
    shelves = (
        Shelf(
            code=family.code,
            name=spoken(family.name_zh, family.name_en),
            rows=tuple(_row(one, today) for one in offerings if one.family == family.code),
        )
        for family in families
    )
    return tuple(shelf for shelf in shelves if shelf.rows)


def _row(offering: Offering, today: date) -> Row:
    return Row(
        code=offering.code,
        name=words.name_of(offering),
        fee=words.fee(offering),
        includes=words.includes(offering),
        demo=offering.is_demo,
        on_sale=offering.on_sale(today),
    )
