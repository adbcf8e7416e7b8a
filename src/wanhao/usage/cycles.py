"""Opening and closing billing cycles and charging their rent, as facts the meter writes itself.

Rent is charged a part of the accounts at a time, so that the first of a month brings no storm of
crossings. How far it came stands in the facts log, so a meter that was stopped goes on there.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from wanhao.metering.slots import NO_CYCLE
from wanhao.metering.state import MeterState
from wanhao.usage.actions import record_facts
from wanhao.usage.contracts import CycleFact, Fact, RentFact
from wanhao.usage.facts_log import decode
from wanhao.usage.models import Fact as FactRow
from wanhao.values.cycle import Cycle

CLOSES_AFTER = timedelta(hours=72)
"""A cycle takes late records until 72 hours after its end."""


@dataclass(slots=True, kw_only=True)
class Calendar:
    """What the meter writes down by the clock: `rent_accounts` accounts or so are charged their
    rent at a time, `rent_every` apart."""

    rent_accounts: int = 20_000
    rent_every: timedelta = timedelta(milliseconds=500)
    _rented_at: datetime | None = field(init=False, default=None)
    _whole: int = field(init=False, default=NO_CYCLE)

    def record_due(self, state: MeterState, now: datetime) -> bool:
        """Write down which cycles close and open, and before one opens whatever rent is left of the
        one before; False when nothing is due."""
        newest = state.current().cycle
        due: list[Fact] = []
        cycles = due_cycles(newest, state.closed_through, now)
        for fact in cycles:
            if fact.opens and state.current().cycle != NO_CYCLE:
                due += self._rest_of_rent(state, newest)
                newest = fact.cycle
            due.append(fact)
        if due:
            with transaction.atomic():
                record_facts(due)
        return bool(due)

    def record_rent(self, state: MeterState, now: datetime) -> bool:
        """Write down the next part of the newest cycle's rent; False when it is not time yet, or
        all of it is charged."""
        newest = state.current().cycle
        if newest in (NO_CYCLE, self._whole):
            return False
        if self._rented_at is not None and now - self._rented_at < self.rent_every:
            return False
        parts = self._rest_of_rent(state, newest)
        if not parts:
            self._whole = newest
            return False
        with transaction.atomic():
            record_facts(parts[:1])
        self._rented_at = now
        return True

    def _rest_of_rent(self, state: MeterState, cycle: int) -> list[Fact]:
        """The parts of a cycle's rent that are still to be charged."""
        last = last_rent()
        if last is not None and last.cycle == cycle:
            return _parts(cycle, last.part + 1, last.parts)
        accounts = int(state.accounts_used.sum())
        return _parts(cycle, 0, max(1, -(-accounts // self.rent_accounts)))


def last_rent() -> RentFact | None:
    """The part of a rent that was written down last."""
    row = FactRow.objects.filter(kind="rent").order_by("-number").first()
    if row is None:
        return None
    (fact,) = decode(row.kind, row.body)
    return fact if isinstance(fact, RentFact) else None


def due_cycles(newest: int, closed_through: int, now: datetime) -> list[CycleFact]:
    """Which cycles close and open, in order, given the newest open one and the last closed one.

    A new meter opens the month before as well, while that takes late records. However long nobody
    looked at the clock, a cycle closes before another takes its place.
    """
    wanted = Cycle.of(now)
    due: list[CycleFact] = []
    if newest == NO_CYCLE:
        newest = wanted.previous.number
        if now < wanted.start + CLOSES_AFTER:
            due.append(CycleFact(cycle=newest, opens=True))
    else:
        due += _closing(Cycle(newest).previous, closed_through, now)
    while newest < wanted.number:
        newest = Cycle(newest).next.number
        due.append(CycleFact(cycle=newest, opens=True))
        due += _closing(Cycle(newest).previous, closed_through, now)
    return due


def _closing(cycle: Cycle, closed_through: int, now: datetime) -> list[CycleFact]:
    is_due = cycle.number > closed_through and now >= cycle.end + CLOSES_AFTER
    return [CycleFact(cycle=cycle.number, opens=False)] if is_due else []


def _parts(cycle: int, first: int, parts: int) -> list[Fact]:
    return [RentFact(cycle=cycle, part=part, parts=parts) for part in range(first, parts)]
