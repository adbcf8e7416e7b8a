"""Payments at WeChat Pay and Alipay: orders, refunds, what differs, each day's statement."""

import secrets
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.actions import record_read
from wanhao.billing.order_contracts import DifferenceView, OrderState, OrderView, Verdict
from wanhao.billing.orders.amounts import fen_of
from wanhao.billing.orders.queries import (
    NoticeView,
    differences,
    notices,
    notices_of,
    orders,
    refunds_of,
    statement_runs,
)
from wanhao.billing.orders.queries import difference as difference_of
from wanhao.billing.orders.queries import order as order_of
from wanhao.billing.orders.states import MAY_REFUND
from wanhao.billing.ports import Billing, billing_source
from wanhao.pages.console.access import (
    employee_of,
    for_employees,
    no_account_of_theirs,
    out_of_scope,
)
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.console.payment_words import (
    CHANNELS,
    DIFFERENCES,
    DOORS,
    REFUNDS,
    SAID,
    STATES,
    VERDICTS,
)
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.parties.queries import account_references, accounts_by_reference
from wanhao.staff.contracts import Permission
from wanhao.staff.queries import may, units
from wanhao.values.errors import WanhaoError
from wanhao.workflows.check_scope import Scope
from wanhao.workflows.reconcile_payments import BOOKABLE, settle_by_person
from wanhao.workflows.refund_order import refund_order

LATEST = 50
DAYS = 14
CALLS = 10
REFUSED = (Verdict.FORGED, Verdict.UNREADABLE)
Row = dict[str, Any]


@require_safe
@for_employees
def payments(request: HttpRequest) -> HttpResponse:
    """The latest orders, what differs and waits for a person, and the last days' statements."""
    return _page(request)


@require_safe
@for_employees
def payment(request: HttpRequest, number: str) -> HttpResponse:
    """One order with all that was said of it; the reading is recorded."""
    order = _order(number)
    refused = no_account_of_theirs(request, Permission.READ_MONEY, order.account_id)
    if refused is not None:
        return refused
    record_read(request.user, f"payment {number}", "payment", clock.now())
    return _order_page(request, order)


@require_POST
@for_employees
def payment_refund(request: HttpRequest, number: str) -> HttpResponse:
    """Give money back through the channel, with a reason and by whom."""
    order = _order(number)
    refused = no_account_of_theirs(request, Permission.REFUND, order.account_id)
    if refused is not None:
        return refused
    once = request.POST.get("once", "")
    try:
        made = refund_order(
            number,
            _amount(request.POST.get("amount", "")),
            request.POST.get("reason", ""),
            person(request),
            f"page-{once}" if once else "",
            clock.now(),
        )
    except WanhaoError as mistake:
        return _order_page(request, order, mistake)
    return back(reverse("payment", args=[number]), f"refund-{made.state.value}")


@require_POST
@for_employees
def difference_settle(request: HttpRequest, difference_id: int) -> HttpResponse:
    """Settle a difference with a note, or book what was really paid."""
    account = request.POST.get("account", "").strip()
    try:
        account_id = accounts_by_reference([account]).get(account) if account else None
        if account and account_id is None:
            raise WanhaoError("There is no such account.", "Give the reference it was opened with.")
        refused = _not_theirs(request, difference_id, account_id)
        if refused is not None:
            return refused
        settle_by_person(
            difference_id,
            by=person(request),
            note=request.POST.get("note", ""),
            now=clock.now(),
            account_id=account_id,
            book=request.POST.get("act") == "book",
        )
    except WanhaoError as mistake:
        return _page(request, mistake)
    return back(reverse("payments"), "settled")


def _not_theirs(
    request: HttpRequest, difference_id: int, account_id: int | None
) -> HttpResponse | None:
    """The refusal where the account, or the order's, is beyond the reader's roles; what belongs to
    no account is for those who may refund for everybody."""
    order = order_of(difference_of(difference_id).number)
    paid_for = account_id or (order.account_id if order is not None else None)
    if paid_for is not None:
        return no_account_of_theirs(request, Permission.REFUND, paid_for)
    employee, whole = employee_of(request), units()
    if settings.DEMO or (
        employee is not None
        and whole
        and may(employee.employee_id, Permission.REFUND, whole[0].code, clock.now())
    ):
        return None
    return out_of_scope(request, Scope(allowed=False))


def _page(request: HttpRequest, mistake: WanhaoError | None = None) -> HttpResponse:
    wanted = request.GET.get("state", "")
    state = OrderState(wanted) if wanted in set(OrderState) else None
    before = request.GET.get("before", "")
    found = orders(LATEST, state=state, before=int(before) if before.isdecimal() else None)
    context = {
        "rows": [_row(one) for one in found],
        "older": found[-1].order_id if len(found) == LATEST else None,
        "states": list(STATES.items()),
        "state": state,
        "differences": [_difference(one) for one in differences(LATEST)],
        "runs": [{"run": one, "channel": CHANNELS[one.channel]} for one in statement_runs(DAYS)],
        "refused": [_notice(one) for one in notices(CALLS, REFUSED)],
        "foreign": billing_source().billing is Billing.FOREIGN,
        "said": said(request, SAID),
        "mistake": mistake,
        "still": True,
    }
    return render_page(request, "console/payments.html", context, 400 if mistake else 200)


def _order_page(
    request: HttpRequest, order: OrderView, mistake: WanhaoError | None = None
) -> HttpResponse:
    refunds = [{"refund": one, "state": REFUNDS[one.state]} for one in refunds_of(order.number)]
    context = {
        **_row(order),
        "account": account_references([order.account_id]).get(order.account_id, ""),
        "refunds": refunds,
        "notices": [_notice(one) for one in notices_of(order.number)],
        "door": DOORS.get(order.door, order.door),
        "may_refund": order.state in MAY_REFUND,
        "amount": request.POST.get("amount", ""),
        "reason": request.POST.get("reason", ""),
        "once": request.POST.get("once") or secrets.token_urlsafe(12),
        "said": said(request, SAID),
        "mistake": mistake,
        "still": True,
    }
    return render_page(request, "console/payment.html", context, 400 if mistake else 200)


def _order(number: str) -> OrderView:
    found = order_of(number)
    if found is None:
        raise Http404
    return found


def _row(order: OrderView) -> Row:
    return {"order": order, "channel": CHANNELS[order.channel], "state": STATES[order.state]}


def _notice(one: NoticeView) -> Row:
    return {"notice": one, "channel": CHANNELS[one.channel], "verdict": VERDICTS[one.verdict]}


def _difference(one: DifferenceView) -> Row:
    return {
        "difference": one,
        "channel": CHANNELS[one.channel],
        "kind": DIFFERENCES[one.kind],
        "bookable": one.kind in BOOKABLE and bool(one.theirs_fen),
    }


def _amount(yuan: str) -> int:
    fen = fen_of(yuan.strip())
    if fen is None:
        raise WanhaoError("This is no amount.", "Write it in yuan, as 50 or 50.50.")
    return fen
