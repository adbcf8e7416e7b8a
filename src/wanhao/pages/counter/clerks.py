"""Who stands behind the counter, and at which hall."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from wanhao.menu.contracts import Asker, Door, IdentityLevel
from wanhao.outlets.contracts import NewPlace
from wanhao.outlets.counter.serving import service_of
from wanhao.outlets.counter_contracts import ServiceView
from wanhao.outlets.queries import HALLS, hall_named, listed
from wanhao.pages.console.access import employee_of, is_employee, out_of_scope, refused
from wanhao.pages.design import clock
from wanhao.pages.design.language import language_of_page
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_id
from wanhao.staff.contracts import EmployeeView, Permission, UnitKind
from wanhao.staff.queries import may, units
from wanhao.staff.scope import path_of
from wanhao.values.cycle import SHANGHAI
from wanhao.workflows.check_scope import Scope

P = ParamSpec("P")
CHOSEN = "counter-hall"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """An employee at the counter of a hall; `hall` is empty until one was chosen."""

    employee: EmployeeView
    hall: NewPlace | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A clerk with the customer who is served now."""

    clerk: Clerk
    service: ServiceView
    line: LineView

    def asker(self) -> Asker:
        """As the menu knows who asks: the clerk on behalf of the line."""
        return Asker(
            door=Door.COUNTER,
            level=IdentityLevel(self.service.level),
            language=language_of_page(),
            line=self.line,
            name=f"employee {self.clerk.employee.job_number}",
        )


def for_clerks(
    view: Callable[Concatenate[HttpRequest, Clerk, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view its clerk: an employee whose roles let them serve; others are told who can."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not is_employee(request.user):
            return refused(request)
        employee = employee_of(request)
        if employee is None or not _serves(employee):
            return out_of_scope(request, Scope(allowed=False))
        clerk = Clerk(employee=employee, hall=_hall_of(request, employee))
        return view(request, clerk, *args, **kwargs)

    return guarded


def for_service(
    view: Callable[Concatenate[HttpRequest, Serving, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Give the view whom the clerk serves now, by the `service` of the address; one that is over
    leads back to the search."""

    @wraps(view)
    @for_clerks
    def guarded(
        request: HttpRequest, clerk: Clerk, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        wanted = int(str(kwargs.pop("service")))
        found = service_of(wanted, clerk.employee.employee_id, clock.now())
        line = lines_by_id([found.line_id]).get(found.line_id) if found else None
        if found is None or line is None:
            return HttpResponseRedirect(f"{reverse('counter')}?done=over")
        return view(request, Serving(clerk=clerk, service=found, line=line), *args, **kwargs)

    return guarded


def halls_of(employee: EmployeeView) -> list[NewPlace]:
    """The halls an employee may stand in: their own, or those of the city or province they work
    for."""
    known = {one.code: one for one in units()}
    path = path_of(employee.unit, known)
    kinds = {known[code].kind: code for code in path}
    if UnitKind.HALL in kinds:
        own = hall_named(employee.unit, clock.now().astimezone(SHANGHAI).date())
        return [own] if own else []
    city = kinds.get(UnitKind.CITY, "")[1:5]
    today = clock.now().astimezone(SHANGHAI).date()
    return [view.place for view in listed(today, city=city, kinds=HALLS)]


def _serves(employee: EmployeeView) -> bool:
    return may(employee.employee_id, Permission.SERVE, employee.unit, clock.now())


def _hall_of(request: HttpRequest, employee: EmployeeView) -> NewPlace | None:
    chosen = request.session.get(CHOSEN, "")
    found = halls_of(employee)
    if len(found) == 1:
        return found[0]
    return next((hall for hall in found if hall.code == chosen), None)
