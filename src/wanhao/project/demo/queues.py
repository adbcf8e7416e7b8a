"""The desks of the demo's halls, and a few people who wait in the first while it is open."""

from datetime import datetime, timedelta

from wanhao.outlets.calling import begin_serving, call_next, finish
from wanhao.outlets.contracts import NewPlace, PlaceKind, Service
from wanhao.outlets.desks import open_desk, set_desks
from wanhao.outlets.hours import read_hours
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.outlets.taking import take_ticket
from wanhao.outlets.waiting import halls_with_queues, queue_of

BY = "demo"
DESKS = {1: 4, 2: 2, 3: 2}
"""How many desks a hall has, by its level; the last one does what takes long."""
LONG = (Service.NEW_LINE, Service.SIM_CARD)
CARE = (False, False, True, False, False, False, True, False, False)
SERVED, EACH = 3, timedelta(minutes=4)


def furnish_halls(halls: list[NewPlace], now: datetime) -> None:
    """Give every hall its desks, once, and let some people come to the first."""
    known = {place.code for place in halls_with_queues(now)}
    places = [place for place in halls if place.kind is PlaceKind.HALL]
    for place in places:
        if place.code not in known:
            set_desks(place.code, _desks(place), now)
    _fill(places[0], now)


def _desks(place: NewPlace) -> list[NewDesk]:
    count = DESKS[place.level or 3]
    usual = [NewDesk(number=number) for number in range(1, count)]
    special = tuple(one for one in place.services if one in {*LONG, Service.REPAIR})
    return [*usual, NewDesk(number=count, services=special)]


def _fill(place: NewPlace, now: datetime) -> None:
    """Nobody comes while it is closed, nor twice on a day."""
    came, queue = now - SERVED * EACH, queue_of(place.code, now)
    if queue.waiting or queue.served or not read_hours(place.hours).is_open(came):
        return
    for number, care in enumerate(CARE):
        reference = f"demo-{now.date().isoformat()}-{number}"
        take_ticket(place.code, came, by=BY, care=care, reference=reference)
    for number in (1, 2):
        open_desk(place.code, number, BY, now)
    for turn in range(SERVED):
        begun = came + turn * EACH
        called = call_next(place.code, 1, begun, by=BY)
        if called is None:
            return
        begin_serving(called.ticket_id, begun, by=BY)
        finish(called.ticket_id, begun + EACH, by=BY)
    call_next(place.code, 1, now, by=BY)
