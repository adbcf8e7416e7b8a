"""A hall with a queue, and customers who come to it."""

from datetime import UTC, datetime, timedelta

from tests.outlets.examples import a_place
from tests.parties.examples import a_line, an_account
from wanhao.outlets.actions import import_places
from wanhao.outlets.calling import begin_serving, call_next, finish
from wanhao.outlets.contracts import Service
from wanhao.outlets.desks import open_desk, set_desks
from wanhao.outlets.queue_contracts import NewDesk, TicketView
from wanhao.outlets.taking import take_ticket
from wanhao.parties.actions import open_accounts
from wanhao.parties.queries import lines_by_number
from wanhao.values.cycle import SHANGHAI

HALL, BY = "H1", "li.na"
FIRST_NUMBER = 16907910001
MORNING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""Ten in the morning there."""


def at(clock: str, day: int = 23) -> datetime:
    """A time of day in the hall, in November."""
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def open_hall(desks: int = 1, *, services: tuple[Service, ...] = (), seated: bool = True) -> None:
    """A hall open from 8:30 to 18:00, with somebody at each desk."""
    import_places([a_place(HALL, hours="Mo-Su 08:30-18:00")])
    numbers = range(1, desks + 1)
    set_desks(HALL, [NewDesk(number=number, services=services) for number in numbers], MORNING)
    if seated:
        for number in numbers:
            open_desk(HALL, number, BY, MORNING)


def open_lines(count: int) -> list[int]:
    """So many lines; their ids."""
    numbers = range(FIRST_NUMBER, FIRST_NUMBER + count)
    open_accounts([an_account(f"A{number}", (a_line(number),)) for number in numbers])
    found = lines_by_number(numbers)
    return [found[number].line_id for number in numbers]


def come(now: datetime = MORNING, **given: object) -> TicketView:
    """Somebody without a line takes a number."""
    return take_ticket(HALL, now, by=BY, **given)  # type: ignore[arg-type]


def serve_next(now: datetime, minutes: int = 5, desk: int = 1) -> TicketView:
    """Call whose turn it is and serve them for so long."""
    called = call_next(HALL, desk, now, by=BY)
    assert called is not None
    begin_serving(called.ticket_id, now, by=BY)
    return finish(called.ticket_id, now + timedelta(minutes=minutes), by=BY)
