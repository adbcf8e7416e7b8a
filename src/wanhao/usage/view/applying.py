"""Applying a step of records shard by shard, so that readers of the others do not wait."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from wanhao.metering.folding import Delta, SlotDelta, apply
from wanhao.metering.meters import METERS
from wanhao.metering.state import MeterState
from wanhao.usage.view.writer import MeterView

_BY_PLACE = (("cell", "added"), ("alarm_cell", "alarm"), ("shifted", "shift"))


def apply_in_view(view: MeterView, state: MeterState, delta: Delta, batch: int) -> None:
    """Carry out what `fold` said; each shard is of `batch` as soon as its part is done."""
    view.follow()
    for shard in range(state.shards):
        with view.changing(shard, batch):
            apply(state, Delta(slots=tuple(_parts(state, delta, shard))))


def _parts(state: MeterState, delta: Delta, shard: int) -> Iterator[SlotDelta]:
    """What changes in one shard; all columns of a delta are in the order of their places."""
    for slot in delta.slots:
        taken = {}
        for places, amounts in _BY_PLACE:
            column = getattr(slot, places)
            wide = state.capacity * (1 if places == "shifted" else METERS)
            low, high = np.searchsorted(column, [shard * wide, (shard + 1) * wide])
            taken |= {places: column[low:high], amounts: getattr(slot, amounts)[low:high]}
        wide = state.account_capacity
        low, high = np.searchsorted(slot.account, [shard * wide, (shard + 1) * wide])
        taken |= {"account": slot.account[low:high], "charged": slot.charged[low:high]}
        yield replace(slot, **taken)
