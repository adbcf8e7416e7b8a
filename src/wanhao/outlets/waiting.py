"""Reads of queues: a hall at this moment, the tickets of a line, how long it takes."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from wanhao.outlets.contracts import NewPlace, PlaceKind, Service
from wanhao.outlets.models import Desk, Ticket, TicketHop
from wanhao.outlets.queries import listed
from wanhao.outlets.queue_contracts import (
    DeskView,
    HallQueue,
    HopView,
    Lane,
    TicketView,
    WaitView,
)
from wanhao.outlets.queue_rules import (
    day_of,
    mean_seconds,
    minutes_until,
    order_of,
    queue_terms,
)
from wanhao.outlets.queue_states import AT_A_DESK, LIVE, TicketState
from wanhao.outlets.ticket_rows import hall_of, views_of


def halls_with_queues(
    now: datetime, *, words: str = "", city: str = "", code: str = "", limit: int = 1_000
) -> list[NewPlace]:
    """The halls that have a queue; all of the words must fit, and the code, where it is given."""
    desks = Desk.objects.filter(until=None, **({"outlet__code": code} if code else {}))
    with_desks = set(desks.values_list("outlet__code", flat=True))
    found = listed(
        day_of(now),
        city=city,
        words=words,
        kinds=(PlaceKind.HALL,),
        limit=limit,
        codes=with_desks,
    )
    return [view.place for view in found]


def queue_of(hall: str, now: datetime) -> HallQueue:
    """A hall's queue at this moment; WanhaoError when there is no such hall."""
    outlet = hall_of(hall, now)
    rows = _of_day(outlet.pk, now)
    views = views_of(rows)
    by_desk = {view.desk: view for view in views if view.state in AT_A_DESK}
    times = _service_seconds(rows)
    return HallQueue(
        place=_place(hall, now),
        desks=tuple(_desk(row, by_desk.get(row.number)) for row in _desks(outlet.pk)),
        waiting=tuple(view for view in views if view.state is TicketState.WAITING),
        booked=tuple(view for view in views if view.state is TicketState.BOOKED),
        served=sum(view.state is TicketState.DONE for view in views),
        mean_seconds=mean_seconds(times, queue_terms()),
    )


def tickets_of_line(line_id: int, now: datetime) -> list[TicketView]:
    """What a line has taken or booked and not used yet, the soonest first."""
    rows = Ticket.objects.select_related("outlet", "desk").filter(
        line_id=line_id, state__in=[state.value for state in LIVE], day__gte=day_of(now)
    )
    return views_of(rows.order_by("waits_from", "id"))


def ticket(ticket_id: int) -> TicketView | None:
    """One ticket, if there is one."""
    rows = Ticket.objects.select_related("outlet", "desk").filter(id=ticket_id)
    return next(iter(views_of(rows)), None)


def wait_of(view: TicketView, now: datetime) -> WaitView:
    """How many are before a ticket that waits, among those its desks may call, and how long that
    takes; as if these desks were one that goes on from where the first of them is."""
    outlet_id = hall_of(view.hall, now).pk
    rows = _of_day(outlet_id, now)
    waiting = [row for row in rows if row.state == TicketState.WAITING]
    order, opened = order_for(waiting, _desks(outlet_id), view.service or "")
    ahead = order.index(view.ticket_id) if view.ticket_id in order else 0
    mean = mean_seconds(_service_seconds(rows), queue_terms())
    return WaitView(
        ahead=ahead, minutes=minutes_until(ahead, len(opened), mean), open_desks=len(opened)
    )


def order_for(
    waiting: Sequence[Ticket], desks: Sequence[Desk], service: str
) -> tuple[list[int], list[Desk]]:
    """The order in which the desks for a service would call those who wait, by ticket, and those
    of the desks that are open; in the order of `waits_from`, as if these desks were one."""
    fit = [row for row in desks if not service or service in row.services]
    opened = [row for row in fit if row.clerk]
    kinds = {kind for row in opened or fit for kind in row.services} | {""}
    lanes: dict[Lane, list[int]] = {lane: [] for lane in Lane}
    for row in waiting:
        if row.service in kinds:
            lanes[Lane(row.lane)].append(row.pk)
    return order_of(lanes, opened[0].wheel if opened else 0), opened


def hops_of(ticket_id: int) -> list[HopView]:
    """What was done with a ticket, the oldest first."""
    rows = TicketHop.objects.select_related("desk").filter(ticket_id=ticket_id).order_by("id")
    return [
        HopView(what=row.what, at=row.at, by=row.by, desk=row.desk.number if row.desk else None)
        for row in rows
    ]


def waiting_at(halls: Collection[str], now: datetime) -> dict[str, int]:
    """How many wait now at each of these halls that has a queue, by the hall's code."""
    with_desks = Desk.objects.filter(until=None, outlet__code__in=halls)
    waiting = Ticket.objects.filter(
        outlet__code__in=halls, day=day_of(now), state=TicketState.WAITING
    )
    counts = waiting.values_list("outlet__code").annotate(count=Count("id"))
    return dict.fromkeys(with_desks.values_list("outlet__code", flat=True), 0) | dict(counts)


def waiting_by_hall(now: datetime) -> dict[str, tuple[int, datetime | None]]:
    """How many wait now in each hall with a queue, and since when the first of them does."""
    with_desks = Desk.objects.filter(until=None).values_list("outlet__code", flat=True)
    waiting = Ticket.objects.filter(day=day_of(now), state=TicketState.WAITING)
    found = waiting.values_list("outlet__code").annotate(count=Count("id"), since=Min("waits_from"))
    nobody: tuple[int, datetime | None] = (0, None)
    return dict.fromkeys(with_desks, nobody) | {
        hall: (count, since) for hall, count, since in found
    }


def _of_day(outlet_id: int, now: datetime) -> list[Ticket]:
    rows: QuerySet[Ticket] = Ticket.objects.select_related("outlet", "desk").filter(
        outlet_id=outlet_id, day=day_of(now)
    )
    return list(rows.order_by("waits_from", "id"))


def _service_seconds(rows: Collection[Ticket]) -> list[int]:
    """How long the services of today took, the latest first."""
    done = [
        (row.ended_at, row.served_at)
        for row in rows
        if row.state == TicketState.DONE and row.ended_at and row.served_at
    ]
    return [int((ended - served).total_seconds()) for ended, served in sorted(done, reverse=True)]


def _desks(outlet_id: int) -> list[Desk]:
    return list(Desk.objects.filter(outlet_id=outlet_id, until=None).order_by("number"))


def _desk(row: Desk, view: TicketView | None) -> DeskView:
    services = tuple(Service(word) for word in row.services)
    return DeskView(number=row.number, services=services, clerk=row.clerk, ticket=view)


def _place(hall: str, now: datetime) -> NewPlace:
    (found,) = listed(day_of(now), kinds=(PlaceKind.HALL,), codes=[hall])
    return found.place
