"""Who may see the pages of the people who run the service, and of whom."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import resolve_url
from django.utils.translation import gettext
from django_htmx.http import HttpResponseClientRefresh

from wanhao.access.contracts import LoginKind
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.staff.contracts import EmployeeView, Permission
from wanhao.staff.queries import employee_of_login
from wanhao.workflows.check_scope import Scope, scope_of_account, scope_of_line

P = ParamSpec("P")


def is_employee(login: AbstractBaseUser | AnonymousUser) -> bool:
    """Whether somebody is signed in as an employee."""
    return login.is_authenticated and getattr(login, "kind", None) == LoginKind.EMPLOYEE


def for_employees(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let employees in and send others to sign in; the demo is open to everybody."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if settings.DEMO or is_employee(request.user):
            return view(request, *args, **kwargs)
        return refused(request)

    return guarded


def signed_in_employee(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let employees in who signed in, in the demo as elsewhere; nobody is signed in as an employee
    before the second factor was shown."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return view(request, *args, **kwargs) if is_employee(request.user) else refused(request)

    return guarded


def refused(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page; for a fragment the whole page is loaded again instead."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    if request.headers.get("Accept") == "text/event-stream":
        return HttpResponseForbidden(gettext("Please sign in as an employee."))
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))


def employee_of(request: HttpRequest) -> EmployeeView | None:
    """The employee who is signed in."""
    login = request.user
    return employee_of_login(login.pk) if login.is_authenticated and is_employee(login) else None


def no_account_of_theirs(
    request: HttpRequest, what: Permission, account_id: int
) -> HttpResponse | None:
    """The refusal where an account's customer is beyond the reader's roles; None where it is not,
    and in the demo."""
    if settings.DEMO:
        return None
    employee = employee_of(request)
    if employee is None:
        return out_of_scope(request, Scope(allowed=False))
    scope = scope_of_account(employee.employee_id, what, account_id, clock.now())
    return None if scope.allowed else out_of_scope(request, scope)


def no_line_of_theirs(request: HttpRequest, what: Permission, number: int) -> HttpResponse | None:
    """The refusal where the line of a number is beyond the reader's roles; None where it is not,
    where nobody has the number, and in the demo."""
    line = None if settings.DEMO else lines_by_number([number]).get(number)
    if line is None:
        return None
    employee = employee_of(request)
    if employee is None:
        return out_of_scope(request, Scope(allowed=False))
    scope = scope_of_line(employee.employee_id, what, line, clock.now())
    return None if scope.allowed else out_of_scope(request, scope)


def lines_of_theirs(request: HttpRequest, what: Permission, lines: Iterable[LineView]) -> set[int]:
    """Those of the lines whose customers are within the reader's roles, by id; in the demo all."""
    found, now = list(lines), clock.now()
    employee = employee_of(request)
    if settings.DEMO:
        return {line.line_id for line in found}
    if employee is None:
        return set()
    a_line_of = {line.city: line for line in found}
    cities = {
        city
        for city, line in a_line_of.items()
        if scope_of_line(employee.employee_id, what, line, now).allowed
    }
    return {line.line_id for line in found if line.city in cities}


def out_of_scope(request: HttpRequest, scope: Scope) -> HttpResponse:
    """Says that somebody else can, and who."""
    who = [spoken(unit.name_zh, unit.name_en) for unit in scope.who_can]
    return render_page(request, "console/out_of_scope.html", {"who": who, "still": True}, 403)
