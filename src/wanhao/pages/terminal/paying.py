"""Paying at a terminal: for any number of ours, an amount, a code to scan; then the receipt."""

import secrets
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from wanhao.billing.order_contracts import NewOrder, OrderState, OrderView, Showing
from wanhao.billing.orders.ports import connected_channels
from wanhao.billing.orders.queries import order as order_of
from wanhao.menu.refusing import refusal_of
from wanhao.outlets.terminal_contracts import NewReceipt
from wanhao.outlets.terminals import write_receipt
from wanhao.pages.design import clock
from wanhao.pages.design.codes import code_picture
from wanhao.pages.design.payment_words import CHANNELS, STATES
from wanhao.pages.hall.entering import too_often
from wanhao.pages.hall.entry_words import number_of, slow_down, wrong_number
from wanhao.pages.hall.pay_form import AMOUNTS, PayForm, Wanted, read_form
from wanhao.pages.terminal.guests import Guest, for_guests, keep, render_terminal
from wanhao.pages.terminal.keypad import pressed
from wanhao.pages.terminal.visits import COUNTED_SECONDS, Done
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.begin_payment import begin_payment

WAITED = timedelta(minutes=5)
"""So long the screen waits for a payment without a touch: the customer looks at a phone."""
LONGEST = {"number": 11, "other": 9}


@require_http_methods(["GET", "HEAD", "POST"])
@for_guests
def pay(request: HttpRequest, guest: Guest) -> HttpResponse:
    """For which number; then how much and by what; then to the code."""
    if request.method != "POST":
        if "amount" in request.GET:
            return _led_here(request, guest)
        if guest.line is not None and not guest.visit.payee and "number" not in request.GET:
            guest = _paying_for(request, guest, guest.line.number)
        asked = not guest.visit.payee or "number" in request.GET
        return _number(request, guest) if asked else _amount(request, guest)
    if "key" in request.POST:
        return _typed(request, guest)
    return _amounts(request, guest) if "once" in request.POST else _payee(request, guest)


