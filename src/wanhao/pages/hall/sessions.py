"""Where I am signed in: browsers and phones, each ended by itself or all at once; passkeys."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_http_methods

from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.console.acting import back, said
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import when
from wanhao.pages.hall import passkeys
from wanhao.pages.hall.lines import to_step_up
from wanhao.pages.hall.visitors import Visitor, for_customers

DONE = {
    "ended": gettext_lazy("That sign-in has ended."),
    "others": gettext_lazy("You are signed in nowhere else any more."),
    "added": gettext_lazy("The passkey is there. It stands for a code and the service password."),
    "removed": gettext_lazy("The passkey is gone."),
}
BROWSERS = (
    ("MicroMessenger", "WeChat"),
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("HeadlessChrome", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("HarmonyOS", "HarmonyOS"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A browser somebody is signed in with; `here` is this one."""

    session_id: int
    device: str
    address: str
    since: str
    seen: str
    here: bool


@require_http_methods(["GET", "HEAD", "POST"])
@for_customers
def sessions_page(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """All sign-ins of the login; ending them needs no more than being signed in."""
    if request.method == "POST":
        act = ACTS.get(request.POST.get("act", ""))
        return act(request, visitor) if act else HttpResponseRedirect(reverse("hall-sessions"))
    return _page(request, visitor)


def signed_in(request: HttpRequest) -> list[SignedIn]:
    """Where who is signed in is signed in, latest first."""
    now = timezone.now()
    rows = list(UserSession.objects.filter(user_id=request.user.pk).order_by("-last_seen_at"))
    live = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=now
        ).values_list("session_key", flat=True)
    )
    return [
        SignedIn(
            session_id=row.pk,
            device=device_of(row.user_agent),
            address=masked_address(row.ip),
            since=when(row.created_at, now),
            seen=when(row.last_seen_at, now),
            here=row.session_key == request.session.session_key,
        )
        for row in rows
        if row.session_key in live
    ]


def device_of(user_agent: str) -> str:
    """A browser and what it runs on, as Chrome · Windows."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return " · ".join(part for part in (browser, system) if part) or gettext("Unknown device")


def masked_address(address: str) -> str:
    """An address without its last part."""
    mark = ":" if ":" in address else "."
    return address.rpartition(mark)[0] + f"{mark}*"


def end_others(request: HttpRequest, *, here: bool) -> None:
    """End every sign-in of who is signed in; `here`: this one, too."""
    rows = UserSession.objects.filter(user_id=request.user.pk)
    get_adapter().end_sessions(
        [row for row in rows if row.session_key != request.session.session_key]
    )
    if here:
        rows.delete()
        logout(request)


def _end(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    given = request.POST.get("session", "")
    rows = UserSession.objects.filter(user_id=request.user.pk)
    found = rows.filter(pk=int(given)).first() if given.isdigit() and len(given) < 18 else None
    if found is not None and found.session_key != request.session.session_key:
        get_adapter().end_sessions([found])
    return back(reverse("hall-sessions"), "ended")


def _others(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    end_others(request, here=False)
    return back(reverse("hall-sessions"), "others")


def _everywhere(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    end_others(request, here=True)
    return HttpResponseRedirect(reverse("hall-sign-in"))


def _add(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    if visitor.level < IdentityLevel.STRONG:
        return to_step_up(IdentityLevel.STRONG, reverse("hall-sessions"))
    if not passkeys.register(request):
        wrong = gettext("The passkey could not be added. Please try again with this device.")
        return _page(request, visitor, wrong)
    return back(reverse("hall-sessions"), "added")


def _remove(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    given = request.POST.get("passkey", "")
    if visitor.level < IdentityLevel.VERIFIED:
        return to_step_up(IdentityLevel.VERIFIED, reverse("hall-sessions"))
    if given.isdigit() and len(given) < 18:
        passkeys.remove(request, int(given))
    return back(reverse("hall-sessions"), "removed")


ACTS: Mapping[str, Callable[[HttpRequest, Visitor], HttpResponse]] = {
    "end": _end,
    "others": _others,
    "everywhere": _everywhere,
    "add": _add,
    "remove": _remove,
}


def _page(request: HttpRequest, visitor: Visitor, error: str = "") -> HttpResponse:
    now: datetime = clock.now()
    strong = visitor.level >= IdentityLevel.STRONG
    keys = passkeys.passkeys_of(request)
    context = {
        "visitor": visitor,
        "sessions": signed_in(request),
        "passkeys": [(key, when(key.since, now)) for key in keys],
        "offer": passkeys.offered(request) if strong and len(keys) < passkeys.MOST else None,
        "strong": strong,
        "error": error,
        "said": said(request, DONE),
        "still": True,
    }
    return render_page(
        request, "hall/sessions.html", {**context, "bar": "hall-me"}, status=422 if error else 200
    )
