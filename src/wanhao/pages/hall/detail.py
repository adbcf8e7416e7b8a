"""A customer's own records, one by one: by month, service and day; as files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.views.decorators.http import require_safe

from wanhao.access.actions import record_read
from wanhao.billing.bills.queries import shown_cycles
from wanhao.menu.contracts import IdentityLevel
from wanhao.menu.wording import ZONES, full_month, pick, zone
from wanhao.pages.design import clock
from wanhao.pages.hall import detail_files
from wanhao.pages.hall.detail_rows import chosen, row, sums
from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.items import HALL
from wanhao.pages.hall.visitors import Visitor
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.details import kept_only_from, records_of
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

P = ParamSpec("P")
PAGE = 50
SERVICES = ("voice", "message", "data")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which records are asked for; `day` None: those of the whole month; `zone` empty: anywhere."""

    cycle: int
    service: str
    day: date | None
    zone: str
    page: int

    def query(self, **other: object) -> str:
        """The same in an address, with something other."""
        told: dict[str, object] = {"month": self.cycle, "service": self.service}
        told |= {"day": self.day or "", "zone": self.zone} | other
        return urlencode({name: value for name, value in told.items() if value})


def for_sure(
    view: Callable[Concatenate[HttpRequest, Visitor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, Visitor, P], HttpResponseBase]:
    """Records are shown to whom we are sure of; others prove more first, and come back."""

    @wraps(view)
    def sure(
        request: HttpRequest, visitor: Visitor, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponseBase:
        if visitor.level < IdentityLevel.STRONG:
            back = request.get_full_path()
            return HttpResponseRedirect(HALL.step_up_url(IdentityLevel.STRONG, back))
        return view(request, visitor, *args, **kwargs)

    return sure


@require_safe
@hall_page
@for_sure
def detail(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """A page of a month's records, the latest first; the reading is recorded."""
    wanted = wanted_of(request)
    try:
        found = read(request, visitor, wanted, "detail at the hall")
    except WanhaoError:
        return render_hall(request, "hall/detail.html", _form(visitor, wanted) | {"gone": True})
    pages = max(-(-len(found) // PAGE), 1)
    at = min(wanted.page, pages)
    shown = found[::-1][(at - 1) * PAGE : at * PAGE]
    context = _form(visitor, wanted) | {
        "rows": [row(one, visitor.language) for one in shown],
        "sums": sums(found, visitor.language),
        "page": at,
        "pages": pages,
        "before": wanted.query(page=at - 1) if at > 1 else "",
        "after": wanted.query(page=at + 1) if at < pages else "",
        "kept_from": "" if found else kept_only_from(wanted.cycle),
    }
    return render_hall(request, "hall/detail.html", context)


@require_safe
@hall_page
@for_sure
def detail_file(request: HttpRequest, visitor: Visitor, form: str) -> HttpResponseBase:
    """The records that are asked for as a file; the download is recorded."""
    wanted, language = wanted_of(request), visitor.language
    found = read(request, visitor, wanted, f"detail as {form} at the hall")
    number = Msisdn(visitor.line.number).masked
    title = pick(language, ("详单", "Detailed records"))
    head = settings.LETTERHEAD
    told = detail_files.Told(
        title=f"{title} {full_month(wanted.cycle, language)} {number}",
        sums=sums(found, language),
        author=pick(language, (head.name_zh, head.name_en)),
    )
    response: HttpResponseBase
    if form == "csv":
        pieces = detail_files.csv_pieces(found, language)
        response = StreamingHttpResponse(pieces, content_type=TYPES[form])
    else:
        drawn = detail_files.workbook if form == "xlsx" else detail_files.paper
        response = HttpResponse(drawn(found, told, language), content_type=TYPES[form])
    name = f"detail-{wanted.cycle}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _form(visitor: Visitor, wanted: Wanted) -> dict[str, object]:
    language, current = visitor.language, Cycle.of(clock.now()).number
    return {
        "wanted": wanted,
        "query": wanted.query(),
        "months": [(one, full_month(one, language)) for one in (current, *shown_cycles(current))],
        "zones": [(code, zone(code, language)) for code in ZONES],
        "number": Msisdn(visitor.line.number).masked,
        "forms": [(form, form.upper()) for form in TYPES],
        "bar": "hall-ask",
        "still": True,
    }


def wanted_of(request: HttpRequest) -> Wanted:
    """What is asked for; what cannot be had or understood counts as not asked."""
    current = Cycle.of(clock.now()).number
    month, service = request.GET.get("month", ""), request.GET.get("service", "")
    page, where = request.GET.get("page", ""), request.GET.get("zone", "")
    cycle = int(month) if month.isdecimal() else current
    return Wanted(
        cycle=cycle if cycle in shown_cycles(current) else current,
        service=service if service in SERVICES else "",
        day=_day(request.GET.get("day", "")),
        zone=where if where in ZONES else "",
        page=max(int(page), 1) if page.isdecimal() and len(page) < 6 else 1,
    )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def read(request: HttpRequest, visitor: Visitor, wanted: Wanted, purpose: str) -> list[UsageDetail]:
    """The records that are asked for; the reading is recorded."""
    record_read(request.user, f"line {visitor.line.number}", purpose, clock.now())
    found = records_of([visitor.line.number], wanted.cycle)
    return chosen(found, wanted.service, wanted.day, wanted.zone)
