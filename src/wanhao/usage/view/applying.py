"""Applying a step of records shard by shard, so that readers of the others do not wait."""

from wanhao.metering.folding import Delta, apply
from wanhao.metering.state import MeterState
from wanhao.usage.view.writer import MeterView


def apply_in_view(view: MeterView, state: MeterState, delta: Delta, batch: int) -> None:
    """Carry out what `fold` said; each shard is of `batch` as soon as its part is done."""
    view.follow()
    for shard in range(state.shards):
        with view.changing(shard, batch):
            apply(state, delta, shard)
