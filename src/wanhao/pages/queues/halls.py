"""The halls that have a queue."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.outlets.hours import hours_in_words
from wanhao.outlets.waiting import halls_with_queues
from wanhao.pages.console.access import for_employees
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.pages.queues.clerks import halls_of_theirs

MOST, MOST_ASKED = 200, 5000


@require_safe
@for_employees
def halls(request: HttpRequest) -> HttpResponse:
    """Halls of theirs to choose from, by words of their name, county and address."""
    words = request.GET.get("q", "").strip()[:80]
    found = halls_with_queues(clock.now(), words=words, limit=MOST_ASKED)
    theirs = halls_of_theirs(request, found)
    rows = [
        {
            "code": place.code,
            "name": spoken(place.name_zh, place.name_en),
            "address": spoken(place.address_zh, place.address_en),
            "hours": spoken(*hours_in_words(place.hours)) if place.hours else "",
        }
        for place in theirs[:MOST]
    ]
    context = {"rows": rows, "words": words, "others": bool(found), "still": True}
    return render_page(request, "queues/halls.html", context)
