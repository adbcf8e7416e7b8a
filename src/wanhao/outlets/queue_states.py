"""The life of a ticket of a hall's queue."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class TicketState(StrEnum):
    """Where a ticket stands."""

    BOOKED = "booked"
    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    DONE = "done"
    MISSED = "missed"
    RETURNED = "returned"
    LATE = "late"
    LAPSED = "lapsed"


# BOOKED to LATE: who comes too late for a booking gets a ticket of those who came by. CALLED or
# SERVING to WAITING: sent on to another desk, in the old place. LAPSED: the day was over.
NEXT: Mapping[TicketState, frozenset[TicketState]] = MappingProxyType(
    {
        TicketState.BOOKED: frozenset(
            {TicketState.WAITING, TicketState.RETURNED, TicketState.LATE, TicketState.LAPSED}
        ),
        TicketState.WAITING: frozenset(
            {TicketState.CALLED, TicketState.RETURNED, TicketState.LAPSED}
        ),
        TicketState.CALLED: frozenset(
            {
                TicketState.SERVING,
                TicketState.WAITING,
                TicketState.MISSED,
                TicketState.RETURNED,
                TicketState.LAPSED,
            }
        ),
        TicketState.SERVING: frozenset({TicketState.DONE, TicketState.WAITING, TicketState.LAPSED}),
        TicketState.DONE: frozenset(),
        TicketState.MISSED: frozenset(),
        TicketState.RETURNED: frozenset(),
        TicketState.LATE: frozenset(),
        TicketState.LAPSED: frozenset(),
    }
)
AT_A_DESK = (TicketState.CALLED, TicketState.SERVING)
LIVE = (TicketState.BOOKED, TicketState.WAITING, *AT_A_DESK)


def may_become(state: TicketState, wanted: TicketState) -> bool:
    """Whether a ticket may go from one state to another."""
    return wanted in NEXT[state]
