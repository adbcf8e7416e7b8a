"""Every item of the menu in the hall: asked, confirmed, declined."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from wanhao.menu.contracts import Asker, Door, IdentityLevel
from wanhao.menu.queries import items_at
from wanhao.pages.asking.desk import Desk
from wanhao.pages.asking.views import ask_view, confirm_view, decline_view
from wanhao.pages.design.language import language_of_page
from wanhao.pages.design.preferences import KEPT_SECONDS, TEXT_COOKIE, Text
from wanhao.pages.hall.greeting import CODES, hall_page, render_hall
from wanhao.pages.hall.shelves import Shelf, shelf_of
from wanhao.pages.hall.visitors import Visitor, visitor_of
from wanhao.parties.contracts import Language

SHELVES = {
    Shelf.SERVE: gettext_lazy("Get done"),
    Shelf.ASK: gettext_lazy("Look up"),
    Shelf.SERVICE: gettext_lazy("Support"),
    Shelf.ME: gettext_lazy("Me"),
}


def _render(
    request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    """With the way back to the list on which the item stands."""
    shelf = shelf_of(context["item"])
    way = {"bar": f"hall-{shelf.value}", "shelf": SHELVES[shelf]}
    return render_hall(request, template, {**way, **context}, status)


HALL = Desk(
    template="hall/item.html",
    item="hall-item",
    confirm="hall-confirm",
    decline="hall-decline",
    back="hall-home",
    step_up="hall-step-up",
    pay="hall-pay",
    render=_render,
)


@require_http_methods(["GET", "HEAD", "POST"])
def item(request: HttpRequest, code: str) -> HttpResponseBase:
    """One item; what anybody may ask needs no signing in."""
    if visitor_of(request) is None and code in _for_anybody():
        asker = Asker(door=Door.WEB, level=IdentityLevel.ANYONE, language=language_of_page())
        return ask_view(request, HALL, asker, code)
    return _known(request, code)


@hall_page
def _known(request: HttpRequest, visitor: Visitor, code: str) -> HttpResponse:
    response = ask_view(request, HALL, visitor.asker(), code)
    if request.method == "POST" and response.status_code == 200:
        _at_once(request, response, code)
    return response


@require_POST
@hall_page
def confirm(request: HttpRequest, visitor: Visitor, code: str) -> HttpResponse:
    """The yes; twice does it once."""
    return confirm_view(request, HALL, visitor.asker(), code)


@require_POST
@hall_page
def decline(request: HttpRequest, visitor: Visitor, code: str) -> HttpResponse:
    """The no."""
    return decline_view(request, HALL, visitor.asker(), code)


def _at_once(request: HttpRequest, response: HttpResponse, code: str) -> None:
    """Language and size of type change in this browser, too, from the next page on."""
    name, value = "", ""
    if code == "language" and request.POST.get("language") in set(Language):
        name = settings.LANGUAGE_COOKIE_NAME
        value = CODES[Language(request.POST["language"])]
    if code == "large_type" and request.POST.get("switch") in {"on", "off"}:
        name = TEXT_COOKIE
        value = (Text.LARGE if request.POST["switch"] == "on" else Text.NORMAL).value
    if name:
        response.set_cookie(name, value, max_age=KEPT_SECONDS, samesite="Lax", httponly=True)


def _for_anybody() -> frozenset[str]:
    here = items_at(Door.WEB)
    return frozenset(one.code for one in here if one.level is IdentityLevel.ANYONE)
