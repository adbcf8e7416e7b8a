"""Tariffs: the voice unit and the price of what goes beyond the allowance, in integer fen."""

from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I64, ceil_div
from wanhao.metering.meters import DATA, SERVICES

KILO = 1024
PRICED_PER = np.array([1, 1, KILO], np.int64)
"""How many units one price is for: data is counted up to KB and priced per MB (0.3 yuan a MB)."""


@dataclass(slots=True)
class TariffTable:
    """Distinct tariffs by number: voice unit in seconds, price in fen per unit, message and MB."""

    voice_unit: I64 = field(default_factory=lambda: np.full(1, 60, np.int64))
    price: I64 = field(default_factory=lambda: np.zeros((1, SERVICES), np.int64))

    def number_of(self, unit: I64, price: I64) -> I64:
        """The number of each (unit, prices) row, adding those not seen before."""
        rows = np.column_stack([unit, price])
        key = np.zeros(len(rows), np.int64)
        for column in rows.T:
            values, place = np.unique(column, return_inverse=True)
            key = key * len(values) + place
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        numbers = np.array([self._one(rows[row]) for row in first], np.int64)
        result: I64 = numbers[inverse]
        return result

    def _one(self, row: I64) -> int:
        same = (self.voice_unit == row[0]) & (self.price == row[1:]).all(axis=1)
        if same.any():
            return int(np.flatnonzero(same)[0])
        self.voice_unit = np.append(self.voice_unit, row[0])
        self.price = np.vstack([self.price, row[1:]])
        return len(self.voice_unit) - 1


def voice_units(seconds: I64, unit: I64) -> I64:
    """Voice is rounded up per call, because a sum of seconds cannot be rounded afterwards."""
    return ceil_div(seconds, unit)


def charge(total: I64, free: I64, price: I64, meter: I64) -> I64:
    """What `total` costs in fen when `free` of it is not charged; all arrays of one shape.

    Data is rounded up once over the whole of it, to 1 KB and then to the fen.
    """
    over = np.maximum(total - free, 0)
    quanta = np.where(meter == DATA, ceil_div(over, KILO), over)
    return ceil_div(quanta * price, PRICED_PER[meter])
