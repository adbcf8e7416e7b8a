"""Who may work in a hall: whose roles let them serve there."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse

from wanhao.outlets.contracts import NewPlace
from wanhao.outlets.queries import hall_named
from wanhao.outlets.queue_rules import day_of
from wanhao.pages.console.access import employee_of, for_employees, out_of_scope
from wanhao.pages.design import clock
from wanhao.staff.contracts import Permission
from wanhao.workflows.check_scope import Scope, halls_in_scope, scope_of_hall

P = ParamSpec("P")


def for_clerks_of_hall(
    view: Callable[Concatenate[HttpRequest, str, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Let those in who may serve at the hall of the address; others are told who can. In the demo
    everybody may."""

    @wraps(view)
    @for_employees
    def guarded(
        request: HttpRequest, /, hall: str, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        refused = _refused(request, hall)
        return view(request, hall, *args, **kwargs) if refused is None else refused

    return guarded


def halls_of_theirs(request: HttpRequest, halls: Iterable[NewPlace]) -> list[NewPlace]:
    """Those of the halls at which the reader may serve; in the demo all."""
    employee, now = employee_of(request), clock.now()
    if settings.DEMO:
        return list(halls)
    if employee is None:
        return []
    return halls_in_scope(employee.employee_id, Permission.SERVE, halls, now)


def _refused(request: HttpRequest, hall: str) -> HttpResponse | None:
    if settings.DEMO:
        return None
    now = clock.now()
    place = hall_named(hall, day_of(now))
    if place is None:
        raise Http404(hall)
    employee = employee_of(request)
    if employee is None:
        return out_of_scope(request, Scope(allowed=False))
    scope = scope_of_hall(employee.employee_id, Permission.SERVE, place, now)
    return None if scope.allowed else out_of_scope(request, scope)
