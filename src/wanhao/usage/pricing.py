"""What a month's use would have cost under other plans, priced by the kernel's own rating.

Only use at home is priced: abroad the plan makes no difference to what is included. Fees, packs
and what rolls over belong to whoever asks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from wanhao.metering.columns import I64, ceil_div
from wanhao.metering.meters import SERVICES
from wanhao.metering.tariffs import TariffTable, price_of
from wanhao.usage.contracts import Service, UsageLine, Zone
from wanhao.usage.feed import tariff_terms
from wanhao.usage.models import ToldTariff
from wanhao.values.errors import WanhaoError

_HOME = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthUse:
    """What a group used at home in a month: voice in units of `voice_unit` seconds, each call
    rounded up, messages, octets."""

    voice: int
    voice_unit: int
    messages: int
    octets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    """A plan as a candidate: the number of its tariff, and its allowances as in GroupFact."""

    tariff: int
    voice_allowance: int
    message_allowance: int
    data_allowance: int


def month_uses(lines: Iterable[UsageLine]) -> dict[int, MonthUse]:
    """The use at home by group, out of the lines of a closed cycle."""
    totals: dict[int, dict[Service, int]] = {}
    units: dict[int, int] = {}
    for line in lines:
        if line.zone == Zone.DOMESTIC:
            totals.setdefault(line.group_id, {})[line.service] = line.total
            units[line.group_id] = line.voice_unit
    return {
        group: MonthUse(
            voice=used.get(Service.VOICE, 0),
            voice_unit=units[group],
            messages=used.get(Service.MESSAGE, 0),
            octets=used.get(Service.DATA, 0),
        )
        for group, used in totals.items()
    }


def plan_costs(uses: Sequence[MonthUse], plans: Sequence[PlanTerms]) -> list[list[int]]:
    """What each month's use costs under each plan, in fen without the plan's fee: a row per use,
    a column per plan. WanhaoError when the meter was never told of a plan's tariff.

    Where a plan rounds calls to another unit, its units are those that the calls cannot exceed, so
    no cost is ever too low.
    """
    voice, unit, messages, octets = _columns(uses)
    used = np.stack([voice, messages, octets], axis=1)
    costs: list[list[int]] = column_costs(used, unit, plans).tolist()
    return costs


def column_costs(used: I64, voice_unit: I64, plans: Sequence[PlanTerms]) -> I64:
    """As `plan_costs`, of columns: a row of units of voice, messages and octets per use."""
    table = _tariffs({plan.tariff for plan in plans})
    tariff = table.rows(np.array([plan.tariff for plan in plans], np.int64))
    asked = np.repeat(used[:, None, :], len(plans), axis=1)
    asked[:, :, 0] *= ceil_div(voice_unit[:, None], table.voice_unit[tariff])
    included = [(p.voice_allowance, p.message_allowance, p.data_allowance) for p in plans]
    allowance = np.array(included, np.int64).reshape(len(plans), SERVICES)
    fen = price_of(
        table,
        np.broadcast_to(tariff[:, None], asked.shape),
        np.full(asked.shape, _HOME),
        np.broadcast_to(np.arange(SERVICES), asked.shape),
        np.maximum(asked - allowance, 0),
    )
    costs: I64 = fen.sum(axis=2)
    return costs


def _columns(uses: Sequence[MonthUse]) -> I64:
    rows = [(one.voice, one.voice_unit, one.messages, one.octets) for one in uses]
    return np.array(rows, np.int64).reshape(len(rows), 4).T


def _tariffs(numbers: set[int]) -> TariffTable:
    table = TariffTable()
    for row in ToldTariff.objects.filter(number__in=numbers).order_by("number"):
        table.learn(tariff_terms(row.body))
        numbers = numbers - {row.number}
    if numbers:
        raise WanhaoError(
            f"No tariff of number {min(numbers)} was told to the meter.",
            "Load the catalogue first, with: wanhao catalogue load",
        )
    return table
