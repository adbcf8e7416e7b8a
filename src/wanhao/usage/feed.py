"""Reading the facts log for the kernel, a position at a time, as columns."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from wanhao.metering.facts import CycleStep, FactColumns, Funds, GroupTerms, LineLinks
from wanhao.metering.state import Watched
from wanhao.usage.models import Fact
from wanhao.usage.schema import SERVICES

AT_ONCE = 20
"""Positions held at a time: at ten thousand rows each, a hundred would be felt."""


def facts_after(number: int, until: int | None = None) -> Iterator[tuple[int, FactColumns]]:
    """Positions of the log after `number` (and up to `until`), in order, read as they are used."""
    while True:
        rows = Fact.objects.filter(number__gt=number).order_by("number")
        if until is not None:
            rows = rows.filter(number__lte=until)
        page = list(rows[:AT_ONCE])
        for row in page:
            yield row.number, columns_of(row.kind, row.body)
        if len(page) < AT_ONCE:
            return
        number = page[-1].number


def recorded_at(number: int) -> str:
    """When a fact was written down, as text; "" when there is none of that number."""
    at = Fact.objects.filter(number=number).values_list("recorded_at", flat=True).first()
    return at.isoformat() if at else ""


def columns_of(kind: str, body: Mapping[str, Any]) -> FactColumns:
    """One position of the log as the kernel takes it."""
    if kind == "thresholds":
        levels = [tuple(sorted(body["usage"].get(service.value, ()))) for service in SERVICES]
        return Watched(usage=tuple(levels), money=tuple(sorted(body["money"], reverse=True)))
    if kind == "cycle":
        return CycleStep(cycle=body["cycle"][0], opens=body["opens"][0])
    if kind == "line":
        return LineLinks(
            number=_numbers(body["number"]),
            group=_numbers(body["group_id"]),
            since=_numbers(body["since"]),
        )
    if kind == "funds":
        spendable = body["spendable_fen"]
        return Funds(
            account=_numbers(body["account_id"]),
            spendable=_numbers([fen or 0 for fen in spendable]),
            watched=_numbers([int(fen is not None) for fen in spendable]),
        )
    return GroupTerms(
        group=_numbers(body["group_id"]),
        account=_numbers(body["account_id"]),
        voice_unit=_numbers(body["voice_unit"]),
        allowance=_table(body, "allowance"),
        price=_table(body, "price"),
    )


def _table(body: Mapping[str, Any], what: str) -> np.ndarray:
    return np.column_stack([_numbers(body[f"{service.value}_{what}"]) for service in SERVICES])


def _numbers(values: Sequence[int]) -> np.ndarray:
    return np.array(values, np.int64)
