"""A one-time link: it says which line and what for; the line's own handset says the rest."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from wanhao.access.contracts import CodePurpose, LinkView, TooManyCodesError
from wanhao.access.one_time_links import look_at_link, open_link
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.hall.entering import send_code, too_often
from wanhao.pages.hall.entry_words import slow_down, wait_for
from wanhao.pages.hall.lending import lend_address
from wanhao.pages.hall.sign_in import ENTRY
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_id
from wanhao.values.msisdn import Msisdn


@require_http_methods(["GET", "HEAD", "POST"])
def open_page(request: HttpRequest, secret: str) -> HttpResponse:
    """Looking at a link, as programs that preview messages do, does not use it up; asking for the
    code does."""
    if too_often(request, "try", reading=True):
        return _page(request, None, slow_down())
    link = look_at_link(secret, clock.now())
    line = lines_by_id([link.line_id]).get(link.line_id) if link else None
    if link is None or line is None:
        return _page(request, None)
    if request.method != "POST":
        return _page(request, line)
    return _send(request, secret, link, line)


def _send(request: HttpRequest, secret: str, link: LinkView, line: LineView) -> HttpResponse:
    try:
        issued = send_code(line.number, CodePurpose.SIGN_IN)
    except TooManyCodesError as error:
        return _page(request, line, wait_for(error.wait))
    if open_link(secret, clock.now()) is None:
        return _page(request, None)
    request.session[ENTRY] = {"number": line.number, "code": issued.code_id, "stay": False}
    lent = link.token_id is not None
    target = lend_address(link) if lent else reverse("hall-item", args=[link.purpose])
    query = urlencode({"step": "code", "next": target})
    return HttpResponseRedirect(f"{reverse('hall-sign-in')}?{query}")


def _page(request: HttpRequest, line: LineView | None, error: str = "") -> HttpResponse:
    context = {
        "masked": Msisdn(line.number).masked if line else "",
        "error": error,
        "still": True,
    }
    status = 422 if error else 200 if line else 404
    return render_page(request, "hall/open.html", context, status=status)
