"""Visits to people with a care file: a month's list, one visit, its address with a reason."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.actions import record_read
from wanhao.menu.wording import full_month, pick
from wanhao.pages.console.access import for_employees, lines_of_theirs, no_account_of_theirs
from wanhao.pages.console.acting import back, said
from wanhao.pages.console.care_words import FILES, REASONS, SAID, VISITS
from wanhao.pages.design import clock
from wanhao.pages.design.language import language_of_page
from wanhao.pages.design.rendering import render_page
from wanhao.parties.care import care_file, care_terms
from wanhao.parties.care_contracts import CareState, CareView, VisitState, VisitView
from wanhao.parties.care_visits import record_visit, visit_of, visits_of_month
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_live_or_ended
from wanhao.staff.contracts import Permission
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])", re.ASCII)
LONGEST_REASON, LONGEST_RESULT = 150, 500
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """A visit with the file and the line of whom it is for."""

    visit: VisitView
    file: CareView
    line: LineView


@require_safe
@for_employees
def care(request: HttpRequest) -> HttpResponse:
    """The visits of a month to people of one's scope, with masked numbers."""
    asked, mistake = request.GET.get("month", "").strip(), ""
    cycle = Cycle.of(clock.now()).number
    if asked and (found := MONTH.fullmatch(asked)):
        cycle = int(found[1] + found[2])
    elif asked:
        mistake = gettext("Write the month as 2026-11.")
    context = {
        "month": full_month(cycle, language_of_page()),
        "asked": f"{cycle // 100}-{cycle % 100:02d}",
        "rows": _rows(request, visits_of_month(cycle)),
        "mistake": mistake,
        "still": True,
    }
    return render_page(request, "console/care.html", context, 400 if mistake else 200)


@require_safe
@for_employees
def care_visit(request: HttpRequest, visit_id: int) -> HttpResponse:
    """One visit, without the address."""
    one = _visited(visit_id)
    refused = no_account_of_theirs(request, Permission.SERVE, one.line.account_id)
    return refused or _page(request, one)


@require_POST
@for_employees
def care_open(request: HttpRequest, visit_id: int) -> HttpResponse:
    """The file with number and address; who read it, and why, is recorded before it is shown."""
    one = _visited(visit_id)
    refused = no_account_of_theirs(request, Permission.REVEAL, one.line.account_id)
    if refused is not None:
        return refused
    reason = " ".join(request.POST.get("reason", "").split())[:LONGEST_REASON]
    if not reason:
        return _page(request, one, mistake=gettext("Say why the address must be seen."))
    now = clock.now()
    record_read(request.user, f"care file {one.file.care_id}", "care file", now, reason=reason)
    return _page(request, one, opened=True)


@require_POST
@for_employees
def care_made(request: HttpRequest, visit_id: int) -> HttpResponse:
    """A visit was made: by which two, and what came of it."""
    one = _visited(visit_id)
    refused = no_account_of_theirs(request, Permission.SERVE, one.line.account_id)
    if refused is not None:
        return refused
    visitors = [name[:32] for name in request.POST.getlist("visitor")]
    try:
        record_visit(
            visit_id, visitors, request.POST.get("result", "")[:LONGEST_RESULT], clock.now()
        )
    except WanhaoError:
        told = gettext("Name the two different people who were there, and say what was done.")
        return _page(request, one, mistake=told)
    return back(reverse("care-visit", args=[visit_id]), "made")


def _page(
    request: HttpRequest, one: Visited, *, opened: bool = False, mistake: str = ""
) -> HttpResponse:
    language, needs = language_of_page(), care_terms().needs
    number = Msisdn(one.line.number)
    context = {
        "visit": one.visit,
        "file": one.file,
        "word": VISITS[one.visit.state],
        "state": FILES[one.file.state],
        "reason": REASONS[one.file.reason],
        "needs": [pick(language, needs[code]) for code in one.file.needs if code in needs],
        "number": str(number.value) if opened else number.masked,
        "address": one.file.address if opened else "",
        "opened": opened,
        "live": one.file.state is not CareState.ENDED,
        "made": one.visit.state is VisitState.MADE,
        "month": full_month(one.visit.cycle, language),
        "asked": f"{one.visit.cycle // 100}-{one.visit.cycle % 100:02d}",
        "visitors": range(care_terms().visitors),
        "typed": request.POST,
        "mistake": mistake,
        "said": said(request, SAID),
        "still": True,
    }
    response = render_page(request, "console/care_visit.html", context, 400 if mistake else 200)
    if opened:
        response["Cache-Control"] = "no-store"
    return response


def _visited(visit_id: int) -> Visited:
    visit = visit_of(visit_id)
    file = care_file(visit.care_id) if visit is not None else None
    if visit is None or file is None:
        raise Http404(str(visit_id))
    ((line, _live),) = lines_live_or_ended([file.person_line])
    return Visited(visit=visit, file=file, line=line)


def _rows(request: HttpRequest, visits: Sequence[VisitView]) -> list[Row]:
    found = lines_live_or_ended({one.person_line for one in visits})
    lines = {line.line_id: line for line, _live in found}
    theirs = lines_of_theirs(request, Permission.SERVE, lines.values())
    return [
        {
            "visit": one,
            "number": Msisdn(lines[one.person_line].number).masked,
            "word": VISITS[one.state],
        }
        for one in visits
        if one.person_line in theirs
    ]
