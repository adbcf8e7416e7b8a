"""The queue of the hall: take a number at once, with a line or without; say that one is there."""

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from wanhao.outlets.contracts import Service
from wanhao.outlets.queue_contracts import HallQueue, TicketView
from wanhao.outlets.queue_states import TicketState
from wanhao.outlets.taking import arrive, take_ticket
from wanhao.outlets.waiting import queue_of, ticket, tickets_of_line, wait_of
from wanhao.pages.design import clock
from wanhao.pages.queues.words import SERVICES, refusal
from wanhao.pages.terminal.guests import Guest, for_guests, keep, render_terminal
from wanhao.pages.terminal.paper import ticket_paper
from wanhao.pages.terminal.ports import DeviceAwayError, printer
from wanhao.values.errors import WanhaoError


@require_http_methods(["GET", "HEAD", "POST"])
@for_guests
def queue(request: HttpRequest, guest: Guest) -> HttpResponse:
    """What one comes for; a press takes the number, and pressed twice it is the same number."""
    if request.method != "POST":
        return _choices(request, guest)
    now, visit = clock.now(), guest.visit
    try:
        if "arrive" in request.POST and (booked := _booked(guest)) is not None:
            taken = arrive(booked.ticket_id, now, by=guest.terminal.by)
        else:
            taken = take_ticket(
                guest.terminal.hall,
                now,
                by=guest.terminal.by,
                line_id=guest.line.line_id if guest.line else None,
                service=_service(request),
                care="care" in request.POST,
                reference="" if guest.line else f"terminal-{visit.key}",
            )
    except WanhaoError as error:
        return _choices(request, guest, refusal(error).message, 409)
    keep(request, replace(visit, ticket_id=taken.ticket_id))
    printed = _print(guest, taken)
    address = reverse("terminal-ticket")
    return HttpResponseRedirect(address + ("?printed=1" if printed else ""))


@require_safe
@for_guests
def ticket_page(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The number that was taken, and how long it takes."""
    taken = ticket(guest.visit.ticket_id) if guest.visit.ticket_id else None
    if taken is None:
        return HttpResponseRedirect(reverse("terminal-queue"))
    waits = taken.state is TicketState.WAITING
    context = {
        "ticket": taken,
        "wait": wait_of(taken, clock.now()) if waits else None,
        "service": SERVICES[taken.service] if taken.service else "",
        "printed": request.GET.get("printed") == "1",
        "has_printer": printer(guest.terminal) is not None,
    }
    return render_terminal(request, guest, "terminal/ticket.html", context)


@require_safe
@for_guests
def ticket_file(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The ticket as it is printed, where the terminal has no printer of its own."""
    taken = ticket(guest.visit.ticket_id) if guest.visit.ticket_id else None
    if taken is None:
        return HttpResponseRedirect(reverse("terminal-queue"))
    response = HttpResponse(_paper(guest, taken), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{taken.label}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _choices(
    request: HttpRequest, guest: Guest, error: str = "", status: int = 200
) -> HttpResponse:
    found = _queue(guest)
    services = {one for desk in found.desks for one in desk.services} if found else set[Service]()
    context: dict[str, Any] = {
        "error": error,
        "has_queue": bool(found and found.desks),
        "services": [(one.value, name) for one, name in SERVICES.items() if one in services],
        "waiting": len(found.waiting) if found else 0,
        "booked": _booked(guest),
    }
    return render_terminal(request, guest, "terminal/queue.html", context, status)


def _queue(guest: Guest) -> HallQueue | None:
    try:
        return queue_of(guest.terminal.hall, clock.now())
    except WanhaoError:
        return None


def _booked(guest: Guest) -> TicketView | None:
    """The time of today that this customer booked here, and did not come for yet."""
    if guest.line is None:
        return None
    found = tickets_of_line(guest.line.line_id, clock.now())
    mine = (one for one in found if one.hall == guest.terminal.hall)
    return next((one for one in mine if one.state is TicketState.BOOKED), None)


def _service(request: HttpRequest) -> Service | None:
    try:
        return Service(request.POST.get("service", ""))
    except ValueError:
        return None


def _print(guest: Guest, taken: TicketView) -> bool:
    found = printer(guest.terminal)
    if found is None:
        return False
    try:
        found.print_out(guest.terminal, _paper(guest, taken))
    except DeviceAwayError:
        return False
    return True


def _paper(guest: Guest, taken: TicketView) -> bytes:
    now = clock.now()
    wait = wait_of(taken, now) if taken.state is TicketState.WAITING else None
    return ticket_paper(guest.terminal, taken, wait, now)
