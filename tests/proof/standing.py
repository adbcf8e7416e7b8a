"""How everybody stands in the end, as the meter's newest snapshot tells: the months in its slots,
the open one among them, and everybody's money. Rows carry ids, never places, and no table's row."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from wanhao.metering.columns import I64
from wanhao.metering.meters import FREE, SERVICES
from wanhao.metering.slots import NO_CYCLE, Slot
from wanhao.metering.state import ACCOUNT_COLUMNS, MeterState
from wanhao.usage.snapshots import by_age, load_snapshot

Row = list[object]
CELL = ("free", "rolled", "base", "over", "plan_used", "rolled_used")
"""Where a cell's allowances stand, besides its total."""


def newest_state(snapshots: Path) -> MeterState | None:
    """What the snapshot that was written last holds; None where there is none, or none whole."""
    newest = by_age(snapshots)[:1]
    loaded = load_snapshot(newest[0]) if newest else None
    return loaded[0] if loaded else None


def standing(state: MeterState) -> Mapping[str, list[Row]]:
    """Totals and charges by month, money by account."""
    slots = [slot for slot in state.slots if slot.cycle != NO_CYCLE]
    kept = [slot for slot in slots if state.is_kept(slot)]
    return {
        "open months: totals": [row for slot in kept for row in _totals(state, slot)],
        "open months: charges": [row for slot in slots for row in _charges(state, slot)],
        "money": list(_money(state)),
    }


def _totals(state: MeterState, slot: Slot) -> Iterator[Row]:
    """Of every group, zone and service in which something was used: the total, and where its
    allowances stand; then what was free."""
    for places in state.stretches():
        for service in range(SERVICES):
            used = places[slot.totals[places, service] != 0]
            cells = state.cells(slot, used, np.full(len(used), service))
            figures = [slot.totals[used, service], *(getattr(cells, name) for name in CELL)]
            yield from _with_names(state, slot, used, service, figures)
        used = places[slot.totals[places, FREE] != 0]
        yield from _with_names(state, slot, used, FREE, [slot.totals[used, FREE]])


def _with_names(
    state: MeterState, slot: Slot, places: I64, service: int, figures: list[I64]
) -> Iterator[Row]:
    account = state.account_id[state.account_place[places]]
    columns = [account, state.group_id[places], state.zone[places], *figures]
    for who, group, zone, *rest in zip(*(column.tolist() for column in columns), strict=True):
        yield [slot.cycle, who, group, zone, service, *rest]


def _charges(state: MeterState, slot: Slot) -> Iterator[Row]:
    places = _accounts(state)
    for account, fen in zip(state.account_id[places], slot.charge[places], strict=True):
        if fen:
            yield [slot.cycle, int(account), int(fen)]


def _money(state: MeterState) -> Iterator[Row]:
    """What an account can spend and has left; limit, rent and bills; its alarms that rang."""
    places = _accounts(state)
    columns = [getattr(state, name)[places] for name in ACCOUNT_COLUMNS]
    episodes = state.money_episode[places]
    for *row, left, rang in zip(*columns, state.left(places), episodes, strict=True):
        yield [*map(int, row), int(left), rang.tolist()]


def _accounts(state: MeterState) -> I64:
    """The places of all accounts."""
    each = enumerate(state.accounts_used.tolist())
    spans = [np.arange(used) + shard * state.account_capacity for shard, used in each]
    return np.concatenate(spans)
