"""What a step brings about, in columns: usage, money and upgrade crossings, and low use."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from wanhao.metering.columns import I64

BY_FACT = 0
"""Stands for the number of the line where no record but a fact crossed the threshold."""
STEP_UP, DATA_STOP = range(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageCrossings:
    """One row per group, service and threshold; times epoch seconds, units as the meters'."""

    group_id: I64
    account_id: I64
    number: I64
    service: I64
    cycle: I64
    threshold: I64
    episode: I64
    used: I64
    allowance: I64
    occurred_at: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyCrossings:
    """One row per account and threshold; amounts in fen, times epoch seconds. Where there is a
    `credit` limit the threshold is the per cent of it that is used. `spent` is what the months
    after the one `billed` last have cost so far."""

    account_id: I64
    cycle: I64
    threshold: I64
    episode: I64
    left: I64
    occurred_at: I64
    credit: I64
    spent: I64
    billed: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeCrossings:
    """One row per group and tier that was reached (STEP_UP), or whose data stops (DATA_STOP).

    `fee` is what that tier costs in fen (for a stop, all that was charged), `beyond` the octets
    beyond every allowance, `episode` the fact with which the schedule began.
    """

    group_id: I64
    account_id: I64
    number: I64
    cycle: I64
    kind: I64
    tier: I64
    fee: I64
    episode: I64
    beyond: I64
    occurred_at: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class LowUses:
    """One row per group and service of which less than `percent` of the allowance was used, in the
    order of groups."""

    group_id: I64
    account_id: I64
    cycle: I64
    percent: I64
    service: I64
    used: I64
    allowance: I64
    occurred_at: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Everything one step brings about."""

    usage: UsageCrossings
    money: MoneyCrossings
    upgrades: UpgradeCrossings
    low: LowUses

    @classmethod
    def of(
        cls,
        usage: list[UsageCrossings],
        money: list[MoneyCrossings],
        upgrades: list[UpgradeCrossings],
        low: LowUses | None = None,
    ) -> "Effects":
        """The crossings of several cycles together."""
        return cls(
            usage=joined(UsageCrossings, usage),
            money=joined(MoneyCrossings, money),
            upgrades=joined(UpgradeCrossings, upgrades),
            low=joined(LowUses, []) if low is None else low,
        )

    @classmethod
    def none(cls) -> "Effects":
        """A step that brings nothing about."""
        return cls.of([], [], [])

    def __len__(self) -> int:
        parts = (self.usage, self.money, self.upgrades, self.low)
        return sum(len(part.account_id) for part in parts)


Crossings = TypeVar("Crossings", UsageCrossings, MoneyCrossings, UpgradeCrossings, LowUses)


def joined(kind: type[Crossings], parts: list[Crossings]) -> Crossings:
    """The parts one after another."""
    return kind(
        **{name: _joined([getattr(p, name) for p in parts]) for name in kind.__dataclass_fields__}
    )


def _joined(columns: list[I64]) -> I64:
    return np.concatenate(columns) if columns else np.zeros(0, np.int64)
