"""From the kernel's effects to the crossings that other rooms hold."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from wanhao.metering.effects import (
    BY_FACT,
    DATA_STOP,
    STEP_UP,
    Effects,
    MoneyCrossings,
    UpgradeCrossings,
    UsageCrossings,
)
from wanhao.usage.contracts import (
    Crossing,
    MoneyCrossing,
    UpgradeCrossing,
    UpgradeKind,
    UsageCrossing,
)
from wanhao.usage.schema import SERVICES

_UPGRADES = {STEP_UP: UpgradeKind.STEP_UP, DATA_STOP: UpgradeKind.DATA_STOP}


def crossings_of(effects: Effects) -> list[Crossing]:
    """Every crossing of a step as a contract."""
    return [*_usage(effects.usage), *_money(effects.money), *_upgrades(effects.upgrades)]


def _usage(columns: UsageCrossings) -> Iterator[UsageCrossing]:
    for row in _rows(columns):
        service, number = SERVICES[row.pop("service")], _line(row.pop("number"))
        yield UsageCrossing(service=service, number=number, **row)


def _money(columns: MoneyCrossings) -> Iterator[MoneyCrossing]:
    return (MoneyCrossing(**row) for row in _rows(columns))


def _upgrades(columns: UpgradeCrossings) -> Iterator[UpgradeCrossing]:
    for row in _rows(columns):
        kind, number = _UPGRADES[row.pop("kind")], _line(row.pop("number"))
        yield UpgradeCrossing(kind=kind, number=number, fee_fen=row.pop("fee"), **row)


def _line(number: int) -> int | None:
    return None if number == BY_FACT else number


def _rows(columns: UsageCrossings | MoneyCrossings | UpgradeCrossings) -> Iterator[dict[str, Any]]:
    names = list(columns.__dataclass_fields__)
    lists = [np.asarray(getattr(columns, name)).tolist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True))
