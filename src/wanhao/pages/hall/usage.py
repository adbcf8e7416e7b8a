"""What is used and left, day by day; and what is held, with the way to end it."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from wanhao.access.actions import record_read
from wanhao.menu.holding import Numbered, numbered
from wanhao.menu.wording import amount, contents, full_day, name, pick, price, service, zone
from wanhao.pages.design import clock
from wanhao.pages.hall.days import DayBars, day_bars
from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.rings import rings
from wanhao.pages.hall.standing import use_of
from wanhao.pages.hall.visitors import Visitor
from wanhao.parties.contracts import Language
from wanhao.products.queries import products_of
from wanhao.usage.details import records_of
from wanhao.usage.use_contracts import UseSoFar
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """Something that is held: its price and what it holds, until when, and the way to end it."""

    name: str
    price: str
    holds: str
    until: str
    end_url: str
    is_plan: bool


@require_safe
@hall_page
def usage(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Allowances, packs, days and holdings; looking through the month's records is recorded."""
    now, language = clock.now(), visitor.language
    use, out_of_reach = use_of(visitor.line, now)
    held = numbered(products_of(visitor.line.group_id, now))
    context = {
        "use": use,
        "out_of_reach": out_of_reach,
        "rings": rings(use, now, language) if use else (),
        "abroad": _abroad(use, language) if use else [],
        "days": [(service(one.code, language), one) for one in _days(request, visitor, now)],
        "held": [_held(one, language) for one in held],
        "bar": "hall-ask",
    }
    return render_hall(request, "hall/usage.html", context)


def _days(request: HttpRequest, visitor: Visitor, now: datetime) -> tuple[DayBars, ...]:
    number, cycle = visitor.line.number, Cycle.of(now).number
    record_read(request.user, f"line {number}", "use by day at the hall", now)
    try:
        found = records_of([number], cycle)
    except WanhaoError:
        return ()
    return day_bars(found, cycle, now, visitor.language)


def _abroad(use: UseSoFar, language: Language) -> list[tuple[str, str, str]]:
    return [
        (
            zone(one.zone, language),
            service(one.service.value, language),
            amount(one.service.value, one.units, use.voice_unit, language, up=True),
        )
        for one in use.abroad
        if one.units
    ]


def _held(one: Numbered, language: Language) -> HeldRow:
    product = one.product
    until = ""
    if product.until is not None:
        day = full_day(product.until, language)
        until = pick(language, (f"{day}到期", f"until {day}"))
    end_url = ""
    if one.ended_by:
        given = f"?{urlencode(one.given)}" if one.given else ""
        end_url = reverse("hall-item", kwargs={"code": one.ended_by}) + given
    return HeldRow(
        name=name(product.offering, language),
        price=price(product.offering, language),
        holds=contents(product.offering, language),
        until=until,
        end_url=end_url,
        is_plan=product.offering.is_plan,
    )
