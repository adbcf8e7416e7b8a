"""The cash of halls on a day: what each clerk took, what was counted, and what differs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from wanhao.billing.cash_contracts import ClerkCash
from wanhao.billing.tills import cash_of_day
from wanhao.outlets.contracts import NewPlace
from wanhao.outlets.counter.drawers import closings_of_day
from wanhao.outlets.counter_contracts import ClosingView
from wanhao.outlets.queries import HALLS, listed
from wanhao.pages.console.access import employee_of, for_employees, out_of_scope
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.staff.contracts import EmployeeView, Permission
from wanhao.staff.queries import employees_by_id, roles_held
from wanhao.staff.roles import known_roles
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.check_scope import Scope, halls_in_scope, scope_of_hall


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawer:
    """A clerk's cash at a hall on a day; `closing` None until it was counted."""

    hall: str
    clerk_id: int
    payments: int
    taken_fen: int
    closing: ClosingView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Of many drawers; the difference is of those that were counted."""

    drawers: int
    uncounted: int
    taken_fen: int
    counted_fen: int
    difference_fen: int


@require_safe
@for_employees
def drawers(request: HttpRequest) -> HttpResponse:
    """The halls of a day with cash, or the clerks of one of them."""
    now = clock.now()
    if not _may_look(request):
        return out_of_scope(request, Scope(allowed=False))
    day, mistake = _day(request, now.astimezone(SHANGHAI).date())
    asked = request.GET.get("hall", "").strip()[:32]
    found = drawers_of(cash_of_day(day, asked), closings_of_day(day, [asked] if asked else None))
    codes = {one.hall for one in found} | ({asked} if asked else set())
    places = [view.place for view in listed(day, kinds=HALLS, codes=codes)]
    theirs = {place.code: place for place in _theirs(request, places)}
    if asked and places and asked not in theirs:
        return out_of_scope(request, _scope(request, places[0]))
    if asked and not places:
        mistake = mistake or gettext("There is no hall with this code. Choose one from the list.")
    shown = [one for one in found if one.hall in theirs]
    context = {
        "day": day,
        "hall": theirs.get(asked),
        "name": _name(theirs[asked]) if asked in theirs else "",
        "rows": _clerks(shown) if asked else _halls(shown, theirs),
        "sums": sums_of(shown),
        "mistake": mistake,
        "still": True,
    }
    return render_page(request, "counter/drawers.html", context, 400 if mistake else 200)


def drawers_of(taken: Iterable[ClerkCash], closings: Iterable[ClosingView]) -> list[Drawer]:
    """Every drawer in which something is or that was counted, by hall and clerk."""
    cash = {(one.hall, one.clerk_id): one for one in taken}
    counted = {(one.hall, one.clerk_id): one for one in closings}
    return [
        Drawer(
            hall=hall,
            clerk_id=clerk_id,
            payments=cash[hall, clerk_id].payments if (hall, clerk_id) in cash else 0,
            taken_fen=cash[hall, clerk_id].amount_fen if (hall, clerk_id) in cash else 0,
            closing=counted.get((hall, clerk_id)),
        )
        for hall, clerk_id in sorted(cash.keys() | counted.keys())
    ]


def sums_of(found: Sequence[Drawer]) -> Sums:
    """What the drawers come to."""
    closings = [one.closing for one in found if one.closing is not None]
    return Sums(
        drawers=len(found),
        uncounted=len(found) - len(closings),
        taken_fen=sum(one.taken_fen for one in found),
        counted_fen=sum(one.counted_fen for one in closings),
        difference_fen=sum(one.difference_fen for one in closings),
    )


def _may_look(request: HttpRequest) -> bool:
    """Whether some role somebody holds lets them see drawers anywhere."""
    if settings.DEMO:
        return True
    employee = employee_of(request)
    roles = known_roles()
    return employee is not None and any(
        Permission.SEE_DRAWERS in roles[held.role].may
        for held in roles_held(employee.job_number)
        if held.role in roles
    )


def _theirs(request: HttpRequest, places: Sequence[NewPlace]) -> list[NewPlace]:
    if settings.DEMO:
        return list(places)
    employee = employee_of(request)
    if employee is None:
        return []
    return halls_in_scope(employee.employee_id, Permission.SEE_DRAWERS, places, clock.now())


def _scope(request: HttpRequest, place: NewPlace) -> Scope:
    employee = employee_of(request)
    if employee is None:
        return Scope(allowed=False)
    return scope_of_hall(employee.employee_id, Permission.SEE_DRAWERS, place, clock.now())


def _day(request: HttpRequest, today: date) -> tuple[date, str]:
    given = request.GET.get("day", "").strip()
    try:
        return (date.fromisoformat(given) if given else today), ""
    except ValueError:
        return today, gettext("Write the day as 2026-11-22.")


def _clerks(found: Sequence[Drawer]) -> list[dict[str, Any]]:
    people = employees_by_id([one.clerk_id for one in found])
    return [{"drawer": one, "clerk": _clerk(people.get(one.clerk_id))} for one in found]


def _clerk(employee: EmployeeView | None) -> str:
    return f"{employee.job_number} {employee.name}" if employee is not None else "—"


def _halls(found: Sequence[Drawer], places: dict[str, NewPlace]) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": _name(place),
            "sums": sums_of([one for one in found if one.hall == code]),
        }
        for code, place in sorted(places.items())
        if any(one.hall == code for one in found)
    ]


def _name(place: NewPlace) -> str:
    return spoken(place.name_zh, place.name_en)
