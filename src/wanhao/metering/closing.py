"""A cycle that closes: what every group used of what, in columns, and what a later record changes.

The columns carry the terms each cell ended with, so that a record that comes after the close can
be rated against them: f(total + q) - f(total).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wanhao.metering.allowances import Cells, over, taken
from wanhao.metering.columns import I64, Mask, no_rows
from wanhao.metering.meters import DATA
from wanhao.metering.rating import rate
from wanhao.metering.slots import Slot
from wanhao.metering.state import MeterState
from wanhao.metering.tariffs import Mode, TariffTable, kilobytes, price_of, scheduled

AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedCells:
    """One row per group, zone and service: all three services at home, abroad what was used.

    `total`, `beyond` (the schedule that was last in force) and `outside` (all that was in no
    allowance) in voice units, messages, octets; `charge` in fen; `free`, `base`, `over`, `frozen`
    are the terms it ended with (see `allowances.Baselines`), `frozen` what earlier schedules
    charged; `plan` and `rolled` are quantities, `_used` what was taken of them.
    """

    account: I64
    group: I64
    zone: I64
    service: I64
    total: I64
    beyond: I64
    outside: I64
    charge: I64
    tariff: I64
    voice_unit: I64
    price: I64
    tier: I64
    free: I64
    base: I64
    over: I64
    frozen: I64
    plan: I64
    plan_used: I64
    rolled: I64
    rolled_used: I64

    def __len__(self) -> int:
        return len(self.account)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPacks:
    """What was taken of each pack."""

    account: I64
    group: I64
    service: I64
    pack: I64
    quantity: I64
    used: I64


def closed_cells(state: MeterState, cycle: int) -> Iterator[tuple[ClosedCells, ClosedPacks]]:
    """The cells of an open cycle as they stand, some places at a time, by account and group."""
    slot = state.slot_of(cycle)
    if slot is None:
        return
    known = np.concatenate(
        [part[state.told[part] > 0] for part in state.stretches()] or [no_rows()]
    )
    account = state.account_id[state.account_place[known]]
    known = known[np.lexsort((state.zone[known], state.group_id[known], account))]
    for first in range(0, len(known), AT_ONCE):
        yield _closed(state, slot, known[first : first + AT_ONCE])


def recharged(tariffs: TariffTable, cells: ClosedCells, total: I64) -> I64:
    """What the cells would have cost at another total, in fen, under the terms they ended with."""
    ended = Cells(
        place=np.arange(len(cells)),
        service=cells.service,
        free=cells.free,
        rolled=cells.rolled,
        base=cells.base,
        over=cells.over,
        plan_used=cells.plan_used,
        rolled_used=cells.rolled_used,
    )
    beyond = over(ended, total)
    rows = tariffs.rows(cells.tariff)
    cost: I64 = cells.frozen + price_of(tariffs, rows, cells.zone, cells.service, beyond)
    return cost


def _closed(state: MeterState, slot: Slot, place: I64) -> tuple[ClosedCells, ClosedPacks]:
    used = slot.totals.of_services(place) != 0
    at, service = np.nonzero(used | (state.zone[place] == 0)[:, None])
    cells = state.cells(slot, place[at], service)
    total = slot.totals.at(cells.place, service)
    rated = rate(state, slot, cells, total)
    spread = taken(cells, total, slot.packs.at(place))
    row, terms = slot.baseline[cells.place], slot.terms[cells.place]
    tariff, zone = state.terms.tariff(terms), state.zone[cells.place]
    home = zone == 0
    account = state.account_id[state.account_place[cells.place]]
    group = state.group_id[cells.place]
    closed = ClosedCells(
        account=account,
        group=group,
        zone=zone,
        service=service,
        total=total,
        beyond=rated.beyond,
        outside=slot.baselines.outside[row, service] + rated.beyond - cells.over,
        charge=rated.fen,
        tariff=state.tariffs.number[tariff],
        voice_unit=state.tariffs.voice_unit[tariff],
        price=state.tariffs.price[tariff, zone, service],
        tier=_tier(state.tariffs, tariff, cells, rated.beyond, home),
        free=cells.free,
        base=cells.base,
        over=cells.over,
        frozen=slot.baselines.frozen[row, service],
        plan=state.terms.allowance(terms)[np.arange(len(terms)), service] * home,
        plan_used=spread.plan,
        rolled=cells.rolled,
        rolled_used=spread.rolled,
    )
    owner, packs = spread.pack_cell, spread.packs
    return closed, ClosedPacks(
        account=account[owner],
        group=group[owner],
        service=packs.service,
        pack=packs.pack,
        quantity=packs.quantity,
        used=spread.pack_taken,
    )


def _tier(tariffs: TariffTable, tariff: I64, cells: Cells, beyond: I64, home: Mask) -> I64:
    """The tier of the schedule that each cell reached, 0 where it has none."""
    tier = np.zeros(len(tariff), np.int64)
    rows = np.flatnonzero((tariffs.mode[tariff] != Mode.PLAIN) & (cells.service == DATA) & home)
    if len(rows):
        _, tier[rows] = scheduled(tariffs, tariff[rows], kilobytes(beyond[rows]))
    return tier
