"""One open cycle: totals, alarms and what its groups hold, in narrow columns by place."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import DTypeLike

from wanhao.metering.allowances import Baselines, Packs
from wanhao.metering.columns import I64, Column
from wanhao.metering.meters import SERVICES

ALWAYS = np.iinfo(np.int64).min
NEVER = np.iinfo(np.int64).max
NO_CYCLE = -1
SLOT_GROUP_COLUMNS = ("rolled", "rolls_in", "terms", "extra", "baseline")
TOTAL_TYPES: tuple[DTypeLike, ...] = (np.int32, np.int32, np.int64, np.int64)
"""Of voice units, messages, octets and what is free, unless a total needs more."""
ALARM_STEP = (0, 0, 16)
"""Alarms of voice, messages and data are kept in steps of so many bits."""
_NEVER, _ALWAYS = np.iinfo(np.int32).max, np.iinfo(np.int32).min


@dataclass(slots=True)
class Totals:
    """Units so far, a column per meter: voice units, messages, octets, what is free."""

    columns: list[Column]

    @classmethod
    def empty(cls, groups: int) -> "Totals":
        """Nothing used yet."""
        return cls([Column.zeros(groups, dtype=kind) for kind in TOTAL_TYPES])

    def __getitem__(self, cell: tuple[I64 | int, int]) -> I64:
        """The totals of one meter at these places."""
        place, meter = cell
        return self.columns[meter][place]

    def at(self, place: I64, service: I64) -> I64:
        """The total of each place in its service."""
        found = np.zeros(len(place), np.int64)
        for each in range(SERVICES):
            rows = np.flatnonzero(service == each)
            found[rows] = self.columns[each][place[rows]]
        return found

    def of_services(self, place: I64) -> I64:
        """A row per place, a column per service."""
        return np.stack([column[place] for column in self.columns[:SERVICES]], axis=1)


@dataclass(slots=True)
class Alarms:
    """The lowest total at which something may happen, a column per service.

    They are kept coarsely and never too high: ringing early costs a closer look and changes
    nothing.
    """

    columns: list[Column]

    @classmethod
    def empty(cls, groups: int) -> "Alarms":
        """Alarms that nobody set yet."""
        return cls([Column.zeros(groups) for _ in range(SERVICES)])

    def put(self, place: I64, service: int, alarm: I64 | int) -> None:
        """Set the alarms of one service at these places."""
        step = ALARM_STEP[service]
        coarse = np.clip(np.right_shift(alarm, step), _ALWAYS, _NEVER - 1)
        self.columns[service].data[place] = np.where(np.equal(alarm, NEVER), _NEVER, coarse)

    def ringing(self, place: I64, service: int, total: I64) -> I64:
        """The rows whose totals may have reached their alarm."""
        alarm = self.columns[service].data.take(place)
        rows = np.flatnonzero(np.maximum(total >> ALARM_STEP[service], _ALWAYS) >= alarm)
        found: I64 = rows[alarm[rows] != _NEVER]
        return found


@dataclass(slots=True)
class Slot:
    """One open cycle. `rolled` is data from the month before, which shrinks with its late records
    where `rolls_in`; `terms`, `extra` (what packs add to the plan) and `baseline` are rows of their
    tables; `charge` is in fen by account."""

    cycle: int
    totals: Totals
    alarm: Alarms
    rolled: Column
    rolls_in: Column
    terms: Column
    extra: Column
    baseline: Column
    charge: Column
    baselines: Baselines = field(default_factory=Baselines)
    packs: Packs = field(default_factory=Packs)

    @classmethod
    def empty(cls, groups: int, accounts: int, cycle: int = NO_CYCLE) -> "Slot":
        """A slot in which nothing happened, by default one that holds no cycle yet."""
        return cls(
            cycle=cycle,
            totals=Totals.empty(groups),
            alarm=Alarms.empty(groups),
            rolled=Column.zeros(groups, dtype=np.int64),
            rolls_in=Column.zeros(groups, dtype=np.int8),
            terms=Column.zeros(groups, dtype=np.int16),
            extra=Column.zeros(groups, dtype=np.int16),
            baseline=Column.zeros(groups),
            charge=Column.zeros(accounts),
        )
