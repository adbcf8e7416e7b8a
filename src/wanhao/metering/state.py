"""The meter's state: two open cycles of totals per group, money per account, cut into shards.

A place is shard * capacity + row; whatever must be seen together (an account and its groups) lies
in one shard, chosen by a hash of the account. Arrays are indexed by place, one row each.
"""

from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I64, grown
from wanhao.metering.meters import METERS, SERVICES
from wanhao.metering.numbering import NumberPlan
from wanhao.metering.tariffs import TariffTable

ALWAYS = np.iinfo(np.int64).min
NEVER = np.iinfo(np.int64).max
NO_CYCLE = -1
_MIX = np.uint64(0x9E3779B97F4A7C15)


def shard_of(account: I64, shards: int) -> I64:
    """The shard of each account, by a multiplicative hash."""
    mixed = account.astype(np.uint64) * _MIX >> np.uint64(33)
    result: I64 = (mixed % np.uint64(shards)).astype(np.int64)
    return result


@dataclass(slots=True)
class Slot:
    """One open cycle. `free` is what of the total is not charged, `frozen` fen charged before the
    last change of terms, `alarm` the lowest total at which something may happen."""

    cycle: int
    totals: I64
    allowance: I64
    free: I64
    frozen: I64
    alarm: I64
    tariff: I64
    charge: I64

    @classmethod
    def empty(cls, groups: int, accounts: int) -> "Slot":
        """A slot that holds no cycle yet."""
        return cls(
            cycle=NO_CYCLE,
            totals=np.zeros((groups, METERS), np.int64),
            allowance=np.zeros((groups, SERVICES), np.int64),
            free=np.zeros((groups, SERVICES), np.int64),
            frozen=np.zeros((groups, SERVICES), np.int64),
            alarm=np.full((groups, METERS), NEVER, np.int64),
            tariff=np.zeros(groups, np.int64),
            charge=np.zeros(accounts, np.int64),
        )


@dataclass(slots=True)
class Watched:
    """Thresholds in force: per cent for each service, ascending, and fen, descending."""

    usage: tuple[tuple[int, ...], ...] = ((), (), ())
    money: tuple[int, ...] = ()


GROUP_COLUMNS = ("group_id", "account_place", "told")
ACCOUNT_COLUMNS = ("account_id", "spendable", "watched", "settled")
SLOT_GROUP_COLUMNS = ("totals", "allowance", "free", "frozen", "alarm", "tariff")


@dataclass(slots=True)
class MeterState:
    """All that counting needs; changed only by `apply`, `apply_facts` and enrolment.

    `told` is the number of the fact that first told a group's terms, 0 before that.
    """

    shards: int
    capacity: int = 1
    account_capacity: int = 1
    group_id: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    account_place: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    told: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    account_id: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    spendable: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    watched: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    settled: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    money_episode: I64 = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    groups_used: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    accounts_used: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    place_of_group: I64 = field(default_factory=lambda: np.full(0, -1, np.int64))
    place_of_account: I64 = field(default_factory=lambda: np.full(0, -1, np.int64))
    slots: list[Slot] = field(default_factory=list)
    plan: NumberPlan = field(default_factory=NumberPlan)
    tariffs: TariffTable = field(default_factory=TariffTable)
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

    def places_of(self, group: I64) -> I64:
        """The place of each group, -1 for group 0 and for those never enrolled."""
        return _looked_up(self.place_of_group, group)

    def account_places_of(self, account: I64) -> I64:
        """The place of each account, -1 for those never enrolled."""
        return _looked_up(self.place_of_account, account)

    def left(self, place: I64) -> I64:
        """What each account has left, in fen: what it can spend less what is charged so far."""
        running: I64 = self.spendable[place] - self.settled[place]
        for slot in self.slots:
            running = running - slot.charge[place]
        return running


