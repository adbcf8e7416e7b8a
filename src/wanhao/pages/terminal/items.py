"""Every item of the menu at the terminal: asked, confirmed, declined; with a receipt when done."""

import secrets
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from wanhao.menu.contracts import Door, ReplyKind
from wanhao.menu.levels import needed
from wanhao.outlets.terminal_contracts import NewReceipt
from wanhao.outlets.terminals import write_receipt
from wanhao.pages.asking.desk import Desk
from wanhao.pages.asking.replies import ShownReply
from wanhao.pages.asking.views import ask_view, confirm_view, decline_view, item_here
from wanhao.pages.design import clock
from wanhao.pages.terminal.guests import Guest, for_guests, keep, render_terminal
from wanhao.pages.terminal.visits import Done


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@for_guests
def item(request: HttpRequest, guest: Guest, code: str) -> HttpResponse:
    """One item; who must show more does so first, and comes back."""
    asker, desk = guest.asker(), desk_of(guest)
    wanted = needed(item_here(code, asker), Door.TERMINAL)
    if asker.level < wanted:
        return HttpResponseRedirect(desk.step_up_url(wanted, desk.item_url(code)))
    return ask_view(request, desk, asker, code)


@require_POST
@for_guests
def confirm(request: HttpRequest, guest: Guest, code: str) -> HttpResponse:
    """The yes; twice does it once, and gives one receipt."""
    return confirm_view(request, desk_of(guest), guest.asker(), code)


@require_POST
@for_guests
def decline(request: HttpRequest, guest: Guest, code: str) -> HttpResponse:
    """The no."""
    if guest.line is None:
        return HttpResponseRedirect(desk_of(guest).back_url())
    return decline_view(request, desk_of(guest), guest.asker(), code)


def desk_of(guest: Guest) -> Desk:
    """The terminal as a door of the menu, with this customer before it."""

    def render(
        request: HttpRequest, template: str, context: Mapping[str, Any], status: int = 200
    ) -> HttpResponse:
        done = _noted(request, guest, context)
        return render_terminal(request, guest, template, {**context, "receipt": done}, status)

    return Desk(
        template="terminal/item.html",
        item="terminal-item",
        confirm="terminal-confirm",
        decline="terminal-decline",
        back="terminal-start",
        step_up="terminal-identify",
        pay="terminal-pay",
        render=render,
    )


def _noted(request: HttpRequest, guest: Guest, context: Mapping[str, Any]) -> Done | None:
    """The receipt of what was done, once; None where nothing was."""
    reply: ShownReply | None = context["reply"]
    item = context["item"]
    if reply is None or reply.kind is not ReplyKind.ANSWERED or item.reads_only or reply.to_pay:
        return None
    now, reference = clock.now(), request.POST.get("nonce") or secrets.token_hex(16)
    receipt = write_receipt(
        guest.terminal.terminal_id,
        NewReceipt(
            reference=reference[:64],
            item=item.code,
            line_id=guest.line.line_id if guest.line else None,
        ),
        now,
    )
    words = (reply.lead, *reply.rest)
    done = Done(number=receipt.number, title=context["name"], words=words, at=receipt.made_at)
    keep(request, guest.visit.having(done))
    return done
