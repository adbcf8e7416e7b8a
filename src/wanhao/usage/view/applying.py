"""Applying a step of records shard by shard, so that readers of the others do not wait."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from wanhao.metering.columns import I64
from wanhao.metering.folding import Delta, SlotDelta, apply
from wanhao.metering.meters import METERS
from wanhao.metering.state import MeterState
from wanhao.usage.view.writer import MeterView

_BY_CELL = (("cell", "added"), ("alarm_cell", "alarm"))


def apply_in_view(view: MeterView, state: MeterState, delta: Delta, batch: int) -> None:
    """Carry out what `fold` said; each shard is of `batch` as soon as its part is done."""
    view.follow()
    for shard in range(state.shards):
        with view.changing(shard, batch):
            apply(state, Delta(slots=tuple(_parts(state, delta, shard))))


def _parts(state: MeterState, delta: Delta, shard: int) -> Iterator[SlotDelta]:
    """What changes in one shard; cells lie meter by meter, all else in the order of places."""
    groups, first = len(state.group_id), shard * state.capacity
    meters = np.arange(METERS) * groups + first
    for slot in delta.slots:
        taken: dict[str, Any] = {}
        for cells, amounts in _BY_CELL:
            rows = _within(getattr(slot, cells), meters, state.capacity)
            taken |= {cells: getattr(slot, cells)[rows], amounts: getattr(slot, amounts)[rows]}
        rows = _within(slot.shifted, np.array([first]), state.capacity)
        taken |= {"shifted": slot.shifted[rows], "shift": slot.shift[rows]}
        wide = state.account_capacity
        rows = _within(slot.account, np.array([shard * wide]), wide)
        taken |= {"account": slot.account[rows], "charged": slot.charged[rows]}
        yield replace(slot, **taken)


def _within(ascending: I64, starts: I64, wide: int) -> Any:
    """The rows of these stretches."""
    low, high = np.searchsorted(ascending, [starts, starts + wide])
    stretches = zip(low.tolist(), high.tolist(), strict=True)
    return np.concatenate([np.arange(first, last) for first, last in stretches])
