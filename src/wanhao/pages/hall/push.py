"""Reminders to this device: switched on and off for the line the visitor is at."""

from collections.abc import Callable, Collection

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from wanhao.communications.push_contracts import BrowserKeys
from wanhao.communications.push_subscriptions import subscriptions_of, switch_off, switch_on
from wanhao.pages.design import clock
from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.visitors import Visitor
from wanhao.values.errors import WanhaoError

LONGEST = 1200
_public_key: Callable[[], str] = str
_services: Collection[str] = ()


def use_push(public_key: Callable[[], str], services: Collection[str]) -> None:
    """Say by which key browsers subscribe, and which push services are known, by host."""
    global _public_key, _services
    _public_key, _services = public_key, tuple(services)


@require_safe
@hall_page
def push(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Which devices get this line's reminders, and the switch for this one."""
    return _page(request, visitor)


@require_POST
@hall_page
def push_on(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """This browser gets the line's reminders; it says where and how it is reached."""
    given = {name: request.POST.get(name, "")[:LONGEST] for name in ("endpoint", "p256dh", "auth")}
    try:
        switch_on(
            visitor.login_id,
            visitor.line.line_id,
            BrowserKeys(**given),
            clock.now(),
            services=_services,
        )
    except WanhaoError:
        return _page(request, visitor, refused=True)
    return HttpResponseRedirect(reverse("hall-push"))


@require_POST
@hall_page
def push_off(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A browser gets them no more; SMS comes again."""
    wanted = request.POST.get("subscription", "")
    if wanted.isdecimal() and len(wanted) < 19:
        switch_off(visitor.login_id, visitor.line.line_id, int(wanted), clock.now())
    return HttpResponseRedirect(reverse("hall-push"))


def _page(request: HttpRequest, visitor: Visitor, *, refused: bool = False) -> HttpResponse:
    context = {
        "devices": subscriptions_of(visitor.login_id, visitor.line.line_id),
        "key": _public_key(),
        "refused": refused,
        "still": True,
        "bar": "hall-me",
    }
    return render_hall(request, "hall/push.html", context, 422 if refused else 200)
