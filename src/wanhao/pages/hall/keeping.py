"""Which pages of the hall a browser may keep for reading without a network, and whose they are.

The worker of the app (`static/wanhao/hall-worker.js`) reads both from the headers of a page.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.crypto import salted_hmac

from wanhao.pages.hall.visitors import Visitor, visitor_of

OWNER, KEEP = "Wanhao-Owner", "Wanhao-Keep"
PAGES = frozenset(
    {"hall-home", "hall-bills", "hall-bill", "hall-usage", "hall-points", "hall-places"}
)
ITEMS = frozenset({"balance", "usage", "bill", "holdings", "points", "halls", "hotspots"})


def tell_worker(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: each page of the hall says whose it is, and whether it may be kept; where nobody
    is signed in it is nobody's, and the worker forgets what it kept."""
    hall = reverse_lazy("hall-home")

    def told(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if is_page and response.status_code == 200 and request.path.startswith(str(hall)):
            visitor = visitor_of(request)
            response[OWNER] = "" if visitor is None else owner_of(visitor)
            if visitor is not None and _readable(request):
                response[KEEP] = "1"
        return response

    return told


def owner_of(visitor: Visitor) -> str:
    """A word for this login at this line, that says nothing to anybody else."""
    asked = f"{visitor.login_id} {visitor.line.line_id}"
    return salted_hmac("wanhao.pages.hall.keeping", asked).hexdigest()[:20]


def _readable(request: HttpRequest) -> bool:
    at = request.resolver_match
    if request.method != "GET" or at is None:
        return False
    return at.url_name in PAGES or (at.url_name == "hall-item" and at.kwargs.get("code") in ITEMS)
