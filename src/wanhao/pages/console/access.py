"""Who may see the pages of the people who run the service."""

from collections.abc import Callable
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


def refused(request: HttpRequest) -> HttpResponse:
    """The way to the sign-in page; for a fragment the whole page is loaded again instead."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRefresh()
    if request.headers.get("Accept") == "text/event-stream":
        return HttpResponseForbidden(gettext("Please sign in as an employee."))
    return redirect_to_login(request.get_full_path(), resolve_url(settings.LOGIN_URL))
