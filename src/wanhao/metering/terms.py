"""Terms: what a plan gives and costs, kept once per distinct row and named by its row number."""

from dataclasses import dataclass, field

import numpy as np

from wanhao.metering.columns import I64, Mask
from wanhao.metering.meters import SERVICES

TARIFF, ALLOWANCE, ROLLS, PLAN = 0, slice(1, 1 + SERVICES), 1 + SERVICES, 2 + SERVICES
WIDTH = 3 + SERVICES


@dataclass(slots=True)
class DistinctRows:
    """Rows of figures that many share, each kept once; row 0 is all zero."""

    row: I64

    @classmethod
    def of_width(cls, width: int) -> "DistinctRows":
        """A table of so many columns."""
        return cls(np.zeros((1, width), np.int64))

    def number_of(self, rows: I64) -> I64:
        """The number of each row, adding those not seen before."""
        key = np.zeros(len(rows), np.int64)
        for column in rows.T[(rows != rows[:1]).any(axis=0)]:
            values, place = np.unique(column, return_inverse=True)
            _, key = np.unique(key * len(values) + place, return_inverse=True)
        _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
        result: I64 = self._numbers(rows[first])[inverse]
        return result

    def _numbers(self, rows: I64) -> I64:
        """The same for rows none of which comes twice."""
        known = len(self.row)
        both = np.concatenate([self.row, rows])
        _, first, inverse = np.unique(both, axis=0, return_index=True, return_inverse=True)
        new = np.sort(first[first >= known])
        number = np.where(first < known, first, known + np.searchsorted(new, first))
        self.row = np.concatenate([self.row, both[new]])
        found: I64 = number[inverse.reshape(-1)[known:]]
        return found


@dataclass(slots=True)
class TermsTable(DistinctRows):
    """Rows of (tariff row, allowance per service, whether data rolls over, plan); row 0 is none."""

    row: I64 = field(default_factory=lambda: np.zeros((1, WIDTH), np.int64))

    def tariff(self, terms: I64) -> I64:
        """The tariff row of each."""
        found: I64 = self.row[terms, TARIFF]
        return found

    def allowance(self, terms: I64) -> I64:
        """What the plan includes, a column per service."""
        found: I64 = self.row[terms, ALLOWANCE]
        return found

    def included(self, terms: I64, service: I64) -> I64:
        """What the plan includes of a service each."""
        found: I64 = self.row[terms, ALLOWANCE.start + service]
        return found

    def rolls(self, terms: I64) -> Mask:
        """Whether the plan's unused data goes into the next month."""
        found: Mask = self.row[terms, ROLLS] > 0
        return found

    def plan(self, terms: I64) -> I64:
        """Which plan it is; data rolls over only while it stays the same."""
        found: I64 = self.row[terms, PLAN]
        return found
