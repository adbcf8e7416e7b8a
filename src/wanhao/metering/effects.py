"""What a step brings about, in columns: usage and money crossings."""

from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import I64

BY_FACT = 0
"""Stands for the number of the line where no record but a fact crossed the threshold."""


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
    """One row per account and threshold; amounts in fen, times epoch seconds."""

    account_id: I64
    cycle: I64
    threshold: I64
    episode: I64
    left: I64
    occurred_at: I64


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """Everything one step brings about."""

    usage: UsageCrossings
    money: MoneyCrossings

    @classmethod
    def of(cls, usage: list[UsageCrossings], money: MoneyCrossings) -> "Effects":
        """The usage crossings of several cycles and the money crossings of a step."""
        return cls(usage=joined_usage(usage), money=money)

    @classmethod
    def none(cls) -> "Effects":
        """A step that brings nothing about."""
        return cls.of([], joined_money([]))

    def __len__(self) -> int:
        return len(self.usage.group_id) + len(self.money.account_id)


def joined_usage(parts: list[UsageCrossings]) -> UsageCrossings:
    """The parts one after another."""
    names = UsageCrossings.__dataclass_fields__
    return UsageCrossings(**{name: _joined([getattr(p, name) for p in parts]) for name in names})


def joined_money(parts: list[MoneyCrossings]) -> MoneyCrossings:
    """The parts one after another."""
    names = MoneyCrossings.__dataclass_fields__
    return MoneyCrossings(**{name: _joined([getattr(p, name) for p in parts]) for name in names})


def _joined(columns: list[I64]) -> I64:
    return np.concatenate(columns) if columns else np.zeros(0, np.int64)
