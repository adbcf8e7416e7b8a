"""A customer's own points: what there is, what ends when, the star, and every movement."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from wanhao.pages.design import clock
from wanhao.pages.design.points_rows import standing_context
from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.visitors import Visitor


@require_safe
@hall_page
def points(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """The points of the line's account."""
    before = request.GET.get("before", "")
    context = standing_context(visitor.line.account_id, clock.now(), before)
    return render_hall(request, "hall/points.html", {**context, "bar": "hall-ask", "still": True})
