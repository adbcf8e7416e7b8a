"""Cash at the counter: taken for the customer's account, and counted at the end of the day."""

import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from wanhao.billing.orders.amounts import AmountFault, read_amount
from wanhao.billing.tills import receipts_of_clerk
from wanhao.outlets.counter.drawers import cash_of, close_drawer, closing_of
from wanhao.pages.console.access import out_of_scope
from wanhao.pages.console.acting import back, said
from wanhao.pages.counter.clerks import Clerk, Serving, for_clerks, for_service
from wanhao.pages.counter.serving import customer_page
from wanhao.pages.counter.words import SAID
from wanhao.pages.design import clock
from wanhao.pages.design.amount_words import amount_fault
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import money, spoken
from wanhao.staff.contracts import Permission
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.workflows.check_scope import scope_of_line
from wanhao.workflows.take_cash_at_counter import take_cash_at_counter

MOST_FEN = 10_000_000
"""So much cash a counter takes at once."""
MOST_DRAWER_FEN = 99_999_999


@require_http_methods(["GET", "HEAD", "POST"])
@for_service
def counter_cash(request: HttpRequest, serving: Serving) -> HttpResponse:
    """Take cash for the account of the line; sent twice it is taken once."""
    now, clerk = clock.now(), serving.clerk.employee
    scope = scope_of_line(clerk.employee_id, Permission.TAKE_CASH, serving.line, now)
    if not scope.allowed:
        return out_of_scope(request, scope)
    if request.method != "POST":
        return _cash(request, serving, "")
    fen = read_amount(request.POST.get("amount", ""), most_fen=MOST_FEN)
    if isinstance(fen, AmountFault):
        return _cash(request, serving, amount_fault(fen, most_fen=MOST_FEN))
    words = (gettext("Cash payment"), gettext("Cash received, number {number}."))
    given = request.POST.get("reference", "")
    reference = f"cash-{serving.service.service_id}-{given[:32] or uuid.uuid4().hex}"
    try:
        _, receipt = take_cash_at_counter(
            serving.service, clerk, serving.line.account_id, fen, words, reference, now
        )
    except WanhaoError:
        told = gettext("This cash cannot be taken: your drawer was counted today, or it was sent.")
        return _cash(request, serving, told)
    return _cash(request, serving, "", receipt=receipt, taken=money(fen))


def _cash(request: HttpRequest, serving: Serving, mistake: str, **more: object) -> HttpResponse:
    context = {
        "mistake": mistake,
        "amount": _written(request, mistake),
        "reference": uuid.uuid4().hex,
        **more,
    }
    status = 400 if mistake else 200
    return customer_page(request, serving, "counter/cash.html", context, status)


def _written(request: HttpRequest, mistake: str) -> str:
    """What stands in the form: what was wrong, or what the menu led here with."""
    sent = request.GET if request.method != "POST" else request.POST if mistake else {}
    return sent.get("amount", "")[:12]


@require_http_methods(["GET", "HEAD", "POST"])
@for_clerks
def counter_drawer(request: HttpRequest, clerk: Clerk) -> HttpResponse:
    """What the clerk took today at this hall; counted once at the end, with the difference."""
    if clerk.hall is None:
        return HttpResponseRedirect(reverse("counter"))
    now, who, hall = clock.now(), clerk.employee.employee_id, clerk.hall.code
    day, mistake = now.astimezone(SHANGHAI).date(), ""
    if request.method == "POST":
        mistake = _counted(request, clerk)
        if not mistake:
            return back(reverse("counter-drawer"), "counted")
    closing = closing_of(who, hall, day)
    context = {
        "hall": spoken(clerk.hall.name_zh, clerk.hall.name_en),
        "day": day,
        "taken": cash_of(who, hall, day),
        "receipts": receipts_of_clerk(who, day, hall),
        "closing": closing,
        "mistake": mistake,
        "given": request.POST,
        "said": said(request, SAID),
        "still": True,
    }
    return render_page(request, "counter/drawer.html", context, status=400 if mistake else 200)


def _counted(request: HttpRequest, clerk: Clerk) -> str:
    """Close the drawer with what was counted; else what is wrong, in words."""
    counted = read_amount(request.POST.get("counted", ""), least_fen=0, most_fen=MOST_DRAWER_FEN)
    if isinstance(counted, AmountFault):
        return amount_fault(counted, least_fen=0, most_fen=MOST_DRAWER_FEN)
    assert clerk.hall is not None
    try:
        close_drawer(
            clerk_id=clerk.employee.employee_id,
            hall=clerk.hall.code,
            counted_fen=counted,
            note=request.POST.get("note", ""),
            now=clock.now(),
        )
    except WanhaoError:
        return gettext("Give what you counted, as 350.00, and explain a difference.")
    return ""
