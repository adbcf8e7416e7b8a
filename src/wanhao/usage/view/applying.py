"""Applying a step of records shard by shard, so that readers of the others do not wait."""

from wanhao.metering.folding import Delta, apply
from wanhao.metering.state import MeterState
from wanhao.usage.view.writer import MeterView


def apply_in_view(view: MeterView, state: MeterState, delta: Delta, batch: int) -> None:
    """Carry out what `fold` said; each shard is of `batch` as soon as its part is done. Where late
    records move what was left of last month, tables change that readers have copies of."""
    view.follow()
    if any(len(part.shifted) for part in delta.slots):
        with view.changing(batch=batch):
            apply(state, delta)
        return
    for shard in range(state.shards):
        with view.changing(shard, batch):
            apply(state, delta, shard)
