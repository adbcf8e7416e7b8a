"""The hall at a glance: rings and money first, what is due, three shortcuts, help."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.menu.wording import month, name, pick
from wanhao.pages.design import clock
from wanhao.pages.hall.dues import dues
from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.rings import packs, rings
from wanhao.pages.hall.shelves import Entry, entries
from wanhao.pages.hall.standing import Standing, standing_of
from wanhao.pages.hall.visitors import Visitor
from wanhao.values.cycle import Cycle

SHORTCUTS = 3
USUAL = ("topup", "pack_open", "bill", "usage")


@require_safe
@hall_page
def home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The whole page."""
    return render_hall(request, "hall/home.html", _context(visitor))


@require_safe
@hall_page
def home_part(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What moves while records come in."""
    return render_hall(request, "hall/_standing.html", _context(visitor))


def shortcuts(standing: Standing, visitor: Visitor) -> tuple[Entry, ...]:
    """Three items: what this customer did lately, then what fits how they stand."""
    wanted = dict.fromkeys(_wanted(standing))
    here = entries(wanted, visitor.door, visitor.language)
    return tuple(islice(here, SHORTCUTS))


def _wanted(standing: Standing) -> Iterator[str]:
    if (standing.money.balance_fen or 0) < 0:
        yield "topup"
    yield from standing.done
    yield from USUAL


def _context(visitor: Visitor) -> dict[str, Any]:
    now: datetime = clock.now()
    standing = standing_of(visitor.line, now)
    language, money = visitor.language, standing.money
    plan = next((one.offering for one in standing.held if one.offering.is_plan), None)
    return {
        "use": standing.use,
        "out_of_reach": standing.out_of_reach,
        "rings": rings(standing.use, now, language) if standing.use else (),
        "packs": packs(standing.held, language),
        "plan": name(plan, language) if plan else "",
        "money": money,
        "owed_fen": max(-(money.balance_fen or 0), 0),
        "month": month(Cycle.of(now).number, language),
        "points": standing.points.points if standing.points else 0,
        "star": _star(standing, visitor),
        "dues": dues(money, language),
        "shortcuts": shortcuts(standing, visitor),
        "visitor": visitor,
    }


def _star(standing: Standing, visitor: Visitor) -> str:
    star = standing.star
    return pick(visitor.language, (star.name_zh, star.name_en)) if star else ""
