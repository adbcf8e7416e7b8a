"""What other rooms may hold of the queues of halls."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from wanhao.outlets.contracts import NewPlace, Service
from wanhao.outlets.queue_states import TicketState


class Lane(StrEnum):
    """Which of the three queues of a hall a ticket is in; the letter stands before its number."""

    WALK_IN = "A"
    BOOKED = "B"
    CARE = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTerms:
    """How queues go, as `queues.toml` has it."""

    slot: timedelta
    early: timedelta
    late: timedelta
    days_ahead: int
    calls: int
    between_calls: timedelta
    told_ahead: int
    care_age: int
    mean_of: int
    least_known: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NearTicket:
    """A ticket of a line whose turn is near, with how many are before it."""

    ticket_id: int
    label: str
    line_id: int
    hall_zh: str
    hall_en: str
    ahead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDesk:
    """A desk of a hall: its number, and what is done there besides the usual."""

    number: int
    services: tuple[Service, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket as others see it; `label` is what is called, as A005.

    `service` is None for whatever any desk does. `booked_for` is empty for who came by. `desk` is
    the number of the desk that called it, `called_at` when it did last. `waits_from` says since
    when it waits, or will.
    """

    ticket_id: int
    hall: str
    hall_zh: str
    hall_en: str
    day: date
    lane: Lane
    label: str
    state: TicketState
    service: Service | None
    line_id: int | None
    booked_for: datetime | None
    waits_from: datetime
    calls: int
    called_at: datetime | None
    desk: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitView:
    """How many are before a ticket, and about how many minutes it takes; None when unknown.

    `open_desks` are those open now that do what it is for.
    """

    ahead: int
    minutes: int | None
    open_desks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskView:
    """A desk, who sits there (empty when it is closed), and whom it serves or calls."""

    number: int
    services: tuple[Service, ...]
    clerk: str
    ticket: TicketView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HallQueue:
    """A hall at this moment: its desks, who waits in the order of each lane, and who is booked for
    today and did not come yet."""

    place: NewPlace
    desks: tuple[DeskView, ...]
    waiting: tuple[TicketView, ...]
    booked: tuple[TicketView, ...]
    served: int
    mean_seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HopView:
    """What was done with a ticket, when, by whom and at which desk."""

    what: str
    at: datetime
    by: str
    desk: int | None
