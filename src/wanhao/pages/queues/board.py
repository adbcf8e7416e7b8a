"""The board on the wall of a hall: who is called where, and who is next. It names nobody."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_GET, require_safe

from wanhao.outlets.queue_contracts import HallQueue, Lane
from wanhao.outlets.queue_states import TicketState
from wanhao.outlets.waiting import queue_of
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import clock as time_of
from wanhao.pages.design.speech import spoken
from wanhao.pages.live.hub import HELLO, LOST
from wanhao.pages.live.views import HUB, events
from wanhao.pages.queues.words import LANES
from wanhao.values.errors import WanhaoError

MOST_CALLED, MOST_NEXT = 6, 5
TOPICS = frozenset({"queue", HELLO, LOST})


@require_safe
def board(request: HttpRequest, hall: str) -> HttpResponse:
    """The whole board."""
    return render_page(request, "queues/board.html", _context(hall))


@require_safe
def board_part(request: HttpRequest, hall: str) -> HttpResponse:
    """What moves on it."""
    return render_page(request, "queues/_board.html", _context(hall))


@require_GET
async def board_live(request: HttpRequest, hall: str) -> HttpResponseBase:
    """Tells the board that a queue moved."""
    return events(HUB, TOPICS)


def _context(hall: str) -> dict[str, Any]:
    now = clock.now()
    try:
        queue = queue_of(hall, now)
    except WanhaoError as error:
        raise Http404(str(error)) from error
    return {
        "hall": hall,
        "name": spoken(queue.place.name_zh, queue.place.name_en),
        "called": _called(queue),
        "lanes": [_lane(queue, lane) for lane in LANES],
        "as_of": time_of(now)[:5],
    }


def _called(queue: HallQueue) -> list[dict[str, Any]]:
    """Those at desks, the latest called first."""
    found = [(desk.number, desk.ticket) for desk in queue.desks if desk.ticket is not None]
    found.sort(key=lambda one: (one[1].called_at is None, one[1].called_at), reverse=True)
    return [
        {"label": ticket.label, "desk": number, "fresh": ticket.state is TicketState.CALLED}
        for number, ticket in found[:MOST_CALLED]
    ]


def _lane(queue: HallQueue, lane: Lane) -> dict[str, Any]:
    labels = [ticket.label for ticket in queue.waiting if ticket.lane is lane]
    return {"name": LANES[lane], "count": len(labels), "labels": labels[:MOST_NEXT]}
