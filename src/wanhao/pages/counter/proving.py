"""How sure the clerk is of who stands there: a code read back, or a document."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.contracts import TooManyCodesError
from wanhao.pages.counter.clerks import Serving, for_service
from wanhao.pages.counter.serving import customer_page
from wanhao.pages.counter.words import DOCUMENTS, VERDICTS
from wanhao.pages.design import clock
from wanhao.parties.contracts import DocumentKind
from wanhao.values.errors import WanhaoError
from wanhao.workflows.prove_at_counter import (
    Proved,
    ShownDocument,
    Verdict,
    read_back,
    see_document,
    send_code,
    show_document,
)


@require_safe
@for_service
def counter_level(request: HttpRequest, serving: Serving) -> HttpResponse:
    """The ways to be surer, and back to what was wanted."""
    return _page(request, serving, request.GET.get("next", ""), "")


@require_POST
@for_service
def counter_prove(request: HttpRequest, serving: Serving, way: str) -> HttpResponse:
    """One of the ways; right, one goes on with what was wanted."""
    wanted = request.POST.get("next", "")
    try:
        proved, done = WAYS[way](request, serving)
    except TooManyCodesError:
        told = gettext("A code was sent a moment ago, or too often. Wait a minute, then try again.")
        return _page(request, serving, wanted, told, 429)
    except WanhaoError:
        told = gettext("Compare it digit by digit. After three wrong ones it is tomorrow.")
        return _page(request, serving, wanted, told, 400)
    if proved.verdict is not Verdict.RIGHT:
        return _page(request, serving, wanted, _told(proved), 400)
    here = reverse("counter-level", args=[serving.service.service_id])
    forward = here if way == "send" else _safe(request, wanted) or _customer(serving)
    query = {"done": done, **({"next": wanted} if way == "send" and wanted else {})}
    mark = "&" if "?" in forward else "?"
    return HttpResponseRedirect(f"{forward}{mark}{urlencode(query)}")


def _send(request: HttpRequest, serving: Serving) -> tuple[Proved, str]:
    send_code(serving.service, serving.line, clock.now())
    return Proved(verdict=Verdict.RIGHT), "sent"


def _read(request: HttpRequest, serving: Serving) -> tuple[Proved, str]:
    code = request.POST.get("code", "")
    return read_back(serving.service, serving.line, code, clock.now()), "right"


def _see(request: HttpRequest, serving: Serving) -> tuple[Proved, str]:
    return see_document(serving.service, request.POST.get("tail", ""), clock.now()), "seen"


def _show(request: HttpRequest, serving: Serving) -> tuple[Proved, str]:
    try:
        kind = DocumentKind(request.POST.get("kind", ""))
    except ValueError:
        kind = DocumentKind.IDENTITY_CARD
    shown = ShownDocument(
        kind=kind,
        name=request.POST.get("name", ""),
        number=request.POST.get("number", ""),
        face_seen=request.POST.get("face") == "on",
    )
    clerk = serving.clerk.employee
    return show_document(serving.service, serving.line, shown, clerk, clock.now()), "recorded"


Way = Callable[[HttpRequest, Serving], tuple[Proved, str]]
WAYS: Mapping[str, Way] = MappingProxyType(
    {"send": _send, "code": _read, "seen": _see, "document": _show}
)


def _told(proved: Proved) -> str | Promise:
    if proved.verdict in VERDICTS:
        return VERDICTS[proved.verdict]
    return gettext("That does not match; it was noted. Tries left: %(left)s.") % {
        "left": proved.left
    }


def _page(
    request: HttpRequest, serving: Serving, wanted: str, mistake: str | Promise, status: int = 200
) -> HttpResponse:
    context = {
        "next": _safe(request, wanted),
        "mistake": mistake,
        "kinds": [(kind.value, words) for kind, words in DOCUMENTS.items()],
    }
    return customer_page(request, serving, "counter/level.html", context, status)


def _safe(request: HttpRequest, wanted: str) -> str:
    hosts = {request.get_host()}
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts) else ""


def _customer(serving: Serving) -> str:
    return reverse("counter-customer", args=[serving.service.service_id])
