"""Terms: what a plan gives and costs, kept once per distinct row and named by its row number."""

from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np

from wanhao.metering.columns import I32, I64, Mask
from wanhao.metering.meters import SERVICES

TARIFF, ALLOWANCE, ROLLS, PLAN = 0, slice(1, 1 + SERVICES), 1 + SERVICES, 2 + SERVICES
WIDTH = 3 + SERVICES
Rows: TypeAlias = I64 | I32


@dataclass(slots=True)
class TermsTable:
    """Rows of (tariff row, allowance per service, whether data rolls over, plan); row 0 is none."""

    row: I64 = field(default_factory=lambda: np.zeros((1, WIDTH), np.int64))

    def number_of(self, rows: I64) -> I64:
        """The number of each row (n x WIDTH), adding those not seen before."""
        key = np.zeros(len(rows), np.int64)
        for column in rows.T[(rows != rows[:1]).any(axis=0)]:
            values, place = np.unique(column, return_inverse=True)
            _, key = np.unique(key * len(values) + place, return_inverse=True)
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        numbers = np.array([self._one(rows[row]) for row in first], np.int64)
        result: I64 = numbers[inverse]
        return result

    def tariff(self, terms: Rows) -> I64:
        """The tariff row of each."""
        found: I64 = self.row[terms, TARIFF]
        return found

    def allowance(self, terms: Rows) -> I64:
        """What the plan includes, a column per service."""
        found: I64 = self.row[terms, ALLOWANCE]
        return found

    def rolls(self, terms: Rows) -> Mask:
        """Whether the plan's unused data goes into the next month."""
        found: Mask = self.row[terms, ROLLS] > 0
        return found

    def plan(self, terms: Rows) -> I64:
        """Which plan it is; data rolls over only while it stays the same."""
        found: I64 = self.row[terms, PLAN]
        return found

    def _one(self, row: I64) -> int:
        same = np.flatnonzero((self.row == row).all(axis=1))
        if len(same):
            return int(same[0])
        self.row = np.vstack([self.row, row])
        return len(self.row) - 1
