"""My lines: choose the one to ask for, bind another by a code sent to it, unbind, take it back."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from wanhao.access.contracts import CodeCheck, TooManyCodesError
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.console.acting import back, said
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.hall.entering import renew_key, too_often
from wanhao.pages.hall.entry_words import code_wrong, number_of, slow_down, wait_for, wrong_number
from wanhao.pages.hall.proofs import Proof
from wanhao.pages.hall.visitors import Visitor, for_customers, keep_session, session_of
from wanhao.parties.binding import (
    bindings_of_line,
    may_rebind,
    rebind_line,
    release_line,
    unbind_line,
)
from wanhao.parties.queries import lines_by_id
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.bind_by_code import bind_by_code, send_bind_code

SENT = "hall-bind"
GONE = "hall-unbound"
DONE = {
    "chosen": gettext_lazy("You are now at this line."),
    "bound": gettext_lazy("The line is bound to your sign-in."),
    "unbound": gettext_lazy("The line is unbound."),
    "kept": gettext_lazy("The line is bound again."),
    "released": gettext_lazy("Nobody else can ask for this line any more."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_customers
def lines_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """All lines of the sign-in; what changes something wants a verified visitor."""
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        if act is None:
            return HttpResponseRedirect(reverse("hall-lines"))
        if visitor.level < IdentityLevel.VERIFIED and act is not _choose:
            return to_step_up(IdentityLevel.VERIFIED, reverse("hall-lines"))
        return act(request, visitor)
    return _page(request, visitor)


def to_step_up(level: IdentityLevel, target: str) -> HttpResponse:
    """First prove who you are, then go on."""
    query = urlencode({"level": str(int(level)), "next": target})
    return HttpResponseRedirect(f"{reverse('hall-step-up')}?{query}")


def _choose(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    session = session_of(request)
    wanted = _posted_line(request)
    if session is None or all(line.line_id != wanted for line in visitor.lines):
        return HttpResponseRedirect(reverse("hall-lines"))
    keep_session(request, replace(session, line_id=wanted))
    return back(reverse("hall-lines"), "chosen")


def _send(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    number = number_of(request.POST.get("number", ""))
    if number is None:
        return _page(request, visitor, wrong_number())
    if any(line.number == number for line in visitor.lines):
        return _page(request, visitor, gettext("This line is bound to your sign-in already."))
    if too_often(request, "code"):
        return _page(request, visitor, slow_down())
    try:
        send_bind_code(visitor.login_id, number, clock.now())
    except TooManyCodesError as error:
        return _page(request, visitor, wait_for(error.wait))
    request.session[SENT] = {"number": number}
    return HttpResponseRedirect(reverse("hall-lines") + "#bind")


def _enter(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    sent = request.session.get(SENT)
    if not sent:
        return HttpResponseRedirect(reverse("hall-lines"))
    if too_often(request, "try"):
        return _page(request, visitor, slow_down())
    code = request.POST.get("code", "").strip()
    try:
        bound = bind_by_code(visitor.login_id, sent["number"], code, clock.now())
    except WanhaoError:
        return _page(
            request,
            visitor,
            gettext("There are as many lines as there may be. Unbind one you do not need."),
        )
    if isinstance(bound, CodeCheck):
        return _page(request, visitor, code_wrong(bound.left))
    del request.session[SENT]
    session = session_of(request)
    assert session is not None
    keep_session(request, session.proving(bound.line.line_id, Proof.CODE))
    renew_key(request)
    return back(reverse("hall-lines"), "bound")


def _forget(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    request.session.pop(SENT, None)
    return HttpResponseRedirect(reverse("hall-lines"))


def _unbind(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    line_id = _posted_line(request)
    if len(visitor.lines) < 2:
        return _page(
            request,
            visitor,
            gettext("This is your only line. To leave, sign out on the page of your sign-ins."),
        )
    own = next((line for line in visitor.lines if line.line_id == line_id), None)
    if own and unbind_line(visitor.login_id, line_id, clock.now(), by=f"login {visitor.login_id}"):
        request.session[GONE] = line_id
    return back(reverse("hall-lines"), "unbound")


def _undo(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    line_id, now = request.session.pop(GONE, None), clock.now()
    live = line_id is not None and line_id in lines_by_id([line_id])
    if not (live and may_rebind(visitor.login_id, line_id, now)):
        return HttpResponseRedirect(reverse("hall-lines"))
    rebind_line(visitor.login_id, line_id, now, by=f"login {visitor.login_id}")
    return back(reverse("hall-lines"), "kept")


def _release(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    release_line(
        visitor.line.line_id, visitor.login_id, clock.now(), by=f"login {visitor.login_id}"
    )
    return back(reverse("hall-lines"), "released")


ACTS: Mapping[str, Callable[[HttpRequest, Visitor], HttpResponse]] = {
    "choose": _choose,
    "send": _send,
    "enter": _enter,
    "forget": _forget,
    "unbind": _unbind,
    "undo": _undo,
    "release": _release,
}


def _posted_line(request: HttpRequest) -> int:
    given = request.POST.get("line", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 19 else 0


def _page(request: HttpRequest, visitor: Visitor, error: str = "") -> HttpResponse:
    sent = request.session.get(SENT)
    others = [
        one for one in bindings_of_line(visitor.line.line_id) if one.login_id != visitor.login_id
    ]
    done = said(request, DONE)
    context = {
        "visitor": visitor,
        "lines": [(line, Msisdn(line.number).masked) for line in visitor.lines],
        "verified": visitor.level >= IdentityLevel.VERIFIED,
        "sent": Msisdn(sent["number"]).masked if sent else "",
        "number": request.POST.get("number", ""),
        "others": len(others),
        "error": error,
        "said": done,
        "undo": GONE in request.session and request.GET.get("done") == "unbound",
        "still": True,
    }
    return render_page(
        request, "hall/lines.html", {**context, "bar": "hall-me"}, status=422 if error else 200
    )
