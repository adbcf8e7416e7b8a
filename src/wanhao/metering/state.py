"""The meter's state: two open cycles of totals per group, money per account, cut into shards.

A place is shard * capacity + row; whatever must be seen together (an account and its groups) lies
in one shard, chosen by a hash of the account. Arrays are indexed by place, one row each. What a
group uses abroad is counted at places of its own, one per rate zone, made when first needed.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from wanhao.metering.allowances import Baselines, Cells, Packs, data_only
from wanhao.metering.columns import I8, I32, I64, no_rows
from wanhao.metering.meters import DATA, METERS, SERVICES
from wanhao.metering.numbering import NumberPlan
from wanhao.metering.tariffs import TariffTable
from wanhao.metering.terms import TermsTable

ALWAYS = np.iinfo(np.int64).min
NEVER = np.iinfo(np.int64).max
NO_CYCLE = -1


@dataclass(slots=True)
class Slot:
    """One open cycle. `free` is the total up to which nothing more is charged, `alarm` the lowest
    total at which something may happen, `rolled` data from the month before, which shrinks with
    its late records where `rolls_in`; `terms` and `baseline` are rows of their tables."""

    cycle: int
    totals: I64
    free: I64
    alarm: I64
    rolled: I64
    rolls_in: I8
    terms: I32
    baseline: I32
    charge: I64
    baselines: Baselines = field(default_factory=Baselines)
    packs: Packs = field(default_factory=Packs)

    @classmethod
    def empty(cls, groups: int, accounts: int) -> "Slot":
        """A slot that holds no cycle yet."""
        return cls(
            cycle=NO_CYCLE,
            totals=np.zeros((groups, METERS), np.int64),
            free=np.zeros((groups, SERVICES), np.int64),
            alarm=np.full((groups, METERS), NEVER, np.int64),
            rolled=np.zeros(groups, np.int64),
            rolls_in=np.zeros(groups, np.int8),
            terms=np.zeros(groups, np.int32),
            baseline=np.zeros(groups, np.int32),
            charge=np.zeros(accounts, np.int64),
        )

    def cells(self, place: I64, service: I64) -> Cells:
        """These cells as they stand at their baseline."""
        row = self.baseline[place]
        bases = self.baselines
        return Cells(
            place=place,
            service=service,
            free=self.free[place, service],
            rolled=data_only(service, self.rolled[place]),
            base=bases.base[row, service],
            over=bases.over[row, service],
            plan_used=bases.plan_used[row, service],
            rolled_used=bases.rolled_used[row, service],
        )


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
        """All that is watched of money, in the order of the columns of `money_episode`."""
        of_credit = tuple(Mark(percent, True) for percent in self.credit)
        return (*(Mark(fen, False) for fen in self.money), *of_credit)


GROUP_COLUMNS = ("group_id", "account_place", "told", "first_cycle", "zone")
ACCOUNT_COLUMNS = (
    "account_id",
    "spendable",
    "credit",
    "watched",
    "settled",
    "billed",
    "rent",
    "rent_from",
    "rented",
)
SLOT_GROUP_COLUMNS = ("totals", "free", "alarm", "rolled", "rolls_in", "terms", "baseline")


@dataclass(slots=True)
class MeterState:
    """All that counting needs; changed only by `apply`, `apply_facts` and enrolment.

    `told` is the number of the fact that first told a group's terms, 0 before that, `first_cycle`
    the cycle from which they hold. `credit` is the limit of an account that pays afterwards,
    which `spendable` includes, `settled` are charges of cycles that left their slot and are in no
    bill yet, `billed` the last cycle whose bill is in `spendable`; `rent` is due once a cycle from
    `rent_from` on, `rented` says up to which cycle it was taken.
    """

    shards: int
    capacity: int = 1
    account_capacity: int = 1
    group_id: I64 = field(default_factory=no_rows)
    account_place: I64 = field(default_factory=no_rows)
    told: I64 = field(default_factory=no_rows)
    first_cycle: I64 = field(default_factory=no_rows)
    zone: I64 = field(default_factory=no_rows)
    account_id: I64 = field(default_factory=no_rows)
    spendable: I64 = field(default_factory=no_rows)
    credit: I64 = field(default_factory=no_rows)
    watched: I64 = field(default_factory=no_rows)
    settled: I64 = field(default_factory=no_rows)
    billed: I64 = field(default_factory=no_rows)
    rent: I64 = field(default_factory=no_rows)
    rent_from: I64 = field(default_factory=no_rows)
    rented: I64 = field(default_factory=no_rows)
    money_episode: I64 = field(default_factory=lambda: no_rows(0))
    groups_used: I64 = field(default_factory=no_rows)
    accounts_used: I64 = field(default_factory=no_rows)
    place_of_group: I64 = field(default_factory=no_rows)
    place_of_account: I64 = field(default_factory=no_rows)
    zone_key: I64 = field(default_factory=no_rows)
    zone_place: I64 = field(default_factory=no_rows)
    slots: list[Slot] = field(default_factory=list)
    plan: NumberPlan = field(default_factory=NumberPlan)
    tariffs: TariffTable = field(default_factory=TariffTable)
    terms: TermsTable = field(default_factory=TermsTable)
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
        for name in (*GROUP_COLUMNS, *ACCOUNT_COLUMNS):
            setattr(state, name, np.zeros(shards, np.int64))
        state.money_episode = np.zeros((shards, 0), np.int64)
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

    def places_of(self, group: I64) -> I64:
        """The place of each group, -1 for group 0 and for those never enrolled."""
        return looked_up(self.place_of_group, group)

    def account_places_of(self, account: I64) -> I64:
        """The place of each account, -1 for those never enrolled."""
        return looked_up(self.place_of_account, account)

    def left(self, place: I64) -> I64:
        """What each account has left, in fen: what it can spend less what is charged so far and
        not yet in a bill."""
        running: I64 = self.spendable[place] - self.settled[place]
        for slot in self.slots:
            running = running - unbilled(slot, self.billed, place)
        return running


def unbilled(slot: Slot, billed: I64, place: I64) -> I64:
    """The charges of a slot that no bill has taken from the balance yet, by account place."""
    due: I64 = np.where(slot.cycle > billed[place], slot.charge[place], 0)
    return due


def looked_up(table: I64, key: I64) -> I64:
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
