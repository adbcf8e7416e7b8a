"""From the kernel's effects to the crossings that other rooms hold."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from wanhao.metering.effects import (
    BY_FACT,
    DATA_STOP,
    STEP_UP,
    Effects,
    LowUses,
    MoneyCrossings,
    UpgradeCrossings,
    UsageCrossings,
)
from wanhao.usage.contracts import (
    Crossing,
    LowUse,
    LowUseCrossing,
    MoneyCrossing,
    UpgradeCrossing,
    UpgradeKind,
    UsageCrossing,
)
from wanhao.usage.schema import SERVICES

_UPGRADES = {STEP_UP: UpgradeKind.STEP_UP, DATA_STOP: UpgradeKind.DATA_STOP}


def crossings_of(effects: Effects) -> list[Crossing]:
    """Every crossing of a step as a contract."""
    return [
        *_usage(effects.usage),
        *_money(effects.money),
        *_upgrades(effects.upgrades),
        *_low_uses(effects.low),
    ]


def _usage(columns: UsageCrossings) -> Iterator[UsageCrossing]:
    for row in _rows(columns):
        service, number = SERVICES[row.pop("service")], _line(row.pop("number"))
        yield UsageCrossing(service=service, number=number, **row)


def _money(columns: MoneyCrossings) -> Iterator[MoneyCrossing]:
    return (MoneyCrossing(credit_fen=row.pop("credit"), **row) for row in _rows(columns))


def _upgrades(columns: UpgradeCrossings) -> Iterator[UpgradeCrossing]:
    for row in _rows(columns):
        kind, number = _UPGRADES[row.pop("kind")], _line(row.pop("number"))
        yield UpgradeCrossing(kind=kind, number=number, fee_fen=row.pop("fee"), **row)


def _low_uses(columns: LowUses) -> Iterator[LowUseCrossing]:
    """One for each group, with all services of which it used little."""
    for _, rows in groupby(_rows(columns), key=itemgetter("group_id")):
        uses = []
        for row in rows:
            service, figures = SERVICES[row.pop("service")], (row.pop("used"), row.pop("allowance"))
            uses.append(LowUse(service=service, used=figures[0], allowance=figures[1]))
        yield LowUseCrossing(uses=tuple(uses), **row)


def _line(number: int) -> int | None:
    return None if number == BY_FACT else number


def _rows(
    columns: UsageCrossings | MoneyCrossings | UpgradeCrossings | LowUses,
) -> Iterator[dict[str, Any]]:
    names = list(columns.__dataclass_fields__)
    lists = [np.asarray(getattr(columns, name)).tolist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True))
