"""Letting an assistant ask as surely as its customer is known in this session, for half an hour."""

from datetime import UTC, datetime

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wanhao.access.contracts import LinkView
from wanhao.access.one_time_links import LASTS
from wanhao.access.token_step_ups import step_up_token
from wanhao.menu.queries import item_of
from wanhao.menu.wording import pick
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.hall.lines import to_step_up
from wanhao.pages.hall.visitors import Visitor, for_customers
from wanhao.values.cycle import SHANGHAI
from wanhao.values.msisdn import Msisdn

SALT = "wanhao hall lending"


def lend_address(link: LinkView) -> str:
    """Where the customer agrees, once signed in. What it is for is signed, since signing in may
    begin a new session; it opens nothing for anybody else."""
    until = (clock.now() + LASTS).timestamp()
    grant = signing.dumps([link.token_id, link.line_id, link.purpose, until], salt=SALT)
    return reverse("hall-lend", args=[grant])


@require_http_methods(["GET", "HEAD", "POST"])
@for_customers
def lend_page(request: HttpRequest, visitor: Visitor, grant: str) -> HttpResponse:
    """What an assistant asks for, and the yes to it; first the level that it needs."""
    token_id, line_id, code = _granted(grant)
    if visitor.line.line_id != line_id:
        raise Http404
    item = item_of(code)
    if visitor.level < item.level:
        return to_step_up(item.level, request.path)
    until, ended = None, False
    if request.method == "POST":
        level, by = int(visitor.level), f"login {visitor.login_id}"
        until = step_up_token(token_id, line_id, level, clock.now(), by=by)
        ended = until is None
    context = {
        "masked": Msisdn(visitor.line.number).masked,
        "item": pick(visitor.language, (item.zh, item.en)),
        "until": f"{until.astimezone(SHANGHAI):%H:%M}" if until else "",
        "ended": ended,
        "still": True,
    }
    return render_page(request, "hall/lend.html", context, status=409 if ended else 200)


def _granted(grant: str) -> tuple[int, int, str]:
    """Token, line and item of an address that was made here and is not too old."""
    try:
        token_id, line_id, code, until = signing.loads(grant, salt=SALT)
    except signing.BadSignature as error:
        raise Http404 from error
    if clock.now() >= datetime.fromtimestamp(until, UTC):
        raise Http404
    return token_id, line_id, code
