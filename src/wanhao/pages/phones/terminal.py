"""The way from the page of phones to the demo's self-service terminal."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from wanhao.outlets.terminals import new_code, terminals
from wanhao.pages.design import clock


@require_POST
def phones_terminal(request: HttpRequest) -> HttpResponse:
    """Lead to where this browser is made the demo's terminal; there is none outside the demo."""
    found = terminals() if settings.DEMO else ()
    if not found:
        raise Http404
    return redirect("terminal-register", new_code(found[0].terminal_id, clock.now()))
