"""From the kernel's effects to the crossings that other rooms hold."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from wanhao.metering.effects import BY_FACT, Effects, MoneyCrossings, UsageCrossings
from wanhao.usage.contracts import MoneyCrossing, UsageCrossing
from wanhao.usage.schema import SERVICES


def crossings_of(effects: Effects) -> list[UsageCrossing | MoneyCrossing]:
    """Every crossing of a step as a contract."""
    return [*_usage(effects.usage), *_money(effects.money)]


def _usage(columns: UsageCrossings) -> Iterator[UsageCrossing]:
    for row in _rows(columns):
        service, number = SERVICES[row.pop("service")], row.pop("number")
        yield UsageCrossing(service=service, number=None if number == BY_FACT else number, **row)


def _money(columns: MoneyCrossings) -> Iterator[MoneyCrossing]:
    return (MoneyCrossing(**row) for row in _rows(columns))


def _rows(columns: UsageCrossings | MoneyCrossings) -> Iterator[dict[str, Any]]:
    names = list(columns.__dataclass_fields__)
    lists = [np.asarray(getattr(columns, name)).tolist() for name in names]
    return (dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True))
