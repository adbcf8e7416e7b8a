"""What customers do in a queue: take a number, book a time, arrive, give the place back."""

from datetime import date, datetime

from django.db import connection, transaction

from wanhao.outlets.contracts import Service
from wanhao.outlets.hours import OpeningHours, read_hours
from wanhao.outlets.models import Desk, Outlet, Ticket
from wanhao.outlets.nearing import left, note_near
from wanhao.outlets.queue_contracts import Lane, TicketView
from wanhao.outlets.queue_rules import day_of, is_late, queue_terms, slots_of
from wanhao.outlets.queue_states import LIVE, TicketState
from wanhao.outlets.ticket_rows import hall_of, lapse_before, move, note, ticket_of, view_of
from wanhao.values.errors import WanhaoError

CLOSED: OpeningHours = OpeningHours(spans=((),) * 7)
COUNT = """
INSERT INTO wanhao_outlets_ticketcount AS counted (outlet_id, day, lane, last)
VALUES (%s, %s, %s, 1)
ON CONFLICT (outlet_id, day, lane) DO UPDATE SET last = counted.last + 1
RETURNING last
"""


@transaction.atomic
def take_ticket(
    hall: str,
    now: datetime,
    *,
    by: str,
    line_id: int | None = None,
    service: Service | None = None,
    care: bool = False,
    reference: str = "",
) -> TicketView:
    """Take a number of a hall now, once per line; who has one gets the same again.

    `reference` makes it happen once for whoever has no line. WanhaoError when the hall has no
    queue, is closed, or has no desk for the service.
    """
    outlet = _locked(hall, service, now)
    standing = _standing(outlet, line_id, reference, now)
    if standing is not None:
        return view_of(standing)
    if not _hours(outlet).is_open(now):
        raise WanhaoError(
            f"Hall {hall} is closed now ({outlet.hours}).", "Come while it is open, or book a time."
        )
    lane = Lane.CARE if care else Lane.WALK_IN
    row = _new(outlet, lane, now, line_id=line_id, service=service, reference=reference)
    note([row], "taken", now, by)
    note_near(row, now)
    return view_of(row)


@transaction.atomic
def book_ticket(
    hall: str,
    at: datetime,
    now: datetime,
    *,
    by: str,
    line_id: int,
    service: Service | None = None,
) -> TicketView:
    """Book a time at a hall, once per line; who booked that time already gets the same again.

    In a slot there are as many bookings as desks that do the service. WanhaoError when the time is
    none of the hall's slots, over, too far ahead or full, or the line has another ticket there.
    """
    outlet = _locked(hall, service, now)
    standing = _standing(outlet, line_id, "", now)
    if standing is not None:
        if standing.booked_for == at:
            return view_of(standing)
        raise WanhaoError(
            f"Line {line_id} has ticket {standing} at hall {hall}.", "Give that back first."
        )
    _refuse_time(outlet, at, now)
    if _room_at(outlet, at, service) < 1:
        raise WanhaoError(f"Hall {hall} is booked up at {at.isoformat()}.", "Choose another time.")
    row = _new(outlet, Lane.BOOKED, now, line_id=line_id, service=service, booked_for=at)
    note([row], "booked", now, by)
    return view_of(row)


@transaction.atomic
def arrive(ticket_id: int, now: datetime, *, by: str) -> TicketView:
    """Whoever booked is there; asked again it changes nothing.

    Who comes early waits until it is near the time; who comes too late waits as one who came by,
    with a new number. WanhaoError on another day.
    """
    outlet = _lock_outlet(Ticket.objects.values_list("outlet_id", flat=True).get(id=ticket_id))
    row = ticket_of(ticket_id)
    if row.state != TicketState.BOOKED or row.booked_for is None:
        return view_of(row)
    if row.day != day_of(now):
        raise WanhaoError(f"Ticket {row} is for {row.day.isoformat()}.", "Come on that day.")
    if not is_late(row.booked_for, now, queue_terms()):
        move(row, TicketState.WAITING, now, by)
        note_near(row, now)
        return view_of(row)
    move(row, TicketState.LATE, now, by)
    service = Service(row.service) if row.service else None
    later = _new(outlet, Lane.WALK_IN, now, line_id=row.line_id, service=service)
    note([later], "taken", now, by)
    note_near(later, now)
    return view_of(later)