def enrol_accounts(state: MeterState, account: I64) -> I64:
    """Give every account not known yet a place in its shard; returns the places of all."""
    new = np.unique(account[state.account_places_of(account) < 0])
    if len(new):
        shard = shard_of(new, state.shards)
        needed = int((state.accounts_used + np.bincount(shard, minlength=state.shards)).max())
        if needed > state.account_capacity:
            _widen_accounts(state, max(needed, 2 * state.account_capacity))
        place = _next_places(shard, state.accounts_used, state.account_capacity)
        state.account_id[place] = new
        state.place_of_account = grown(state.place_of_account, int(new.max()) + 1, -1)
        state.place_of_account[new] = place
    return state.account_places_of(account)


def enrol_groups(state: MeterState, group: I64, account: I64) -> I64:
    """Give every group not known yet a place in its account's shard; returns the places of all."""
    account_place = enrol_accounts(state, account)
    fresh, first = np.unique(group, return_index=True)
    unknown = state.places_of(fresh) < 0
    new, owner = fresh[unknown], account_place[first[unknown]]
    if len(new):
        shard = owner // state.account_capacity
        needed = int((state.groups_used + np.bincount(shard, minlength=state.shards)).max())
        if needed > state.capacity:
            _widen_groups(state, max(needed, 2 * state.capacity))
        place = _next_places(shard, state.groups_used, state.capacity)
        state.group_id[place] = new
        state.account_place[place] = owner
        state.place_of_group = grown(state.place_of_group, int(new.max()) + 1, -1)
        state.place_of_group[new] = place
    return state.places_of(group)


def _looked_up(table: I64, key: I64) -> I64:
    inside = (key > 0) & (key < len(table))
    found: I64 = np.where(inside, table[np.where(inside, key, 0)] if len(table) else -1, -1)
    return found


def _next_places(shard: I64, used: I64, capacity: int) -> I64:
    """The next free place in each one's shard; `used` is moved on."""
    order = np.argsort(shard, kind="stable")
    ordered = shard[order]
    starts = np.searchsorted(ordered, np.arange(len(used)))
    row = np.arange(len(shard)) - starts[ordered] + used[ordered]
    place = np.empty(len(shard), np.int64)
    place[order] = ordered * capacity + row
    used += np.bincount(shard, minlength=len(used))
    return place


def _spread(array: I64, shards: int, old: int, new: int, fill: int = 0) -> I64:
    """Give each shard's slice of an array more room."""
    wider = np.full((shards, new, *array.shape[1:]), fill, array.dtype)
    wider[:, :old] = array.reshape(shards, old, *array.shape[1:])
    return wider.reshape(shards * new, *array.shape[1:])


def _widen_accounts(state: MeterState, capacity: int) -> None:
    old = state.account_capacity
    for name in (*ACCOUNT_COLUMNS, "money_episode"):
        setattr(state, name, _spread(getattr(state, name), state.shards, old, capacity))
    for slot in state.slots:
        slot.charge = _spread(slot.charge, state.shards, old, capacity)
    for table in (state.place_of_account, state.account_place):
        _rebase(table, old, capacity)
    state.account_capacity = capacity


def _widen_groups(state: MeterState, capacity: int) -> None:
    old = state.capacity
    for name in GROUP_COLUMNS:
        setattr(state, name, _spread(getattr(state, name), state.shards, old, capacity))
    for slot in state.slots:
        for name in SLOT_GROUP_COLUMNS:
            fill = int(NEVER) if name == "alarm" else 0
            setattr(slot, name, _spread(getattr(slot, name), state.shards, old, capacity, fill))
    _rebase(state.place_of_group, old, capacity)
    state.plan.move_places(old, capacity)
    state.usage_episode = {
        (cycle, place // old * capacity + place % old, service, level): number
        for (cycle, place, service, level), number in state.usage_episode.items()
    }
    state.capacity = capacity


def _rebase(place: I64, old: int, new: int) -> None:
    held = place >= 0
    shard, row = np.divmod(place[held], old)
    place[held] = shard * new + row
