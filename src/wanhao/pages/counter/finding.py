"""The counter's first page: choose the hall, find the customer with a reason, begin to serve."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.actions import record_read
from wanhao.outlets.counter.serving import open_service
from wanhao.outlets.counter_contracts import NewService, Purpose, ServiceView
from wanhao.pages.console.access import out_of_scope
from wanhao.pages.console.acting import back, said
from wanhao.pages.counter.clerks import CHOSEN, Clerk, for_clerks, halls_of
from wanhao.pages.counter.words import SAID
from wanhao.pages.design import clock
from wanhao.pages.design.counter_words import PURPOSES
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import masked_name, spoken
from wanhao.parties.contracts import LineView
from wanhao.parties.documents import holders_of_document
from wanhao.parties.queries import (
    account_profiles,
    customers_named,
    lines_by_id,
    lines_by_number,
    lines_of_customers,
)
from wanhao.staff.contracts import Permission
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.values.typed import as_meant
from wanhao.workflows.begin_service import begin_service
from wanhao.workflows.check_scope import scope_of_line

NUMBER = re.compile(r"1\d{10}")
DOCUMENT = re.compile(r"(?=.*\d)[A-Za-z0-9]{5,18}")
MOST_SHOWN = 20


@require_safe
@for_clerks
def counter(request: HttpRequest, clerk: Clerk) -> HttpResponse:
    """Find a customer; whom the clerk serves now is one step away."""
    return _page(request, clerk, {})


@require_POST
@for_clerks
def counter_hall(request: HttpRequest, clerk: Clerk) -> HttpResponse:
    """Stand at another hall from now on."""
    wanted = request.POST.get("hall", "")
    if wanted in {hall.code for hall in halls_of(clerk.employee)}:
        request.session[CHOSEN] = wanted
    return back(reverse("counter"), "hall")


@require_POST
@for_clerks
def counter_find(request: HttpRequest, clerk: Clerk) -> HttpResponse:
    """Find by number, document or name; one customer is served at once, of several one chooses."""
    wanted = " ".join(as_meant(request.POST.get("wanted", "")).split())
    if mistake := _mistake(request, clerk, wanted):
        return _page(request, clerk, {"mistake": mistake}, status=400)
    kind, lines = found_lines(wanted)
    now = clock.now()
    record_read(request.user, f"search by {kind}", "counter", now, reason=_reason(request))
    if len(lines) == 1:
        return _begin(request, clerk, lines[0])
    who = clerk.employee.employee_id
    mine = [one for one in lines if scope_of_line(who, Permission.SERVE, one, now).allowed]
    if not mine:
        mistake = gettext("Nobody is found by that. Check it, or try the number of the line.")
        return _page(request, clerk, {"mistake": mistake}, status=404)
    return _page(request, clerk, {"rows": _rows(mine[:MOST_SHOWN])})


@require_POST
@for_clerks
def counter_begin(request: HttpRequest, clerk: Clerk) -> HttpResponse:
    """Serve one of those who were found."""
    given = request.POST.get("line", "")
    line_id = int(given) if given.isdecimal() and len(given) < 19 else 0
    line = lines_by_id([line_id]).get(line_id)
    mistake = _mistake(request, clerk, given)
    if line is None or mistake:
        told = mistake or gettext("This line is in use no more. Look the customer up again.")
        return _page(request, clerk, {"mistake": told}, status=400)
    return _begin(request, clerk, line)


def found_lines(wanted: str) -> tuple[str, list[LineView]]:
    """What was typed in, and the lines it finds: a number, a document or a name."""
    plain = "".join(wanted.split()).replace("-", "")
    if NUMBER.fullmatch(plain):
        return "number", list(lines_by_number([int(plain)]).values())
    if DOCUMENT.fullmatch(plain):
        return "document", lines_of_customers(holders_of_document(plain))
    return "name", lines_of_customers(customers_named(wanted))


def _begin(request: HttpRequest, clerk: Clerk, line: LineView) -> HttpResponse:
    assert clerk.hall is not None, "looked at before"
    new = NewService(
        clerk_id=clerk.employee.employee_id,
        hall=clerk.hall.code,
        line_id=line.line_id,
        purpose=Purpose(request.POST["purpose"]),
        note=request.POST.get("note", ""),
    )
    try:
        begun = begin_service(new, line, request.user, clock.now())
    except WanhaoError:
        told = gettext("Say in a few words why the customer is looked up.")
        return _page(request, clerk, {"mistake": told}, status=400)
    if not isinstance(begun, ServiceView):
        return out_of_scope(request, begun)
    return HttpResponseRedirect(reverse("counter-customer", args=[begun.service_id]))


def _mistake(request: HttpRequest, clerk: Clerk, wanted: str) -> str:
    if clerk.hall is None:
        return gettext("Choose your hall first.")
    if not wanted:
        return gettext("Give a number, a document number or a whole name.")
    if request.POST.get("purpose", "") not in {one.value for one in Purpose}:
        return gettext("Choose why the customer is looked up.")
    return ""


def _reason(request: HttpRequest) -> str:
    return f"{request.POST.get('purpose', '')} {request.POST.get('note', '').strip()}".strip()


def _rows(lines: list[LineView]) -> list[dict[str, Any]]:
    profiles = account_profiles([line.account_id for line in lines])
    return [
        {
            "line_id": line.line_id,
            "number": Msisdn(line.number).masked,
            "name": masked_name(profiles[line.account_id].customer_name),
            "role": line.role.value,
        }
        for line in lines
    ]


def _page(
    request: HttpRequest, clerk: Clerk, more: dict[str, Any], status: int = 200
) -> HttpResponse:
    halls = halls_of(clerk.employee)
    context = {
        "clerk": clerk,
        "hall": spoken(clerk.hall.name_zh, clerk.hall.name_en) if clerk.hall else "",
        "halls": [(one.code, spoken(one.name_zh, one.name_en)) for one in halls],
        "open": open_service(clerk.employee.employee_id, clock.now()),
        "purposes": [(one.value, words) for one, words in PURPOSES.items()],
        "given": request.POST,
        "said": said(request, SAID),
        "still": True,
        **more,
    }
    return render_page(request, "counter/find.html", context, status=status)
