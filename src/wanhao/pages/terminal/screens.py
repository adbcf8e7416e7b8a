"""The screens that are nobody's or the beginning of something: idle, registering, start, lists."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from wanhao.menu.contracts import Door
from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.outlets.terminals import register_terminal, terminal_of_code
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.pages.hall.rings import rings
from wanhao.pages.hall.shelves import Shelf, headings
from wanhao.pages.hall.standing import money_of, use_of
from wanhao.pages.terminal.guests import (
    CHOSEN,
    Guest,
    at_terminal,
    begin,
    for_guests,
    forget,
    guest_of,
    know_as_terminal,
    render_terminal,
    visit_of,
)
from wanhao.pages.terminal.visits import FORGOTTEN_SECONDS

LISTS = {
    "ask": (Shelf.ASK,),
    "do": (Shelf.SERVE, Shelf.SERVICE, Shelf.ME),
}
"""What stands under 查 and under 办."""
OWN_PAGES = {"topup": "terminal-pay", "queue_ticket": "terminal-queue"}
"""Items that have a page of their own here, with its address' name."""


@require_safe
@at_terminal
def idle(request: HttpRequest, terminal: TerminalView) -> HttpResponse:
    """Nobody is there: whatever was, is forgotten, also how the last one liked to read."""
    for name in CHOSEN:
        request.COOKIES.pop(name, None)
    with translation.override(translation.get_language_from_request(request)):
        hall = spoken(terminal.hall_zh, terminal.hall_en)
        response = render_page(
            request, "terminal/idle.html", {"terminal": terminal, "hall": hall, "still": True}
        )
    forget(request, response)
    return response


@require_safe
@at_terminal
def start(request: HttpRequest, terminal: TerminalView) -> HttpResponse:
    """What would you like; with it a visit begins."""
    visit = visit_of(request) or begin(request)
    request.session.set_expiry(FORGOTTEN_SECONDS)
    guest, now = guest_of(terminal, visit), clock.now()
    context: dict[str, Any] = {"pay_url": _address("topup")}
    if guest.line is not None:
        use, _ = use_of(guest.line, now)
        balance = money_of(guest.line, now).balance_fen
        context |= {
            "rings": rings(use, now, guest.language) if use else (),
            "balance_fen": balance,
            "owed_fen": max(-(balance or 0), 0),
        }
    return render_terminal(request, guest, "terminal/start.html", context)


@require_safe
@for_guests
def listed(request: HttpRequest, guest: Guest, which: str) -> HttpResponse:
    """Everything to look up, or everything to have done."""
    found = [
        {
            "code": heading.code,
            "name": heading.name,
            "entries": [{"name": one.name, "url": _address(one.code)} for one in heading.entries],
        }
        for shelf in LISTS[which]
        for heading in headings(shelf, Door.TERMINAL, guest.language)
    ]
    context = {"which": which, "headings": found}
    return render_terminal(request, guest, "terminal/list.html", context)


@require_safe
@for_guests
def still(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Somebody is still there."""
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, code: str) -> HttpResponse:
    """Make this browser a terminal; a look at the address does not use its code up."""
    now = clock.now()
    terminal = terminal_of_code(code, now)
    if request.method == "POST" and terminal is not None:
        secret = register_terminal(code, now)
        if secret is not None:
            response = HttpResponseRedirect(reverse("terminal-idle"))
            know_as_terminal(response, secret)
            return response
    context = {
        "terminal": terminal,
        "hall": spoken(terminal.hall_zh, terminal.hall_en) if terminal else "",
        "still": True,
    }
    return render_page(request, "terminal/register.html", context, 200 if terminal else 404)


def _address(code: str) -> str:
    """Where an item is asked here."""
    own = OWN_PAGES.get(code)
    return reverse(own) if own else reverse("terminal-item", args=[code])
