"""Who is near their turn: looked at when somebody ahead leaves the queue."""

from datetime import datetime

from django.db import connection

from wanhao.outlets.models import Desk, Ticket
from wanhao.outlets.ports import queue_teller
from wanhao.outlets.queue_contracts import NearTicket
from wanhao.outlets.queue_rules import day_of, queue_terms
from wanhao.outlets.queue_states import TicketState
from wanhao.outlets.waiting import order_for

# Two desks that call at once look one after the other, each at what the other did.
TURN = "SELECT pg_advisory_xact_lock(hashtext('wanhao queue near'), %s)"


def left(row: Ticket, now: datetime) -> None:
    """A locked ticket does not wait any more: it is not told of its turn, others may be."""
    teller = queue_teller()
    if teller is None:
        return
    teller.over([row.pk], now)
    with connection.cursor() as cursor:
        cursor.execute(TURN, [row.outlet_id])
    if found := near_tickets(row.outlet_id, now):
        teller.near(found, now)


def note_near(row: Ticket, now: datetime) -> None:
    """A ticket that begins to wait near its turn is not told of it later."""
    if row.line_id is None:
        return
    if row.pk in {one.ticket_id for one in near_tickets(row.outlet_id, now)}:
        Ticket.objects.filter(pk=row.pk).update(near_at_once=True)


def near_tickets(outlet_id: int, now: datetime) -> list[NearTicket]:
    """Tickets of lines with few before them, among those an open desk may call; those that were
    near from the beginning are left out."""
    waiting = Ticket.objects.select_related("outlet").filter(
        outlet_id=outlet_id, day=day_of(now), state=TicketState.WAITING.value
    )
    rows = list(waiting.order_by("waits_from", "id"))
    asked = [row for row in rows if row.line_id is not None and not row.near_at_once]
    desks = list(Desk.objects.filter(outlet_id=outlet_id, until=None).order_by("number"))
    most, found = queue_terms().told_ahead, []
    for service in sorted({row.service for row in asked}):
        order, opened = order_for(rows, desks, service)
        first = order[: most + 1] if opened else []
        near = [row for row in asked if row.service == service and row.pk in first]
        found += [_near(row, first.index(row.pk)) for row in near]
    return found


def _near(row: Ticket, ahead: int) -> NearTicket:
    assert row.line_id is not None
    return NearTicket(
        ticket_id=row.pk,
        label=str(row),
        line_id=row.line_id,
        hall_zh=row.outlet.name_zh,
        hall_en=row.outlet.name_en or row.outlet.name_zh,
        ahead=ahead,
    )
