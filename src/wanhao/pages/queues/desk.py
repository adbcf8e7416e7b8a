"""The clerk's page of a hall's queue: call, call again, serve, send on, note who missed."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from wanhao.outlets.calling import (
    begin_serving,
    call_again,
    call_next,
    finish,
    note_missed,
    send_on,
)
from wanhao.outlets.contracts import Service
from wanhao.outlets.desks import close_desk, open_desk
from wanhao.outlets.hours import hours_in_words, read_hours
from wanhao.outlets.queue_contracts import DeskView, HallQueue, Lane, TicketView
from wanhao.outlets.queue_rules import queue_terms
from wanhao.outlets.queue_states import TicketState
from wanhao.outlets.taking import arrive, give_back, take_ticket
from wanhao.outlets.waiting import queue_of, ticket
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import clock as time_of
from wanhao.pages.design.speech import spoken
from wanhao.pages.queues.clerks import for_clerks_of_hall
from wanhao.pages.queues.words import LANES, SAID, SERVICES, STATES, refusal
from wanhao.values.errors import WanhaoError

MOST_SHOWN = 12
PARTS = ("mine", "lanes")
TicketVerb = Callable[..., TicketView]
TICKET_VERBS: Mapping[str, tuple[TicketVerb, str]] = {
    "again": (call_again, ""),
    "here": (begin_serving, ""),
    "done": (finish, "done"),
    "missed": (note_missed, "missed"),
    "arrived": (arrive, "arrived"),
    "returned": (give_back, "returned"),
}


@require_safe
@for_clerks_of_hall
def hall_queue(request: HttpRequest, hall: str) -> HttpResponse:
    """The queue of a hall, and the desk somebody sits at."""
    return _page(request, hall)


@require_safe
@for_clerks_of_hall
def queue_part(request: HttpRequest, hall: str, part: str) -> HttpResponse:
    """A part of it that moves: the desk, or the lanes."""
    if part not in PARTS:
        raise Http404(part)
    return render_page(request, f"queues/_{part}.html", _context(request, hall))


@require_POST
@for_clerks_of_hall
def ticket_new(request: HttpRequest, hall: str) -> HttpResponse:
    """Give a number to somebody who came by; the form's reference makes it one."""
    try:
        given = take_ticket(
            hall,
            clock.now(),
            by=person(request),
            service=_service(request),
            care="care" in request.POST,
            reference=request.POST.get("reference", "")[:64],
        )
    except WanhaoError as error:
        return _page(request, hall, refusal(error))
    query = {"desk": _desk_number(request) or "", "given": given.label}
    return _to(hall, query)


@require_POST
@for_clerks_of_hall
def desk_act(request: HttpRequest, hall: str, number: int, act: str) -> HttpResponse:
    """Open or close a desk, or call whose turn it is."""
    now, by, done = clock.now(), person(request), act
    try:
        if act == "open":
            open_desk(hall, number, by, now)
        elif act == "close":
            close_desk(hall, number, now)
        elif act == "next":
            done = "" if call_next(hall, number, now, by=by) else "nobody"
        else:
            raise Http404(act)
    except WanhaoError as error:
        return _page(request, hall, refusal(error), number)
    return _to(hall, {"desk": number}, done)


@require_POST
@for_clerks_of_hall
def ticket_act(request: HttpRequest, hall: str, ticket_id: int, act: str) -> HttpResponse:
    """Do something with a ticket of this hall; after a service the next may be called at once."""
    found = ticket(ticket_id)
    if found is None or found.hall != hall or (act != "sent" and act not in TICKET_VERBS):
        raise Http404(act)
    now, by, number = clock.now(), person(request), _desk_number(request)
    try:
        if act == "sent":
            send_on(ticket_id, _service(request), now, by=by)
            done = "sent"
        else:
            verb, done = TICKET_VERBS[act]
            verb(ticket_id, now, by=by)
        if "next" in request.POST and number is not None:
            done = "" if call_next(hall, number, now, by=by) else "nobody"
    except WanhaoError as error:
        return _page(request, hall, refusal(error), number)
    return _to(hall, {"desk": number or ""}, done)


