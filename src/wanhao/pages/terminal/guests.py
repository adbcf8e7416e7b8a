"""Which terminal a browser is, and who stands before it; how a visit begins, goes on and is
forgotten."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from wanhao.menu.contracts import Asker, Door, IdentityLevel
from wanhao.outlets.terminal_contracts import TerminalView
from wanhao.outlets.terminals import terminal_of
from wanhao.pages.design.language import language_of_page
from wanhao.pages.design.missing import stale as stale_page
from wanhao.pages.design.preferences import TEXT_COOKIE, THEME_COOKIE
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.pages.terminal.visits import (
    ASKED_SECONDS,
    COUNTED_SECONDS,
    FORGOTTEN_SECONDS,
    Visit,
    from_json,
    to_json,
)
from wanhao.parties.contracts import Language, LineView
from wanhao.parties.queries import lines_by_id

P = ParamSpec("P")
COOKIE = "wanhao_terminal"
KEPT = "terminal"
CHOSEN = (settings.LANGUAGE_COOKIE_NAME, TEXT_COOKIE, THEME_COOKIE)
"""Where a browser keeps how somebody likes to read."""
KNOWN_SECONDS = 5 * 365 * 24 * 3600
"""How long a browser stays a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guest:
    """Who stands before a terminal at this request; `line` is there once it was proved."""

    terminal: TerminalView
    visit: Visit
    line: LineView | None
    language: Language

    @property
    def level(self) -> IdentityLevel:
        """How sure we are of who is asking."""
        return self.visit.level if self.line else IdentityLevel.ANYONE

    def asker(self) -> Asker:
        """As the menu knows who asks."""
        return Asker(
            door=Door.TERMINAL,
            level=self.level,
            language=self.language,
            line=self.line,
            name=self.terminal.by,
        )


def at_terminal(
    view: Callable[Concatenate[HttpRequest, TerminalView, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view the terminal the browser is; other browsers are refused."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        terminal = terminal_of(request.COOKIES.get(COOKIE, ""))
        if terminal is None:
            return render_page(request, "terminal/refused.html", {"still": True}, 403)
        return view(request, terminal, *args, **kwargs)

    return guarded


def for_guests(
    view: Callable[Concatenate[HttpRequest, Guest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view who stands before the terminal, for whom time begins anew; without a visit it
    goes back to the idle screen."""

    @at_terminal
    @wraps(view)
    def guarded(
        request: HttpRequest, terminal: TerminalView, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        visit = visit_of(request)
        if visit is None:
            return to_idle(request)
        request.session.set_expiry(FORGOTTEN_SECONDS)
        return view(request, guest_of(terminal, visit), *args, **kwargs)

    return guarded


def guest_of(terminal: TerminalView, visit: Visit) -> Guest:
    """Who stands there, with the line that was proved, if it still is one."""
    found = lines_by_id([visit.line_id]) if visit.line_id else {}
    line = found.get(visit.line_id)
    return Guest(terminal=terminal, visit=visit, line=line, language=language_of_page())


def visit_of(request: HttpRequest) -> Visit | None:
    """The visit that goes on; None when it was forgotten or never began."""
    kept = request.session.get(KEPT)
    return None if kept is None else from_json(kept)


def begin(request: HttpRequest) -> Visit:
    """A new visit; whatever the session held is gone."""
    request.session.flush()
    visit = Visit(key=secrets.token_urlsafe(12))
    keep(request, visit)
    return visit


def keep(request: HttpRequest, visit: Visit) -> None:
    """Keep a visit as it is now, until nothing is heard for a while."""
    request.session[KEPT] = to_json(visit)
    request.session.set_expiry(FORGOTTEN_SECONDS)


def forget(request: HttpRequest, response: HttpResponse) -> None:
    """Nothing is left of the visit: not its session, not the language and type that were chosen;
    and a form of it that is sent again counts no more."""
    request.session.flush()
    rotate_token(request)
    for name in CHOSEN:
        response.delete_cookie(name)


def know_as_terminal(response: HttpResponse, secret: str) -> None:
    """Let the browser be the terminal with this secret."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=KNOWN_SECONDS,
        path=reverse("terminal-idle"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def to_idle(request: HttpRequest) -> HttpResponse:
    """Back to the idle screen, also from within a page."""
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("terminal-idle"))
    return HttpResponseRedirect(reverse("terminal-idle"))


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a token that counts: a terminal goes back to its idle screen."""
    if request.path.startswith(reverse("terminal-idle")):
        return to_idle(request)
    return stale_page(request, reason)


def render_terminal(
    request: HttpRequest,
    guest: Guest,
    template: str,
    context: Mapping[str, Any],
    status: int = 200,
) -> HttpResponse:
    """A page of the terminal, with what its frame needs."""
    shared = {
        "guest": guest,
        "terminal": guest.terminal,
        "hall": spoken(guest.terminal.hall_zh, guest.terminal.hall_en),
        "asked_seconds": ASKED_SECONDS,
        "counted_seconds": COUNTED_SECONDS,
        "gone_seconds": ASKED_SECONDS + COUNTED_SECONDS,
        "still": True,
    }
    return render_page(request, template, {**shared, **context}, status)
