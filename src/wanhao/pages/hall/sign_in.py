"""Signing in at the hall: a number with a one-time code, or with the service password."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wanhao.access.contracts import CodePurpose, TooManyCodesError
from wanhao.access.one_time_codes import check_code
from wanhao.access.service_passwords import set_service_password
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.hall.entering import begin_session, safe_next, send_code, too_often
from wanhao.pages.hall.entry_words import (
    code_wrong,
    number_of,
    password_too_easy,
    password_wrong,
    slow_down,
    try_password,
    wait_for,
    wrong_number,
)
from wanhao.pages.hall.proofs import Proof
from wanhao.pages.hall.visitors import visitor_of
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

ENTRY = "hall-entry"
"""What a browser that is about to sign in asked for: the number, and which code it waits for."""


@sensitive_post_parameters("password", "new", "code")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The number, and then the code or the password; whoever is signed in goes on."""
    if request.GET.get("source") == "app":
        request.session["hall-source"] = "app"
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        return act(request) if act else _back(request)
    if visitor_of(request) is not None:
        return HttpResponseRedirect(safe_next(request))
    step = request.GET.get("step", "")
    entry = request.session.get(ENTRY)
    if step in ("code", "new") and not entry:
        return _back(request)
    return _page(request, step)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out of this browser."""
    logout(request)
    return HttpResponseRedirect(reverse("hall-sign-in"))


def _send(request: HttpRequest) -> HttpResponse:
    """A code for the number; the page that follows looks the same whoever has the number."""
    number = number_of(request.POST.get("number", ""))
    if number is None:
        return _page(request, "", wrong_number())
    if too_often(request, "code"):
        return _page(request, _waiting(request, number), slow_down())
    try:
        issued = send_code(number, CodePurpose.SIGN_IN)
    except TooManyCodesError as error:
        return _page(request, _waiting(request, number), wait_for(error.wait))
    request.session[ENTRY] = {
        "number": number,
        "code": issued.code_id,
        "stay": bool(request.POST.get("stay")),
    }
    return HttpResponseRedirect(_address(request, "code"))


def _waiting(request: HttpRequest, number: int) -> str:
    """Where to go on without a new code: the earlier one can still be entered here."""
    entry = request.session.get(ENTRY) or {}
    return "code" if entry.get("number") == number and entry.get("code") else ""


def _enter(request: HttpRequest) -> HttpResponse:
    """The code that came to the handset."""
    entry = request.session.get(ENTRY)
    if not entry:
        return _back(request)
    if too_often(request, "try"):
        return _page(request, "code", slow_down())
    number: int = entry["number"]
    code = request.POST.get("code", "").strip()
    check = check_code(entry["code"], number, CodePurpose.SIGN_IN, code, clock.now())
    line = lines_by_number([number]).get(number)
    if not check.right or line is None:
        return _page(request, "code", code_wrong(check.left))
    return _in(request, line, Proof.CODE, stay=entry["stay"])


def _password(request: HttpRequest) -> HttpResponse:
    """The number's service password; an initial one leads to setting another."""
    number = number_of(request.POST.get("number", ""))
    if number is None:
        return _page(request, "password", wrong_number())
    if too_often(request, "try"):
        return _page(request, "password", slow_down())
    line = lines_by_number([number]).get(number)
    check, refusal = try_password(line, number, request.POST.get("password", "").strip())
    if refusal or line is None:
        return _page(request, "password", refusal or password_wrong(0))
    stay = bool(request.POST.get("stay"))
    if not check.must_change:
        return _in(request, line, Proof.PASSWORD, stay=stay)
    request.session.cycle_key()
    request.session[ENTRY] = {
        "number": number,
        "stay": stay,
        "line": line.line_id,
        "until": (clock.now() + timedelta(minutes=10)).timestamp(),
    }
    return HttpResponseRedirect(_address(request, "new"))


def _new(request: HttpRequest) -> HttpResponse:
    """Another password in place of the initial one that was right a moment ago."""
    entry = request.session.get(ENTRY) or {}
    line = lines_by_number([entry.get("number", 0)]).get(entry.get("number", 0))
    now = clock.now()
    if line is None or entry.get("line") != line.line_id or now.timestamp() > entry["until"]:
        return _back(request)
    new = request.POST.get("new", "").strip()
    if new != request.POST.get("again", "").strip():
        return _page(request, "new", gettext("The two are not the same. Please enter them again."))
    try:
        set_service_password(line.line_id, line.number, new, now, by="hall sign-in")
    except WanhaoError:
        return _page(request, "new", password_too_easy())
    return _in(request, line, Proof.PASSWORD, stay=entry["stay"])


def _in(request: HttpRequest, line: LineView, proof: Proof, *, stay: bool) -> HttpResponse:
    target = safe_next(request)
    request.session.pop(ENTRY, None)
    begin_session(request, line, proof, stay=stay)
    return HttpResponseRedirect(target)


ACTS: Mapping[str, Callable[[HttpRequest], HttpResponse]] = {
    "send": _send,
    "enter": _enter,
    "password": _password,
    "new": _new,
}


def _back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(_address(request, ""))


def _address(request: HttpRequest, step: str) -> str:
    wanted = {"step": step, "next": request.POST.get("next") or request.GET.get("next", "")}
    query = urlencode({name: value for name, value in wanted.items() if value})
    return reverse("hall-sign-in") + (f"?{query}" if query else "")


def _page(request: HttpRequest, step: str, error: str = "") -> HttpResponse:
    entry: Mapping[str, Any] = request.session.get(ENTRY) or {}
    known = number_of(str(entry.get("number", "")))
    context = {
        "step": step,
        "error": error,
        "next": safe_next(request),
        "number": request.POST.get("number", ""),
        "masked": Msisdn(known).masked if known else "",
        "again": known,
        "stay": bool(request.POST.get("stay")) or bool(entry.get("stay")),
        "password_address": _address(request, "password"),
        "code_address": _address(request, ""),
        "still": True,
    }
    status = 422 if error else 200
    return render_page(request, "hall/sign_in.html", context, status=status)
