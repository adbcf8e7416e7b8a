"""Data that rolls over: what a month leaves unused is used first in the next, and never again.

Until the month closes its late records make the rolled-over data of the next smaller, and records
taken back make it larger.
"""

import numpy as np

from wanhao.metering.allowances import taken
from wanhao.metering.columns import I64
from wanhao.metering.meters import DATA
from wanhao.metering.slots import Slot
from wanhao.metering.state import MeterState


def unused(state: MeterState, slot: Slot, place: I64, total: I64) -> I64:
    """What of the plan's data, and of packs that roll over, is unused at these totals."""
    cells = state.cells(slot, place, np.full(len(place), DATA))
    spread = taken(cells, total, slot.packs.at(place))
    left = np.where(state.terms.rolls(slot.terms[place]), np.maximum(spread.plan_left, 0), 0)
    packs = spread.packs
    of_packs = np.maximum(packs.quantity - spread.pack_taken, 0) * packs.rolls
    np.add.at(left, spread.pack_cell, of_packs)
    return left


def shifts(state: MeterState, slot: Slot, place: I64, total: I64) -> tuple[I64, I64]:
    """Where new totals of the older month's data change what rolled into the newer: the places and
    by how much."""
    newer = state.current()
    rolls = (newer.rolls_in[place] > 0) & (slot is not newer)
    place, total = place[rolls], total[rolls]
    change = unused(state, slot, place, total) - newer.rolled[place]
    moved = np.flatnonzero(change)
    return place[moved], change[moved]
