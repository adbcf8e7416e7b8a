"""Tariffs: voice unit, prices per zone, and how data beyond every allowance is charged.

A tariff never changes once told; a group that gets other prices gets another tariff. Prices are
fen per voice unit, per message and per MB; data is counted up to KB and rounded once.
"""

from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np

from wanhao.metering.columns import I64, ceil_div, grown
from wanhao.metering.meters import DATA, SERVICES, ZONES

KILO = 1024
TIERS = 8
"""Tiers a schedule may have beside the first, which costs nothing and holds nothing."""
FAR = 1 << 50
"""Stands in the place of a tier that is not there: no use and no fee reaches it."""


class Mode(IntEnum):
    """How data beyond every allowance is charged; source: the field's three kinds of upgrade."""

    PLAIN = 0
    STEP = 1
    JUMP = 2
    STACK = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffTerms:
    """One tariff as it is told: `prices` zones x services; `tiers` rows of fen and KB, ascending.

    `price` is fen per MB between tiers; `cap` fen and `stop_kb` KB, 0 for none; `announces`
    whether each tier reached is told.
    """

    number: int
    voice_unit: int
    prices: I64
    mode: int = Mode.PLAIN
    price: int = 0
    tiers: I64 = field(default_factory=lambda: np.zeros((0, 2), np.int64))
    cap: int = 0
    stop_kb: int = 0
    announces: bool = False


@dataclass(slots=True)
class TariffTable:
    """Tariffs by row; row 0 costs nothing. `row_of` finds a tariff's row by its number."""

    row_of: I64 = field(default_factory=lambda: np.zeros(1, np.int64))
    number: I64 = field(default_factory=lambda: np.zeros(1, np.int64))
    voice_unit: I64 = field(default_factory=lambda: np.full(1, 60, np.int64))
    price: I64 = field(default_factory=lambda: np.zeros((1, ZONES, SERVICES), np.int64))
    mode: I64 = field(default_factory=lambda: np.zeros(1, np.int64))
    step_price: I64 = field(default_factory=lambda: np.zeros(1, np.int64))
    tiers: I64 = field(default_factory=lambda: np.zeros(1, np.int64))
    tier_fee: I64 = field(default_factory=lambda: np.full((1, TIERS + 1), FAR, np.int64))
    tier_quota: I64 = field(default_factory=lambda: np.full((1, TIERS + 1), FAR, np.int64))
    cap: I64 = field(default_factory=lambda: np.zeros(1, np.int64))
    stop_kb: I64 = field(default_factory=lambda: np.zeros(1, np.int64))
    announces: I64 = field(default_factory=lambda: np.zeros(1, np.int64))

    def learn(self, told: TariffTerms) -> None:
        """Take a tariff in; one whose number is known stays as it was."""
        if self.rows(np.array([told.number]))[0]:
            return
        fee, quota = np.full(TIERS + 1, FAR), np.full(TIERS + 1, FAR)
        fee[0] = quota[0] = 0
        count = len(told.tiers)
        fee[1 : count + 1], quota[1 : count + 1] = told.tiers.T if count else ((), ())
        self.row_of = grown(self.row_of, told.number + 1, 0)
        self.row_of[told.number] = len(self.number)
        for name, value in (
            ("number", told.number),
            ("voice_unit", told.voice_unit),
            ("price", told.prices),
            ("mode", told.mode),
            ("step_price", told.price),
            ("tiers", count),
            ("tier_fee", fee),
            ("tier_quota", quota),
            ("cap", told.cap),
            ("stop_kb", told.stop_kb),
            ("announces", int(told.announces)),
        ):
            column = getattr(self, name)
            setattr(self, name, np.concatenate([column, np.array([value], np.int64)]))

    def rows(self, number: I64) -> I64:
        """The row of each tariff, 0 for one never told."""
        inside = (number >= 0) & (number < len(self.row_of))
        found: I64 = np.where(inside, self.row_of[np.where(inside, number, 0)], 0)
        return found


def voice_units(seconds: I64, unit: I64 | int) -> I64:
    """Voice is rounded up per call, because a sum of seconds cannot be rounded afterwards."""
    return ceil_div(seconds, unit)


def price_of(table: TariffTable, row: I64, zone: I64, service: I64, beyond: I64) -> I64:
    """What `beyond` units outside every allowance cost in fen; all arrays of one shape.

    Voice and messages cost their price a unit. Data is rounded up to the KB once; at home it
    follows the tariff's schedule if there is one, and its cap.
    """
    price = table.price[row, zone, service]
    plain = beyond * price
    data = np.flatnonzero(service.reshape(-1) == DATA)
    if not len(data):
        return plain
    flat = plain.reshape(-1).copy()
    rows, kilo = row.reshape(-1)[data], kilobytes(beyond.reshape(-1)[data])
    cost = ceil_div(kilo * price.reshape(-1)[data], KILO)
    home = (zone.reshape(-1)[data] == 0) & (table.mode[rows] != Mode.PLAIN)
    if home.any():
        cost[home], _ = scheduled(table, rows[home], kilo[home])
    cap = table.cap[rows]
    capped = (cap > 0) & (zone.reshape(-1)[data] == 0)
    flat[data] = np.where(capped, np.minimum(cost, cap), cost)
    return flat.reshape(plain.shape)


def scheduled(table: TariffTable, row: I64, kilo: I64) -> tuple[I64, I64]:
    """Cost in fen (before the cap) and tier reached, for `kilo` KB under rows with a schedule.

    STEP moves to the next tier where paying by the MB would reach its fee: the cost is the least
    over all tiers. JUMP takes the first tier that holds the use. STACK repeats its one tier. A row
    without a schedule costs nothing and reaches tier 0.
    """
    mode = table.mode[row]
    cost, tier = np.zeros((2, len(row)), np.int64)
    for known, rule in ((Mode.STEP, _stepped), (Mode.JUMP, _jumped), (Mode.STACK, _stacked)):
        chosen = np.flatnonzero(mode == known)
        if len(chosen):
            cost[chosen], tier[chosen] = rule(table, row[chosen], kilo[chosen])
    return cost, tier


def kilobytes(octets: I64) -> I64:
    """Octets rounded up to whole KB."""
    return ceil_div(octets, KILO)


def _stepped(table: TariffTable, row: I64, kilo: I64) -> tuple[I64, I64]:
    fee, quota = table.tier_fee[row], table.tier_quota[row]
    price = table.step_price[row][:, None]
    paid = fee + ceil_div(np.maximum(kilo[:, None] - quota, 0) * price, KILO)
    tier = TIERS - np.argmin(paid[:, ::-1], axis=1)
    return paid[np.arange(len(row)), tier], tier


def _jumped(table: TariffTable, row: I64, kilo: I64) -> tuple[I64, I64]:
    holds = (table.tier_quota[row] < kilo[:, None]).sum(axis=1)
    tier = np.minimum(holds, table.tiers[row])
    rest = np.maximum(kilo - table.tier_quota[row, tier], 0)
    return table.tier_fee[row, tier] + ceil_div(rest * table.step_price[row], KILO), tier


def _stacked(table: TariffTable, row: I64, kilo: I64) -> tuple[I64, I64]:
    fee, block = table.tier_fee[row, 1], table.tier_quota[row, 1]
    whole, rest = np.divmod(kilo, block)
    by_use = ceil_div(rest * table.step_price[row], KILO)
    return whole * fee + np.minimum(fee, by_use), whole + (by_use >= fee)
