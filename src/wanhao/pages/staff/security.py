"""An employee's own sign-ins: where they are, ended everywhere, passkeys, another password."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wanhao.access.logins import choose_password
from wanhao.pages.console.access import signed_in_employee
from wanhao.pages.console.acting import back, said
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import when
from wanhao.pages.hall import passkeys
from wanhao.pages.hall.sessions import end_others, signed_in
from wanhao.pages.staff.sign_in import LEAST, password_problem

DONE = {
    "others": gettext_lazy("You are signed in nowhere else any more."),
    "added": gettext_lazy("The passkey is there. It stands for the code of the app."),
    "removed": gettext_lazy("The passkey is gone."),
    "password": gettext_lazy("The password is changed; other sign-ins have ended."),
}


@sensitive_post_parameters("old", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_employee
def security(request: HttpRequest) -> HttpResponse:
    """Sign-ins, passkeys and the password of who is signed in."""
    act = ACTS.get(request.POST.get("act", "")) if request.method == "POST" else None
    return act(request) if act else _page(request)


def _others(request: HttpRequest) -> HttpResponse:
    end_others(request, here=False)
    return back(reverse("staff-security"), "others")


def _everywhere(request: HttpRequest) -> HttpResponse:
    end_others(request, here=True)
    return HttpResponseRedirect(reverse("staff-sign-in"))


def _add(request: HttpRequest) -> HttpResponse:
    if passkeys.register(request):
        return back(reverse("staff-security"), "added")
    return _page(request, gettext("The passkey could not be added. Please try again."))


def _remove(request: HttpRequest) -> HttpResponse:
    given = request.POST.get("passkey", "")
    if given.isdigit() and len(given) < 18:
        passkeys.remove(request, int(given))
    return back(reverse("staff-security"), "removed")


def _password(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not user.check_password(request.POST.get("old", "")):
        return _page(request, gettext("The old password is not right."))
    problem = password_problem(request, user)
    if problem:
        return _page(request, problem)
    choose_password(user.pk, request.POST["new"])
    end_others(request, here=False)
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    return back(reverse("staff-security"), "password")


ACTS: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {
    "others": _others,
    "everywhere": _everywhere,
    "add": _add,
    "remove": _remove,
    "password": _password,
}


def _page(request: HttpRequest, error: str = "") -> HttpResponse:
    keys = passkeys.passkeys_of(request)
    now = clock.now()
    given = {
        "sessions": signed_in(request),
        "passkeys": [(key, when(key.since, now)) for key in keys],
        "offer": passkeys.offered(request) if len(keys) < passkeys.MOST else None,
        "least": LEAST,
        "error": error,
        "said": said(request, DONE),
        "still": True,
    }
    return render_page(request, "staff/security.html", given, status=422 if error else 200)