@require_safe
@for_guests
def pay_order(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The code, until it is paid; then what was paid, with its receipt."""
    order = _order(guest)
    if order is None:
        return HttpResponseRedirect(reverse("terminal-pay"))
    if order.paid_at is not None:
        guest = _noted(request, guest, order)
    return render_terminal(request, guest, "terminal/pay_order.html", _shown(order, guest))


@require_safe
@for_guests
def pay_part(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The part of that page that moves; once it is settled the whole page is asked for anew."""
    order = _order(guest)
    if order is None or not _waits(order):
        return HttpResponseClientRedirect(reverse("terminal-pay-order"))
    return render_terminal(request, guest, "terminal/_pay_order.html", _shown(order, guest))


@require_safe
@for_guests
def pay_code(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The code to be scanned."""
    order = _order(guest)
    if order is None or not order.address or not _waits(order):
        raise Http404
    return code_picture(order.address)


def _typed(request: HttpRequest, guest: Guest) -> HttpResponse:
    """A key of the screen, without JavaScript."""
    name = "other" if "once" in request.POST else "number"
    typed = pressed(request.POST.get(name, ""), request.POST["key"], LONGEST[name])
    if name == "number":
        return _number(request, guest, typed)
    return _amount(request, guest, PayForm(amount=typed, once=request.POST["once"]))


def _payee(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The number it is for."""
    given = request.POST.get("number", "")
    number = number_of(given)
    if number is None:
        return _number(request, guest, given[:11], wrong_number())
    if too_often(request, "try"):
        return _number(request, guest, given[:11], slow_down())
    if number not in lines_by_number([number]):
        return _number(request, guest, given[:11], _not_ours())
    _paying_for(request, guest, number)
    return HttpResponseRedirect(reverse("terminal-pay"))


def _led_here(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The menu knows the amount already, and perhaps for whom."""
    own = guest.line.number if guest.line is not None else 0
    number = number_of(request.GET.get("number", "")) or own
    form = PayForm(amount=request.GET["amount"][: LONGEST["other"]])
    if not number:
        return _number(request, guest)
    if number != own and too_often(request, "try"):
        return _number(request, guest, str(number), slow_down())
    if number not in lines_by_number([number]):
        return _number(request, guest, str(number), _not_ours())
    return _amount(request, _paying_for(request, guest, number), form)


def _amounts(request: HttpRequest, guest: Guest) -> HttpResponse:
    """How much, and by what; pressed twice it is one order."""
    form = read_form({**request.POST.dict(), "number": "", "showing": Showing.CODE.value})
    line = lines_by_number([guest.visit.payee]).get(guest.visit.payee)
    if line is None:
        return HttpResponseRedirect(reverse("terminal-pay"))
    if form.wanted is None or form.wanted.channel not in connected_channels():
        return _amount(request, guest, form, form.said or form.wrong_amount, 400)
    try:
        asked = _asked(form.wanted, guest, line)
        order = begin_payment(asked, clock.now(), request.META.get("REMOTE_ADDR", ""))
    except WanhaoError as error:
        return _amount(request, guest, form, refusal_of(error).said(guest.language), 409)
    keep(request, replace(guest.visit, order=order.number))
    return HttpResponseRedirect(reverse("terminal-pay-order"))


def _asked(wanted: Wanted, guest: Guest, line: LineView) -> NewOrder:
    return NewOrder(
        reference=f"terminal-{guest.visit.key}-{wanted.once}",
        account_id=line.account_id,
        line_id=line.line_id,
        amount_fen=wanted.amount_fen,
        channel=wanted.channel,
        showing=Showing.CODE,
        asked_by=guest.terminal.by,
        door=guest.asker().door.value,
    )


def _paying_for(request: HttpRequest, guest: Guest, number: int) -> Guest:
    visit = replace(guest.visit, payee=number, order="")
    keep(request, visit)
    return replace(guest, visit=visit)


def _order(guest: Guest) -> OrderView | None:
    return order_of(guest.visit.order) if guest.visit.order else None


def _waits(order: OrderView) -> bool:
    return order.state is OrderState.WAITING and clock.now() < order.expires_at


def _noted(request: HttpRequest, guest: Guest, order: OrderView) -> Guest:
    """The receipt of a payment, once."""
    new = NewReceipt(
        reference=order.number, item="topup", line_id=order.line_id, amount_fen=order.amount_fen
    )
    receipt = write_receipt(guest.terminal.terminal_id, new, clock.now())
    paid_for = gettext("For %(number)s, by %(channel)s.") % {
        "number": Msisdn(guest.visit.payee).masked,
        "channel": CHANNELS[order.channel],
    }
    done = Done(
        number=receipt.number,
        title=gettext("Top up and pay"),
        words=(paid_for,),
        at=receipt.made_at,
        amount_fen=order.amount_fen,
    )
    visit = guest.visit.having(done)
    keep(request, visit)
    return replace(guest, visit=visit)


def _not_ours() -> str:
    return gettext("This is no number of ours. Please look again.")


def _number(request: HttpRequest, guest: Guest, typed: str = "", error: str = "") -> HttpResponse:
    context = {"typed": typed, "error": error, "longest": LONGEST["number"]}
    status = 422 if error else 200
    return render_terminal(request, guest, "terminal/pay_number.html", context, status)


def _amount(
    request: HttpRequest,
    guest: Guest,
    form: PayForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    form = form or PayForm()
    context = {
        "error": error,
        "masked": Msisdn(guest.visit.payee).masked,
        "amounts": [str(one) for one in AMOUNTS],
        "amount": form.amount,
        "longest": LONGEST["other"],
        "once": form.once or secrets.token_urlsafe(12),
        "channels": [(one.value, CHANNELS[one]) for one in connected_channels()],
    }
    return render_terminal(request, guest, "terminal/pay.html", context, status)


def _shown(order: OrderView, guest: Guest) -> dict[str, Any]:
    waits = _waits(order)
    told: dict[str, Any] = {
        "order": order,
        "waits": waits,
        "paid": order.paid_at is not None,
        "state": STATES[order.state],
        "channel": CHANNELS[order.channel],
        "masked": Msisdn(guest.visit.payee).masked,
        "with_peer": settings.DEMO and order.address.startswith("http://127.0.0.1"),
    }
    if waits and clock.now() - order.begun_at < WAITED:
        seconds = int(WAITED.total_seconds())
        told |= {
            "asked_seconds": seconds,
            "gone_seconds": seconds + COUNTED_SECONDS,
            "looks_again": True,
        }
    return told
