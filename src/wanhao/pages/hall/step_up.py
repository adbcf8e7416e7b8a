"""Being surer of who is asking: a code, the service password, or a passkey, once in a session."""

from collections.abc import Callable, Mapping

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wanhao.access.contracts import CodePurpose, TooManyCodesError
from wanhao.access.one_time_codes import check_code
from wanhao.access.service_passwords import has_service_password
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.hall import passkeys
from wanhao.pages.hall.entering import safe_next, send_code, step_up, too_often
from wanhao.pages.hall.entry_words import (
    code_wrong,
    initial_password,
    passkey_wrong,
    password_wrong,
    slow_down,
    try_password,
    wait_for,
)
from wanhao.pages.hall.proofs import Proof
from wanhao.pages.hall.visitors import Visitor, for_customers, session_of, visitor_of
from wanhao.values.msisdn import Msisdn

SENT = "hall-step"
"""Which code the session waits for, and of which line."""


@sensitive_post_parameters("password", "code", "credential")
@require_http_methods(["GET", "HEAD", "POST"])
@for_customers
def step_up_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for what is missing of the wanted level, then go where the visitor was going."""
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        return act(request, visitor) if act else _on(request)
    if visitor.level >= wanted_level(request):
        return HttpResponseRedirect(safe_next(request))
    return _page(request, visitor)


def wanted_level(request: HttpRequest) -> IdentityLevel:
    """The level the page was asked for: 2 unless it is 3."""
    given = request.POST.get("level") or request.GET.get("level")
    return IdentityLevel.STRONG if given == "3" else IdentityLevel.VERIFIED


def _send(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    if too_often(request, "code"):
        return _page(request, visitor, slow_down())
    try:
        issued = send_code(visitor.line.number, CodePurpose.STEP_UP)
    except TooManyCodesError as error:
        return _page(request, visitor, wait_for(error.wait))
    request.session[SENT] = {"line": visitor.line.line_id, "code": issued.code_id}
    return _on(request)


def _enter(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    sent = request.session.get(SENT) or {}
    if too_often(request, "try"):
        return _page(request, visitor, slow_down())
    if sent.get("line") != visitor.line.line_id:
        return _page(request, visitor, code_wrong(0))
    code = request.POST.get("code", "").strip()
    number = visitor.line.number
    check = check_code(sent["code"], number, CodePurpose.STEP_UP, code, clock.now())
    if not check.right:
        return _page(request, visitor, code_wrong(check.left))
    del request.session[SENT]
    step_up(request, visitor.line.line_id, Proof.CODE)
    return _on(request)


def _password(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    if too_often(request, "try"):
        return _page(request, visitor, slow_down())
    given = request.POST.get("password", "").strip()
    check, refusal = try_password(visitor.line, visitor.line.number, given, own=True)
    if refusal:
        return _page(request, visitor, refusal if check.left else password_wrong(0))
    if check.must_change:
        return _page(request, visitor, initial_password())
    step_up(request, visitor.line.line_id, Proof.PASSWORD)
    return _on(request)


def _passkey(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    if too_often(request, "try"):
        return _page(request, visitor, slow_down())
    if not passkeys.shown(request):
        return _page(request, visitor, passkey_wrong())
    step_up(request, visitor.line.line_id, Proof.PASSKEY)
    return _on(request)


ACTS: Mapping[str, Callable[[HttpRequest, Visitor], HttpResponse]] = {
    "send": _send,
    "enter": _enter,
    "password": _password,
    "passkey": _passkey,
}


def _on(request: HttpRequest) -> HttpResponse:
    """To where the visitor was going, or once more to what is still missing."""
    visitor = visitor_of(request)
    if visitor is not None and visitor.level >= wanted_level(request):
        return HttpResponseRedirect(safe_next(request))
    query = urlencode({"level": str(int(wanted_level(request))), "next": safe_next(request)})
    return HttpResponseRedirect(f"{reverse('hall-step-up')}?{query}")


def _page(request: HttpRequest, visitor: Visitor, error: str = "") -> HttpResponse:
    session = session_of(request)
    shown = session.shown if session else frozenset[Proof]()
    sent = request.session.get(SENT) or {}
    context = {
        "visitor": visitor,
        "masked": Msisdn(visitor.line.number).masked,
        "level": int(wanted_level(request)),
        "next": safe_next(request),
        "error": error,
        "code_missing": Proof.CODE not in shown,
        "password_missing": Proof.PASSWORD not in shown,
        "has_password": has_service_password(visitor.line.line_id),
        "sent": sent.get("line") == visitor.line.line_id,
        "passkey": passkeys.asked(request),
        "still": True,
    }
    return render_page(request, "hall/step_up.html", context, status=422 if error else 200)