@transaction.atomic
def give_back(ticket_id: int, now: datetime, *, by: str) -> TicketView:
    """Give a place back; done twice it is done. WanhaoError when it was served or missed."""
    row = ticket_of(ticket_id)
    if row.state != TicketState.RETURNED:
        move(row, TicketState.RETURNED, now, by)
        left(row, now)
    return view_of(row)


def free_times(
    hall: str, day: date, now: datetime, service: Service | None = None
) -> list[datetime]:
    """The times of a day that can be booked now."""
    outlet = hall_of(hall, now)
    slots = slots_of(day, _hours(outlet), queue_terms())
    return [at for at in slots if at > now and _room_at(outlet, at, service) > 0]


def _locked(hall: str, service: Service | None, now: datetime) -> Outlet:
    """The hall, locked against others who take a place; WanhaoError without a desk for it."""
    outlet = _lock_outlet(hall_of(hall, now).pk)
    desks = Desk.objects.filter(outlet=outlet, until=None)
    if not desks.exists():
        raise WanhaoError(f"Hall {hall} has no queue.", "Just come by.")
    if _desks_for(outlet, service) < 1:
        raise WanhaoError(f"Hall {hall} has no desk for this.", "Choose something else there.")
    return outlet


def _lock_outlet(outlet_id: int) -> Outlet:
    return Outlet.objects.select_for_update(no_key=True).get(id=outlet_id)


def _standing(outlet: Outlet, line_id: int | None, reference: str, now: datetime) -> Ticket | None:
    """The ticket that is there already; those of days that are over are ended."""
    if line_id is None:
        return Ticket.objects.filter(reference=reference).first() if reference else None
    rows = Ticket.objects.select_for_update().filter(
        outlet=outlet, line_id=line_id, state__in=[state.value for state in LIVE]
    )
    lapse_before(rows, now)
    return rows.first()


def _hours(outlet: Outlet) -> OpeningHours:
    return read_hours(outlet.hours) if outlet.hours else CLOSED


def _refuse_time(outlet: Outlet, at: datetime, now: datetime) -> None:
    terms, day = queue_terms(), day_of(at)
    if at <= now or (day - day_of(now)).days > terms.days_ahead:
        raise WanhaoError(
            f"A time is booked up to {terms.days_ahead} days ahead.", "Choose a time within them."
        )
    if at not in slots_of(day, _hours(outlet), terms):
        raise WanhaoError(
            f"Hall {outlet.code} has no time at {at.isoformat()} ({outlet.hours}).",
            "Choose a full quarter of an hour while it is open.",
        )


def _room_at(outlet: Outlet, at: datetime, service: Service | None) -> int:
    """How many more can be booked for a slot: by the desks for the service, and by all desks."""
    booked = Ticket.objects.filter(outlet=outlet, day=day_of(at), booked_for=at).exclude(
        state=TicketState.RETURNED.value
    )
    same = booked.filter(service=service.value) if service else booked
    return min(
        _desks_for(outlet, service) - same.count(), _desks_for(outlet, None) - booked.count()
    )


def _desks_for(outlet: Outlet, service: Service | None) -> int:
    desks = Desk.objects.filter(outlet=outlet, until=None)
    return (desks.filter(services__contains=service.value) if service else desks).count()


def _new(
    outlet: Outlet,
    lane: Lane,
    now: datetime,
    *,
    line_id: int | None,
    service: Service | None,
    booked_for: datetime | None = None,
    reference: str = "",
) -> Ticket:
    day = day_of(booked_for or now)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [outlet.pk, day, lane.value])
        (number,) = cursor.fetchone()
    return Ticket.objects.create(
        outlet=outlet,
        day=day,
        lane=lane.value,
        number=number,
        line_id=line_id,
        service=service.value if service else "",
        state=(TicketState.BOOKED if booked_for else TicketState.WAITING).value,
        booked_for=booked_for,
        taken_at=now,
        waits_from=booked_for or now,
        reference=reference,
    )