def _to(hall: str, query: Mapping[str, object], done: str = "") -> HttpResponse:
    address = f"{reverse('queue', args=[hall])}?{urlencode(query)}"
    return back(address, done)


def _page(
    request: HttpRequest, hall: str, mistake: WanhaoError | None = None, number: int | None = None
) -> HttpResponse:
    context = _context(request, hall, number) | {
        "said": said(request, SAID),
        "given": request.GET.get("given", "")[:8],
        "mistake": mistake,
        "reference": uuid4().hex,
        "services": [
            (one.value, name)
            for one, name in SERVICES.items()
            if one not in (Service.LOST_PROPERTY, Service.BARRIER_FREE)
        ],
        "care_age": queue_terms().care_age,
        "still": True,
    }
    status = 400 if mistake else 200
    return render_page(request, "queues/queue.html", context, status=status)


def _context(request: HttpRequest, hall: str, number: int | None = None) -> dict[str, Any]:
    now = clock.now()
    try:
        queue = queue_of(hall, now)
    except WanhaoError as error:
        raise Http404(str(error)) from error
    wanted = number if number is not None else _desk_number(request)
    mine = next((desk for desk in queue.desks if desk.number == wanted), None)
    hours = queue.place.hours
    return {
        "hall": hall,
        "name": spoken(queue.place.name_zh, queue.place.name_en),
        "hours": spoken(*hours_in_words(hours)) if hours else "",
        "is_open": bool(hours) and read_hours(hours).is_open(now),
        "desks": [_desk(desk) for desk in queue.desks],
        "mine": _mine(mine, now) if mine else None,
        "lanes": [_lane(queue, lane) for lane in LANES],
        "booked": [_row(one) for one in queue.booked[:MOST_SHOWN]],
        "waiting": len(queue.waiting),
        "served": queue.served,
        "mean": queue.mean_seconds,
        "mean_minutes": None if queue.mean_seconds is None else -(-queue.mean_seconds // 60),
        "other_services": [(one.value, SERVICES[one]) for one in _done_here(queue)],
    }


def _desk(desk: DeskView) -> dict[str, Any]:
    return {
        "number": desk.number,
        "clerk": desk.clerk,
        "label": desk.ticket.label if desk.ticket else "",
        "services": [SERVICES[one] for one in desk.services],
    }


def _mine(desk: DeskView, now: datetime) -> dict[str, Any]:
    """The desk somebody sits at, and what can be done there now."""
    terms, held = queue_terms(), desk.ticket
    called = held is not None and held.state is TicketState.CALLED
    waited = held is not None and (
        held.called_at is None or now >= held.called_at + terms.between_calls
    )
    calls = held.calls if held else 0
    return _desk(desk) | {
        "ticket": held,
        "row": _row(held) if held else None,
        "word": STATES.get(held.state) if held else None,
        "called": called,
        "calls": calls,
        "of_calls": terms.calls,
        "last_call": calls >= terms.calls,
        "may_miss": called and calls >= terms.calls and waited,
    }


def _lane(queue: HallQueue, lane: Lane) -> dict[str, Any]:
    rows = [_row(one) for one in queue.waiting if one.lane is lane]
    return {
        "name": LANES[lane],
        "rows": rows[:MOST_SHOWN],
        "count": len(rows),
        "more": max(len(rows) - MOST_SHOWN, 0),
    }


def _row(one: TicketView) -> dict[str, Any]:
    return {
        "ticket_id": one.ticket_id,
        "label": one.label,
        "lane": LANES[one.lane],
        "service": SERVICES[one.service] if one.service else "",
        "since": time_of(one.booked_for or one.waits_from)[:5],
    }


def _done_here(queue: HallQueue) -> list[Service]:
    """What some desk of the hall does."""
    done = {service for desk in queue.desks for service in desk.services}
    return [service for service in SERVICES if service in done]


def _service(request: HttpRequest) -> Service | None:
    wanted = request.POST.get("service", "")
    return Service(wanted) if wanted in set(Service) else None


def _desk_number(request: HttpRequest) -> int | None:
    given = request.POST.get("desk") or request.GET.get("desk", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 3 else None
