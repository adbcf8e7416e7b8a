"""The number plan: from a number to the group that holds it, by direct address.

The first seven digits (H-code) choose a block, the last four a slot in it. A slot keeps its newest
link; older links are few and stand in a sorted side table.
"""

from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I32, I64, Column, Mask, distinct, grown

BLOCK = 10_000
LOWEST = 10_000_000_000
HIGHEST = 19_999_999_999
NOBODY = -1
UNKNOWN = -2
LONG_AGO = np.iinfo(np.int64).min


@dataclass(slots=True)
class NumberPlan:
    """Who holds which number since when; places are the state's, times epoch seconds. `newest` is
    when the last link of each block began: of records after it nobody asks when the link began."""

    block_of: I32 = field(default_factory=lambda: np.full(1_000_000, -1, np.int32))
    blocks: int = 0
    newest: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    place: Column = field(default_factory=lambda: Column.zeros(0))
    since: Column = field(default_factory=lambda: Column.zeros(0))
    old_slot: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    old_since: I64 = field(default_factory=lambda: np.zeros(0, np.int64))
    old_place: I64 = field(default_factory=lambda: np.zeros(0, np.int64))

    def slots(self, number: I64) -> I64:
        """The slot of each number, -1 where no block was ever given out."""
        slot, _ = self._address(number)
        return slot

    def places(self, number: I64, at: I64) -> I64:
        """Who holds each number at each time: a place, NOBODY, or UNKNOWN."""
        if self.blocks == 0:
            return np.full(len(number), UNKNOWN, np.int64)
        slot, block = self._address(number)
        found = self.place[slot]
        found[block < 0] = UNKNOWN
        doubtful = np.flatnonzero((at < self.newest.take(block)) & (found != UNKNOWN))
        earlier = doubtful[at[doubtful] < self.since[slot[doubtful]]]
        if len(earlier):
            found[earlier] = self._older(slot[earlier], at[earlier])
        return found

    def link(self, number: I64, place: I64, since: I64) -> None:
        """Record that each number (no number twice) belongs to a place from a time on."""
        self._make_blocks(number)
        slot = self.slots(number)
        held = self.place[slot] != UNKNOWN
        late: Mask = held & (since < self.since[slot])
        same: Mask = held & (since == self.since[slot])
        self._keep_old(slot[late], since[late], place[late])
        moved = held & ~late & ~same
        self._keep_old(slot[moved], self.since[slot[moved]], self.place[slot[moved]])
        np.maximum.at(self.newest, slot // BLOCK, since)
        self.place[slot[~late]] = place[~late]
        self.since[slot[~late]] = since[~late]

    def move_places(self, old_capacity: int, capacity: int) -> None:
        """Follow the state when every shard gets more room."""
        self.place.move(old_capacity, capacity)
        held = self.old_place >= 0
        shard, row = np.divmod(self.old_place[held], old_capacity)
        self.old_place[held] = shard * capacity + row

    def _address(self, number: I64) -> tuple[I64, I32]:
        """The slot and the block of each number, both -1 where no block was ever given out."""
        offset = number - LOWEST
        prefix = offset // BLOCK
        valid = (number >= LOWEST) & (number <= HIGHEST)
        if valid.all():
            block = self.block_of.take(prefix)
        else:
            block = np.where(valid, self.block_of.take(prefix, mode="clip"), np.int32(-1))
        slot = offset
        slot += (block - prefix) * BLOCK
        slot[block < 0] = -1
        return slot, block

    def _make_blocks(self, number: I64) -> None:
        prefix = distinct((number - LOWEST) // BLOCK)
        new = prefix[self.block_of[prefix] < 0]
        self.block_of[new] = self.blocks + np.arange(len(new))
        self.blocks += len(new)
        self.newest = grown(self.newest, self.blocks, LONG_AGO)
        self.place.grow(self.blocks * BLOCK, UNKNOWN)
        self.since.grow(self.blocks * BLOCK)

    def _keep_old(self, slot: I64, since: I64, place: I64) -> None:
        if not len(slot):
            return
        slots = np.concatenate([self.old_slot, slot])
        times = np.concatenate([self.old_since, since])
        places = np.concatenate([self.old_place, place])
        order = np.lexsort((times, slots))
        self.old_slot, self.old_since = slots[order], times[order]
        self.old_place = places[order]

    def _older(self, slot: I64, at: I64) -> I64:
        """The newest older link not after each time, by one merged sort with the side table."""
        known = len(self.old_slot)
        slots = np.concatenate([self.old_slot, slot])
        times = np.concatenate([self.old_since, at])
        asked = np.concatenate([np.zeros(known, np.int8), np.ones(len(slot), np.int8)])
        order = np.lexsort((asked, times, slots))
        position = np.where(order < known, np.arange(len(order)), -1)
        before = np.maximum.accumulate(position)
        link = order[np.maximum(before, 0)]
        usable = (before >= 0) & (slots[link] == slots[order])
        answer = np.full(len(order), NOBODY, np.int64)
        answer[order[usable]] = self.old_place[link[usable]]
        return answer[known:]
