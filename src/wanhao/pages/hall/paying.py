"""Paying in the hall: the form, the code, the page that waits, the receipt."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wanhao.billing.contracts import Channel
from wanhao.billing.order_contracts import NewOrder, OrderState, OrderView, Showing
from wanhao.billing.orders.ports import connected_channels
from wanhao.billing.orders.queries import order as order_of
from wanhao.billing.orders.queries import orders_of_account
from wanhao.billing.orders.receipt import receipt_pdf
from wanhao.billing.queries import balances
from wanhao.menu.contracts import RefusedError
from wanhao.menu.refusing import refusal_of
from wanhao.pages.design import clock
from wanhao.pages.design.codes import code_picture
from wanhao.pages.design.payment_words import CHANNELS, STATES
from wanhao.pages.hall.greeting import hall_page, render_hall
from wanhao.pages.hall.pay_form import AMOUNTS, PayForm, Wanted, read_form
from wanhao.pages.hall.visitors import Visitor
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_id, lines_by_number
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.begin_payment import begin_payment

LATEST = 5


@require_http_methods(["GET", "HEAD", "POST"])
@hall_page
def pay(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """How much, for which number, by which channel; then to the order that was begun."""
    if request.method != "POST":
        given = {name: request.GET.get(name, "") for name in ("amount", "number", "channel")}
        return _form(request, visitor, read_form(given, checked=False))
    form = read_form(request.POST)
    if form.wanted is None:
        return _form(request, visitor, form, status=400)
    try:
        order = begin_payment(
            _asked(form.wanted, visitor, request), clock.now(), request.META.get("REMOTE_ADDR", "")
        )
    except WanhaoError as error:
        said = refusal_of(error).said(visitor.language)
        return _form(request, visitor, form.refused(said), status=409)
    return HttpResponseRedirect(reverse("hall-pay-order", args=[order.number]))


@require_safe
@hall_page
def pay_order(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """The code or the way to the channel, until it is paid; then what happens next."""
    return render_hall(request, "hall/pay_order.html", _shown(_own(visitor, number), visitor))


@require_safe
@hall_page
def pay_part(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """The part of that page that moves."""
    return render_hall(request, "hall/_pay_order.html", _shown(_own(visitor, number), visitor))


@require_safe
@hall_page
def pay_code(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """The code to be scanned, as a picture."""
    order = _own(visitor, number)
    if not order.address or order.state is not OrderState.WAITING:
        raise Http404
    return code_picture(order.address)


@require_safe
@hall_page
def pay_receipt(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """The receipt on paper."""
    order = _own(visitor, number)
    if order.paid_at is None:
        return HttpResponseRedirect(reverse("hall-pay-order", args=[number]))
    paper = receipt_pdf(order, _for_whom(order), settings.LETTERHEAD, visitor.language)
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="receipt-{order.number}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _form(request: HttpRequest, visitor: Visitor, form: PayForm, status: int = 200) -> HttpResponse:
    channels = connected_channels()
    has = balances([visitor.line.account_id]).get(visitor.line.account_id, 0)
    context: dict[str, Any] = {
        "form": form,
        "channels": [(channel.value, CHANNELS[channel]) for channel in channels],
        "chosen": _chosen(form, channels),
        "amounts": AMOUNTS,
        "owed_fen": -has if has < 0 else 0,
        "has_fen": has,
        "once": form.once or secrets.token_urlsafe(12),
        "here": form.showing or _way(request).value,
        "recent": [_row(one) for one in _recent(visitor)],
        "still": True,
        "bar": "hall-serve",
    }
    return render_hall(request, "hall/pay.html", context, status)


def _chosen(form: PayForm, channels: tuple[Channel, ...]) -> str:
    """What was asked for where it is connected, else the first."""
    names = [one.value for one in channels]
    return form.channel if form.channel in names else next(iter(names), "")


def _way(request: HttpRequest) -> Showing:
    """On a phone the channel's own page opens; elsewhere another phone scans a code."""
    phone = "Mobi" in request.headers.get("User-Agent", "")
    return Showing.ADDRESS if phone else Showing.CODE


def _asked(wanted: Wanted, visitor: Visitor, request: HttpRequest) -> NewOrder:
    line = _line(wanted, visitor)
    if wanted.channel not in connected_channels():
        raise RefusedError("这种支付方式暂不可用，请换一种。", "Please choose another way to pay.")
    return NewOrder(
        reference=f"hall-{visitor.login_id}-{wanted.once}",
        account_id=line.account_id,
        line_id=line.line_id,
        amount_fen=wanted.amount_fen,
        channel=wanted.channel,
        showing=wanted.showing,
        asked_by=_name(visitor),
        door=visitor.door.value,
    )


def _line(wanted: Wanted, visitor: Visitor) -> LineView:
    if wanted.number is None:
        return visitor.line
    line = lines_by_number({wanted.number}).get(wanted.number)
    if line is None:
        raise RefusedError(
            "这不是我们的号码，请核对。", "This is no number of ours; please look again."
        )
    return line


def _own(visitor: Visitor, number: str) -> OrderView:
    """An order of the visitor's own; nobody sees another's."""
    found = order_of(number)
    if found is None or found.asked_by != _name(visitor):
        raise Http404
    return found


def _name(visitor: Visitor) -> str:
    return f"login {visitor.login_id}"


def _recent(visitor: Visitor) -> list[OrderView]:
    found = orders_of_account(visitor.line.account_id, LATEST)
    return [one for one in found if one.asked_by == _name(visitor)]


def _row(order: OrderView) -> Mapping[str, Any]:
    return {"order": order, "channel": CHANNELS[order.channel], "state": STATES[order.state]}


def _shown(order: OrderView, visitor: Visitor) -> dict[str, Any]:
    """What the page says; whoever pays for somebody else learns nothing of what they have."""
    waiting = order.state is OrderState.WAITING and clock.now() < order.expires_at
    own = order.account_id == visitor.line.account_id
    paid = order.paid_at is not None
    return {
        **_row(order),
        "number": _for_whom(order),
        "waiting": waiting,
        "paid": paid,
        "balance_fen": balances([order.account_id])[order.account_id] if own and paid else None,
        "by_code": order.showing is Showing.CODE,
        "with_peer": settings.DEMO and order.address.startswith("http://127.0.0.1"),
        "still": True,
        "bar": "hall-serve",
    }


def _for_whom(order: OrderView) -> str:
    found = {} if order.line_id is None else lines_by_id([order.line_id])
    line = found.get(order.line_id or 0)
    return "" if line is None else Msisdn(line.number).masked
