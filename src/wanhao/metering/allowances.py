"""What of a total was taken from which allowance: rolled-over data, then packs, then the plan.

A *baseline* is where a group's terms last changed within a cycle: what was used of each allowance
up to there. It stands in a side table, since few groups have one; row 0 is the empty baseline.
"""

from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I64, Mask, distinct, no_rows
from wanhao.metering.meters import DATA, SERVICES


@dataclass(slots=True)
class Baselines:
    """Per row: `free` the total up to which nothing more is charged, `base` the total there, `over`
    units charged by the schedule since it began, `outside` all units outside allowances, `frozen`
    fen charged by earlier schedules, `plan_used` and `rolled_used` what was taken from the two,
    `episode` the fact at which the schedule began.
    """

    free: I64 = field(default_factory=lambda: np.zeros((1, SERVICES), np.int64))
    base: I64 = field(default_factory=lambda: np.zeros((1, SERVICES), np.int64))
    over: I64 = field(default_factory=lambda: np.zeros((1, SERVICES), np.int64))
    outside: I64 = field(default_factory=lambda: np.zeros((1, SERVICES), np.int64))
    frozen: I64 = field(default_factory=lambda: np.zeros((1, SERVICES), np.int64))
    plan_used: I64 = field(default_factory=lambda: np.zeros((1, SERVICES), np.int64))
    rolled_used: I64 = field(default_factory=lambda: np.zeros((1, SERVICES), np.int64))
    episode: I64 = field(default_factory=lambda: np.zeros(1, np.int64))

    def add_rows(self, count: int) -> I64:
        """Room for so many more baselines; returns their rows."""
        first = len(self.base)
        for name in self.__dataclass_fields__:
            column = getattr(self, name)
            room = np.zeros((count, *column.shape[1:]), np.int64)
            setattr(self, name, np.concatenate([column, room]))
        return np.arange(first, first + count)


PACK_COLUMNS = ("place", "service", "rank", "pack", "quantity", "used", "rolls", "renews")


