"""What clerks do in a queue: call the next, call again, serve, send on, finish, note who missed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from wanhao.outlets.contracts import Service
from wanhao.outlets.models import Desk, Ticket
from wanhao.outlets.nearing import left
from wanhao.outlets.queue_contracts import Lane, TicketView
from wanhao.outlets.queue_rules import day_of, queue_terms, turns
from wanhao.outlets.queue_states import AT_A_DESK, TicketState
from wanhao.outlets.ticket_rows import desk_of, lapse_before, move, note, ticket_of, view_of
from wanhao.values.errors import WanhaoError


@transaction.atomic
def call_next(hall: str, desk: int, now: datetime, *, by: str) -> TicketView | None:
    """Call whose turn it is to a desk; None when nobody waits whom it can serve.

    Two desks never get the same ticket. WanhaoError while the desk still has a customer, and when
    nobody sits there.
    """
    row = desk_of(hall, desk, now)
    _refuse_not_free(row, now)
    for lane, wheel in turns(row.wheel):
        ticket = _first(row, lane, now)
        if ticket is not None:
            Desk.objects.filter(id=row.pk).update(wheel=wheel)
            move(ticket, TicketState.CALLED, now, by, desk=row, calls=1, called_at=now)
            left(ticket, now)
            return view_of(ticket)
    return None


@transaction.atomic
def call_again(ticket_id: int, now: datetime, *, by: str) -> TicketView:
    """Call somebody who did not come yet again; WanhaoError too soon after the last call."""
    row, terms = ticket_of(ticket_id), queue_terms()
    if row.state != TicketState.CALLED or row.called_at is None:
        raise WanhaoError(f"Ticket {row} is {row.state}, so it is not called.", "Look again.")
    if row.calls >= terms.calls:
        raise WanhaoError(
            f"Ticket {row} was called {row.calls} times.", "Say whether the customer came."
        )
    if now < row.called_at + terms.between_calls:
        seconds = int(terms.between_calls.total_seconds())
        raise WanhaoError(
            f"Ticket {row} was called less than {seconds} seconds ago.", "Give time to come."
        )
    row.calls, row.called_at = row.calls + 1, now
    row.save(update_fields=["calls", "called_at"])
    note([row], "again", now, by)
    return view_of(row)


@transaction.atomic
def begin_serving(ticket_id: int, now: datetime, *, by: str) -> TicketView:
    """Whoever was called is there."""
    row = ticket_of(ticket_id)
    if row.state != TicketState.SERVING:
        move(row, TicketState.SERVING, now, by, served_at=now)
    return view_of(row)


@transaction.atomic
def finish(ticket_id: int, now: datetime, *, by: str) -> TicketView:
    """A customer was served; done twice it is done."""
    row = ticket_of(ticket_id)
    if row.state != TicketState.DONE:
        move(row, TicketState.DONE, now, by)
    return view_of(row)


@transaction.atomic
def note_missed(ticket_id: int, now: datetime, *, by: str) -> TicketView:
    """Whoever was called did not come; WanhaoError before the last call, and just after it."""
    row, terms = ticket_of(ticket_id), queue_terms()
    if row.state == TicketState.MISSED:
        return view_of(row)
    fresh = row.called_at is not None and now < row.called_at + terms.between_calls
    if row.state == TicketState.CALLED and (row.calls < terms.calls or fresh):
        raise WanhaoError(
            f"Ticket {row} was called {row.calls} times; one misses a turn after {terms.calls}.",
            "Call again, and give time to come.",
        )
    move(row, TicketState.MISSED, now, by)
    return view_of(row)


@transaction.atomic
def send_on(ticket_id: int, service: Service | None, now: datetime, *, by: str) -> TicketView:
    """Send a customer on to a desk that does something else; the place in the lane is the old one.

    WanhaoError when no desk of the hall does that.
    """
    row = ticket_of(ticket_id)
    desks = Desk.objects.filter(outlet_id=row.outlet_id, until=None)
    if service and not desks.filter(services__contains=service.value).exists():
        raise WanhaoError(
            f"Hall {row.outlet.code} has no desk for this.", "Choose something else there."
        )
    changes = {"desk": None, "calls": 0, "called_at": None, "served_at": None}
    move(row, TicketState.WAITING, now, by, service=service.value if service else "", **changes)
    return view_of(row)


def _refuse_not_free(row: Desk, now: datetime) -> None:
    at_it = Ticket.objects.select_for_update().filter(
        desk=row, state__in=[state.value for state in AT_A_DESK]
    )
    lapse_before(at_it, now)
    current = at_it.first()
    if current is not None:
        raise WanhaoError(
            f"Desk {row.number} still has {current}.", "Finish with this customer first."
        )
    if not row.clerk:
        raise WanhaoError(f"Nobody sits at desk {row.number}.", "Open the desk first.")


def _first(row: Desk, lane: Lane, now: datetime) -> Ticket | None:
    """Who is first in a lane of those a desk can serve; whom another desk just calls is passed."""
    fit = Q(service="") | Q(service__in=row.services)
    near = now + queue_terms().early if lane is Lane.BOOKED else now
    return (
        Ticket.objects.select_for_update(skip_locked=True)
        .filter(
            fit,
            outlet_id=row.outlet_id,
            day=day_of(now),
            lane=lane.value,
            state=TicketState.WAITING.value,
            waits_from__lte=near,
        )
        .order_by("waits_from", "id")
        .first()
    )
