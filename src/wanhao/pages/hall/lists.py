"""The pages of the hall that list what can be asked for, and the search over all of it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.shelves import Shelf, found, headings
from wanhao.pages.hall.visitors import Visitor

LONGEST = 40


@require_safe
@hall_page
def shelf(request: HttpRequest, visitor: Visitor, which: str) -> HttpResponse:
    """One of the pages 办理, 查询, 服务, 我的."""
    at = Shelf(which)
    context = {
        "shelf": at.value,
        "headings": headings(at, visitor.door, visitor.language),
        "still": True,
    }
    return render_hall(request, "hall/shelf.html", context)


@require_safe
@hall_page
def find(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Items by a word of their name."""
    words = request.GET.get("q", "").strip()[:LONGEST]
    context = {
        "words": words,
        "entries": found(words, visitor.door, visitor.language),
        "still": True,
    }
    return render_hall(request, "hall/find.html", context)
