"""Opening and closing billing cycles, as facts at one position of the log."""

from datetime import datetime, timedelta

from django.db import transaction

from wanhao.metering.state import NO_CYCLE, MeterState
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import CycleFact, Fact
from wanhao.values.cycle import Cycle

CLOSES_AFTER = timedelta(hours=72)
"""A cycle takes late records until 72 hours after its end."""


def record_due_cycles(state: MeterState, now: datetime) -> bool:
    """Write down the cycles that are due to open or close at `now`; False when none are."""
    due = due_cycles(state.current().cycle, state.closed_through, now)
    if due:
        with transaction.atomic():
            record_facts(due)
    return bool(due)


def due_cycles(newest: int, closed_through: int, now: datetime) -> list[Fact]:
    """Which cycles open and close, given the newest open one and the newest closed one."""
    wanted = Cycle.of(now)
    due: list[Fact] = []
    opening = wanted.previous if newest == NO_CYCLE else Cycle(newest).next
    while opening <= wanted:
        due.append(CycleFact(cycle=opening.number, opens=True))
        opening = opening.next
    last = wanted.previous
    if closed_through < last.number and now >= last.end + CLOSES_AFTER:
        due.append(CycleFact(cycle=last.number, opens=False))
    return due
