"""The halls that have a queue."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.outlets.hours import hours_in_words
from wanhao.outlets.waiting import halls_with_queues
from wanhao.pages.console.access import for_employees
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken

MOST = 200


@require_safe
@for_employees
def halls(request: HttpRequest) -> HttpResponse:
    """Halls to choose from, by words of their name, county and address."""
    words = request.GET.get("q", "").strip()[:80]
    found = halls_with_queues(clock.now(), words=words, limit=MOST)
    rows = [
        {
            "code": place.code,
            "name": spoken(place.name_zh, place.name_en),
            "address": spoken(place.address_zh, place.address_en),
            "hours": spoken(*hours_in_words(place.hours)) if place.hours else "",
        }
        for place in found
    ]
    context = {"rows": rows, "words": words, "still": True}
    return render_page(request, "queues/halls.html", context)
