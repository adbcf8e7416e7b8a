"""The pages for what cannot be shown: kindly, in the reader's language, with a way on."""

from collections.abc import Callable

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from wanhao.pages.design.rendering import render_page

BACK = {"/hall/": "hall-home", "/terminal/": "terminal-idle"}
"""Where customers go on, who read below these addresses; the operator's pages are not for them."""


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Says that there is no such page, and where to go on."""
    if not for_customers(request):
        return render_page(request, "wanhao/missing.html", {"still": True}, status=404)
    return _mistaken(request, "missing", 404)


def stale(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Says that a form was sent from a page that is no longer current; nothing was done."""
    return _mistaken(request, "stale", 403)


def broken(request: HttpRequest) -> HttpResponse:
    """Says that something went wrong on our side."""
    return _mistaken(request, "broken", 500)


def for_customers(request: HttpRequest) -> bool:
    """Whether customers read there."""
    return request.path.startswith(tuple(BACK))


class Unreadable:
    """What was sent holds a sign that no database keeps: that is said, and nothing was done."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """A page that says so, where that was the trouble."""
        sent = [request.path, *request.GET.values(), *request.POST.values()]
        if isinstance(error, (ValueError, DataError)) and any("\0" in str(one) for one in sent):
            return _mistaken(request, "unreadable", 400)
        return None


def _mistaken(request: HttpRequest, what: str, status: int) -> HttpResponse:
    backs = [name for path, name in BACK.items() if request.path.startswith(path)]
    context = {
        "what": what,
        "back": reverse(backs[0] if backs else "operations"),
        "hall": bool(backs),
    }
    return render_page(request, "wanhao/mistaken.html", context, status=status)
