"""The meter's state: two open cycles of totals per group, money per account, cut into shards.

A place is shard * capacity + row; whatever must be seen together (an account and its groups) lies
in one shard, chosen by a hash of the account. Columns are indexed by place, one row each. What a
group uses abroad is counted at places of its own, one per rate zone, made when first needed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from wanhao.metering.allowances import Cells, data_only
from wanhao.metering.columns import I64, Column, no_rows
from wanhao.metering.meters import DATA, SERVICES
from wanhao.metering.numbering import NumberPlan
from wanhao.metering.slots import NO_CYCLE, Slot
from wanhao.metering.tariffs import TariffTable
from wanhao.metering.terms import DistinctRows, TermsTable

AT_ONCE = 1 << 20


class Mark(NamedTuple):
    """A threshold of money: fen that are left, or per cent of a credit limit that are used."""

    threshold: int
    of_credit: bool


@dataclass(slots=True)
class Watched:
    """Thresholds in force: per cent for each service, ascending, fen left, descending, and per
    cent of a credit limit, ascending."""

    usage: tuple[tuple[int, ...], ...] = ((), (), ())
    money: tuple[int, ...] = ()
    credit: tuple[int, ...] = ()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """All that is watched of money."""
        of_credit = tuple(Mark(percent, True) for percent in self.credit)
        return (*(Mark(fen, False) for fen in self.money), *of_credit)

    def column(self, mark: Mark) -> int:
        """The column of a mark in `money_episode`: an account has a limit or none, so it needs room
        for the marks of one kind only."""
        if mark.of_credit:
            return self.credit.index(mark.threshold)
        return self.money.index(mark.threshold)


GROUP_TYPES: Mapping[str, DTypeLike] = {
    "group_id": np.int32,
    "account_place": np.int32,
    "told": np.int8,
    "first_cycle": np.int32,
    "zone": np.int8,
}
"""The columns by group, and what they are kept as unless a value needs more."""
ACCOUNT_TYPES: Mapping[str, DTypeLike] = {
    "account_id": np.int32,
    "spendable": np.int32,
    "credit": np.int32,
    "watched": np.int8,
    "settled": np.int32,
    "billed": np.int32,
    "rent": np.int32,
    "rent_from": np.int32,
    "rented": np.int32,
}
"""The same by account."""
GROUP_COLUMNS, ACCOUNT_COLUMNS = tuple(GROUP_TYPES), tuple(ACCOUNT_TYPES)


def _no_column() -> Column:
    return Column.zeros(0)


@dataclass(slots=True)
class MeterState:
    """All that counting needs; changed only by `apply`, `apply_facts` and enrolment.

    `told` is 1 where a group's terms were told, `first_cycle` the cycle from which they hold.
    `credit` is the limit of an account that pays afterwards, which `spendable` includes, `settled`
    are charges of cycles that left their slot and are in no bill yet, `billed` the last cycle whose
    bill is in `spendable`; `rent` is due once a cycle from `rent_from` on, `rented` says up to
    which cycle it was taken. `extras` are the sums of packs that groups hold.
    """

    shards: int
    capacity: int = 1
    account_capacity: int = 1
    group_id: Column = field(default_factory=_no_column)
    account_place: Column = field(default_factory=_no_column)
    told: Column = field(default_factory=_no_column)
    first_cycle: Column = field(default_factory=_no_column)
    zone: Column = field(default_factory=_no_column)
    account_id: Column = field(default_factory=_no_column)
    spendable: Column = field(default_factory=_no_column)
    credit: Column = field(default_factory=_no_column)
    watched: Column = field(default_factory=_no_column)
    settled: Column = field(default_factory=_no_column)
    billed: Column = field(default_factory=_no_column)
    rent: Column = field(default_factory=_no_column)
    rent_from: Column = field(default_factory=_no_column)
    rented: Column = field(default_factory=_no_column)
    money_episode: Column = field(default_factory=_no_column)
    place_of_group: Column = field(default_factory=_no_column)
    place_of_account: Column = field(default_factory=_no_column)
    groups_used: I64 = field(default_factory=no_rows)
    accounts_used: I64 = field(default_factory=no_rows)
    zone_key: I64 = field(default_factory=no_rows)
    zone_place: I64 = field(default_factory=no_rows)
    slots: list[Slot] = field(default_factory=list)
    plan: NumberPlan = field(default_factory=NumberPlan)
    tariffs: TariffTable = field(default_factory=TariffTable)
    terms: TermsTable = field(default_factory=TermsTable)
    extras: DistinctRows = field(default_factory=lambda: DistinctRows.of_width(SERVICES))
    thresholds: Watched = field(default_factory=Watched)
    usage_episode: dict[tuple[int, int, int, int], int] = field(default_factory=dict)
    closed_through: int = NO_CYCLE
    last_fact: int = 0
    last_batch: int = 0
    last_token: str = ""

    @classmethod
    def empty(cls, shards: int) -> "MeterState":
        """A state in which nobody is enrolled and no cycle is open."""
        state = cls(shards=shards)
        for name, kind in (*GROUP_TYPES.items(), *ACCOUNT_TYPES.items()):
            setattr(state, name, Column.zeros(shards, dtype=kind))
        state.money_episode = Column.zeros(shards, 0)
        state.groups_used = np.zeros(shards, np.int64)
        state.accounts_used = np.zeros(shards, np.int64)
        state.slots = [Slot.empty(shards, shards), Slot.empty(shards, shards)]
        return state

    def slot_of(self, cycle: int) -> Slot | None:
        """The slot in which a cycle is open, or None."""
        return next((slot for slot in self.slots if slot.cycle == cycle), None)

    def current(self) -> Slot:
        """The slot of the newest open cycle."""
        return max(self.slots, key=lambda slot: slot.cycle)

    def older(self) -> Slot:
        """The other slot: the cycle before the newest, or none yet."""
        return self.slots[1] if self.current() is self.slots[0] else self.slots[0]

    def is_kept(self, slot: Slot) -> bool:
        """Whether a slot still has all of its cycle: the newest has, and the one before until it
        is closed; then only its charges are left."""
        return slot is self.current() or slot.cycle > self.closed_through

    def places_of(self, group: I64) -> I64:
        """The place of each group, -1 for group 0 and for those never enrolled."""
        return looked_up(self.place_of_group, group)

    def account_places_of(self, account: I64) -> I64:
        """The place of each account, -1 for those never enrolled."""
        return looked_up(self.place_of_account, account)

    def stretches(self) -> Iterator[I64]:
        """The places of all groups, some at a time, so that whoever goes through all of them needs
        little room."""
        for shard, used in enumerate(self.groups_used.tolist()):
            start = shard * self.capacity
            for first in range(start, start + used, AT_ONCE):
                yield np.arange(first, min(first + AT_ONCE, start + used))

    def cells(self, slot: Slot, place: I64, service: I64) -> Cells:
        """These cells as they stand at their baseline. Without one, all allowances are free."""
        row, bases = slot.baseline[place], slot.baselines
        rolled = data_only(service, slot.rolled[place])
        plan = self.terms.included(slot.terms[place], service) * (self.zone[place] == 0)
        whole = plan + self.extras.row[slot.extra[place], service] + rolled
        return Cells(
            place=place,
            service=service,
            free=np.where(row > 0, bases.free[row, service], whole),
            rolled=rolled,
            base=bases.base[row, service],
            over=bases.over[row, service],
            plan_used=bases.plan_used[row, service],
            rolled_used=bases.rolled_used[row, service],
        )

    def left(self, place: I64) -> I64:
        """What each account has left, in fen: what it can spend less what is charged so far and
        not yet in a bill."""
        running: I64 = self.spendable[place] - self.settled[place]
        for slot in self.slots:
            running = running - unbilled(slot, self.billed, place)
        return running


def unbilled(slot: Slot, billed: Column, place: I64) -> I64:
    """The charges of a slot that no bill has taken from the balance yet, by account place."""
    due: I64 = np.where(slot.cycle > billed[place], slot.charge[place], 0)
    return due


def looked_up(table: Column, key: I64) -> I64:
    """The entry of each key, -1 for those outside the table."""
    inside = (key > 0) & (key < len(table))
    found: I64 = np.where(inside, table[np.where(inside, key, 0)] if len(table) else -1, -1)
    return found


def always_loud(state: MeterState, slot: Slot, place: I64, service: I64) -> I64:
    """Cells whose every change matters: a month that takes late records and whose unused data has
    rolled into the next."""
    newer = state.current()
    if slot is newer or newer.cycle == NO_CYCLE:
        return np.zeros(len(place), np.int64)
    loud: I64 = ((service == DATA) & (newer.rolls_in[place] > 0)).astype(np.int64)
    return loud
