"""Writes of desks: which a hall has, and who sits there."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanhao.outlets.models import Desk, Outlet, Ticket
from wanhao.outlets.queue_contracts import NewDesk
from wanhao.outlets.queue_rules import day_of
from wanhao.outlets.queue_states import AT_A_DESK
from wanhao.outlets.ticket_rows import announce, desk_of, hall_of, lapse_before
from wanhao.values.errors import WanhaoError


@transaction.atomic
def set_desks(hall: str, desks: Sequence[NewDesk], now: datetime) -> int:
    """Say which desks a hall has; returns how many. What is not among them is there no more.

    A hall with a desk has a queue. WanhaoError for no hall, a number twice, or a desk that serves.
    """
    outlet = Outlet.objects.select_for_update().get(id=hall_of(hall, now).pk)
    numbers = [desk.number for desk in desks]
    if len(set(numbers)) != len(numbers) or any(not 1 <= number <= 99 for number in numbers):
        raise WanhaoError("Desks have numbers from 1 to 99, each once.", "Give other numbers.")
    gone = Desk.objects.select_for_update().filter(outlet=outlet, until=None)
    for row in gone.exclude(number__in=numbers):
        _refuse_busy(row, now)
        Desk.objects.filter(id=row.pk).update(until=day_of(now), clerk="")
    for desk in desks:
        Desk.objects.update_or_create(
            outlet=outlet,
            number=desk.number,
            defaults={"services": sorted(one.value for one in desk.services), "until": None},
        )
    announce(outlet.pk)
    return len(desks)


@transaction.atomic
def open_desk(hall: str, number: int, clerk: str, now: datetime) -> None:
    """Somebody sits down at a desk; who sat there before does no more."""
    row = desk_of(hall, number, now)
    row.clerk = clerk[:150]
    row.save(update_fields=["clerk"])
    announce(row.outlet_id)


@transaction.atomic
def close_desk(hall: str, number: int, now: datetime) -> None:
    """Nobody sits at a desk any more; WanhaoError while it calls or serves somebody."""
    row = desk_of(hall, number, now)
    _refuse_busy(row, now)
    row.clerk = ""
    row.save(update_fields=["clerk"])
    announce(row.outlet_id)


def _refuse_busy(row: Desk, now: datetime) -> None:
    at_it = Ticket.objects.select_for_update().filter(
        desk=row, state__in=[state.value for state in AT_A_DESK]
    )
    lapse_before(at_it, now)
    busy = at_it.first()
    if busy is not None:
        raise WanhaoError(
            f"Desk {row.number} still has {busy}.", "Finish with this customer first."
        )
