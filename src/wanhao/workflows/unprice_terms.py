"""Unprice terms: what a group holds until a foreign billing tells of it, and without our prices."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from wanhao.products.actions import tariff_number
from wanhao.products.queries import tariffs_after
from wanhao.usage.contracts import Fact, GroupFact
from wanhao.values.cycle import Cycle
from wanhao.workflows.describe_told import NO_PRICES, unpriced_tariff


def unprice_terms(terms: Iterable[GroupFact], now: datetime) -> list[Fact]:
    """Terms of this month only, as theirs would not replace ours of the next, with its tariffs.

    Tariffs are few; each voice unit has one without prices.
    """
    running = Cycle.of(now).number
    told = [group for group in terms if group.cycle == running]
    unit_of = {tariff.number: tariff.voice_unit_seconds for tariff in tariffs_after()}
    units = sorted({unit_of[group.tariff] for group in told})
    free = {unit: tariff_number(unit, NO_PRICES) for unit in units}
    return [
        *(unpriced_tariff(number, unit) for unit, number in free.items()),
        *(replace(group, tariff=free[unit_of[group.tariff]], rolls=False) for group in told),
    ]
