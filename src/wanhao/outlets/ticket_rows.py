"""What every verb of a queue does with tickets: find, move, note, announce."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection

from wanhao.outlets.contracts import PlaceKind, Service
from wanhao.outlets.models import Desk, Outlet, Ticket, TicketHop
from wanhao.outlets.queue_contracts import Lane, TicketView
from wanhao.outlets.queue_rules import day_of
from wanhao.outlets.queue_states import NEXT, TicketState
from wanhao.values.errors import WanhaoError

LIVE_CHANNEL = "wanhao_live"
TOPIC = "queue"


def hall_of(code: str, now: datetime) -> Outlet:
    """A hall that is there today; WanhaoError when there is none of that code."""
    row = Outlet.objects.filter(code=code, kind=PlaceKind.HALL.value).first()
    if row is None or (row.until is not None and row.until <= day_of(now)):
        raise WanhaoError(f"There is no hall '{code}'.", "Choose one from the list of halls.")
    return row


def desk_of(hall: str, number: int, now: datetime) -> Desk:
    """A desk, locked; WanhaoError when the hall has none of that number."""
    outlet = hall_of(hall, now)
    row = Desk.objects.select_for_update().filter(outlet=outlet, number=number, until=None).first()
    if row is None:
        raise WanhaoError(f"Hall {hall} has no desk {number}.", "Choose one of its desks.")
    return row


def ticket_of(ticket_id: int) -> Ticket:
    """A ticket, locked."""
    row = Ticket.objects.select_for_update().filter(id=ticket_id).first()
    if row is None:
        raise WanhaoError(f"There is no ticket {ticket_id}.", "Look at the queue again.")
    return row


def move(row: Ticket, state: TicketState, now: datetime, by: str, **changes: Any) -> None:
    """Let a locked ticket go on, and note it; WanhaoError when it cannot."""
    if state not in NEXT[TicketState(row.state)]:
        raise WanhaoError(
            f"Ticket {row} is {row.state}, so it cannot become {state.value}.",
            "Look at the queue again; somebody may have been first.",
        )
    for name, value in {"state": state.value, **changes}.items():
        setattr(row, name, value)
    if not NEXT[state]:
        row.ended_at = now
    row.save()
    note([row], state.value, now, by)


def note(rows: Iterable[Ticket], what: str, now: datetime, by: str) -> None:
    """Write down what was done with tickets, and tell open pages."""
    hops = [
        TicketHop(ticket=row, what=what, at=now, by=by[:150], desk_id=row.desk_id) for row in rows
    ]
    TicketHop.objects.bulk_create(hops)
    if hops:
        announce(hops[0].ticket.outlet_id)


def announce(outlet_id: int) -> None:
    """Tell open pages that the queue of a hall moved, when the transaction commits."""
    payload = json.dumps({"topic": TOPIC, "number": outlet_id})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [LIVE_CHANNEL, payload])


def lapse_before(rows: Iterable[Ticket], now: datetime) -> None:
    """End locked tickets of days that are over."""
    for row in rows:
        if row.day < day_of(now):
            move(row, TicketState.LAPSED, now, "end of day")


def views_of(rows: Iterable[Ticket]) -> list[TicketView]:
    """Tickets as others see them; `outlet` and `desk` should be there already."""
    return [
        TicketView(
            ticket_id=row.pk,
            hall=row.outlet.code,
            hall_zh=row.outlet.name_zh,
            hall_en=row.outlet.name_en or row.outlet.name_zh,
            day=row.day,
            lane=Lane(row.lane),
            label=str(row),
            state=TicketState(row.state),
            service=Service(row.service) if row.service else None,
            line_id=row.line_id,
            booked_for=row.booked_for,
            waits_from=row.waits_from,
            calls=row.calls,
            called_at=row.called_at,
            desk=row.desk.number if row.desk is not None else None,
        )
        for row in rows
    ]


def view_of(row: Ticket) -> TicketView:
    """One ticket as others see it."""
    return views_of([row])[0]