@dataclass(slots=True)
class Packs:
    """Allowances besides the plan, in the order in which they are used at each place.

    `used` is what was taken up to the group's baseline; `rolls` and `renews` are 0 or 1.
    """

    place: I64 = field(default_factory=no_rows)
    service: I64 = field(default_factory=no_rows)
    rank: I64 = field(default_factory=no_rows)
    pack: I64 = field(default_factory=no_rows)
    quantity: I64 = field(default_factory=no_rows)
    used: I64 = field(default_factory=no_rows)
    rolls: I64 = field(default_factory=no_rows)
    renews: I64 = field(default_factory=no_rows)

    def __len__(self) -> int:
        return len(self.place)

    def take(self, rows: Mask | I64) -> "Packs":
        """The chosen rows."""
        return Packs(**{name: getattr(self, name)[rows] for name in PACK_COLUMNS})

    def at(self, place: I64) -> "Packs":
        """The packs of these places."""
        return self.take(self._rows(place)) if len(self.place) else self

    def replaced(self, place: I64, packs: "Packs") -> "Packs":
        """These packs (in their order of use) instead of all that the places had."""
        rows = self._rows(place)
        if not len(rows) and not len(packs):
            return self
        kept = self.take(np.delete(np.arange(len(self.place)), rows)) if len(rows) else self
        spot = np.searchsorted(kept.place, packs.place)
        both = {
            name: np.insert(getattr(kept, name), spot, getattr(packs, name))
            for name in PACK_COLUMNS
        }
        return Packs(**both)

    def ordered(self) -> "Packs":
        """The same packs in their order of use."""
        return self.take(np.lexsort((self.pack, self.rank, self.service, self.place)))

    def _rows(self, place: I64) -> I64:
        """The rows of these places, ascending; rows of a place lie together."""
        place = distinct(place)
        first = np.searchsorted(self.place, place)
        count = np.searchsorted(self.place, place, side="right") - first
        ends = np.cumsum(count)
        rows: I64 = np.repeat(first - ends + count, count) + np.arange(int(count.sum()))
        return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """Cells (a place and a service each) at their baseline, all columns of one length.

    `free` is the total up to which nothing more is charged; `rolled` is rolled-over data.
    """

    place: I64
    service: I64
    free: I64
    rolled: I64
    base: I64
    over: I64
    plan_used: I64
    rolled_used: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What was taken of each allowance at some total; `packs` row by row with `pack_taken`."""

    rolled: I64
    plan: I64
    plan_left: I64
    packs: Packs
    pack_cell: I64
    pack_taken: I64


def over(cells: Cells, total: I64) -> I64:
    """Units charged by the schedule in force, at a total.

    Units taken back below the baseline take back first what was charged before it.
    """
    floor = np.minimum(cells.base, cells.free) - total
    taken_back = np.clip(floor, 0, cells.over)
    beyond: I64 = cells.over + np.maximum(total - cells.free, 0) - taken_back
    return beyond


def taken(cells: Cells, total: I64, packs: Packs) -> Taken:
    """How a total is spread over the allowances; `packs` are those of the cells' places.

    What is used goes to rolled-over data, packs by rank, the plan; what is taken back returns the
    other way round. More than was ever taken returns to the plan, which then holds more.
    """
    cell = _cell_of(cells, packs)
    held = np.flatnonzero(cell >= 0)
    packs, cell = packs.take(held), cell[held]
    left_each = np.maximum(packs.quantity - packs.used, 0)
    packs_left, packs_used = _sum(cell, left_each, cells), _sum(cell, packs.used, cells)
    rolled_used = np.minimum(cells.rolled_used, cells.rolled)
    rolled_left = cells.rolled - rolled_used
    room = cells.free - cells.base - rolled_left - packs_left
    plan_left = np.maximum(room, 0)
    # Late records of the month before took away what was rolled over and used already.
    owed = np.maximum(cells.rolled_used - rolled_used + np.minimum(room, 0), 0)
    plan_used = cells.plan_used + owed
    used = np.maximum(total - cells.base, 0)
    back = np.maximum(np.minimum(cells.base, cells.free) - cells.over - total, 0)
    plan_back = np.minimum(np.maximum(plan_used, 0), back)
    packs_back = np.minimum(packs_used, back - plan_back)
    rolled_back = np.minimum(rolled_used, back - plan_back - packs_back)
    surplus = back - plan_back - packs_back - rolled_back
    from_plan = np.clip(used - rolled_left - packs_left, 0, plan_left) - plan_back - surplus
    before, after = _running(cell, left_each), _running(cell, packs.used, backwards=True)
    each = np.clip((used - rolled_left)[cell] - before, 0, left_each)
    each_back = np.clip(packs_back[cell] - after, 0, packs.used)
    return Taken(
        rolled=rolled_used + np.minimum(rolled_left, used) - rolled_back,
        plan=plan_used + from_plan,
        plan_left=plan_left - from_plan,
        packs=packs,
        pack_cell=cell,
        pack_taken=packs.used + each - each_back,
    )


def _cell_of(cells: Cells, packs: Packs) -> I64:
    """The row of each pack's cell, -1 where it is not among the cells."""
    key = cells.place * SERVICES + cells.service
    order = np.argsort(key)
    wanted = packs.place * SERVICES + packs.service
    spot = np.minimum(np.searchsorted(key[order], wanted), max(len(key) - 1, 0))
    if not len(key):
        return np.full(len(packs), -1, np.int64)
    found: I64 = np.where(key[order][spot] == wanted, order[spot], -1)
    return found


def _sum(cell: I64, amount: I64, cells: Cells) -> I64:
    total = np.zeros(len(cells.place), np.int64)
    np.add.at(total, cell, amount)
    return total


def _running(cell: I64, amount: I64, *, backwards: bool = False) -> I64:
    """What stands before each row among the rows of its cell (rows of a cell lie together)."""
    if backwards:
        return _running(cell[::-1], amount[::-1])[::-1]
    if not len(cell):
        return amount
    total = np.cumsum(amount) - amount
    opening = np.flatnonzero(np.diff(cell, prepend=-1))
    started = np.repeat(total[opening], np.diff(np.append(opening, len(cell))))
    result: I64 = total - started
    return result


def data_only(service: I64, amount: I64) -> I64:
    """The amount for data, nothing for voice and messages: only data rolls over."""
    result: I64 = np.where(service == DATA, amount, 0)
    return result
