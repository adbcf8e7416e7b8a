"""Price plans: what groups' last months cost, and would have cost under other plans; in columns."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wanhao.products.contracts import MINUTE, PricedPlan
from wanhao.usage.contracts import Service
from wanhao.usage.pricing import PlanTerms, column_costs
from wanhao.usage.queries import closed_home_use
from wanhao.values.cycle import Cycle
from wanhao.workflows.describe_terms import units_of

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
SERVICES = tuple(Service)
DATA = SERVICES.index(Service.DATA)
GAP = 10_000
"""Accounts further apart than this are read one stretch after the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What groups used at home in a closed month, in their order: by voice, messages, data.

    `packs` and `rolled` are what they had besides the plan. `counts`: the month is looked at.
    """

    used: Numbers
    packs: Numbers
    rolled: Numbers
    voice_unit: Numbers
    counts: Flags


def read_month(cycle: Cycle, groups: Mapping[int, int], wanted: Flags) -> Month:
    """What those groups used that are wanted; `groups` gives the account of each, in order of ids.

    A month does not count where the tariff changed within it: it was not charged as the plan would.
    """
    ids = np.fromiter(groups, np.int64, len(groups))
    month = Month(
        used=np.zeros((len(ids), len(SERVICES)), np.int64),
        packs=np.zeros((len(ids), len(SERVICES)), np.int64),
        rolled=np.zeros(len(ids), np.int64),
        voice_unit=np.full(len(ids), MINUTE, np.int64),
        counts=wanted.copy(),
    )
    accounts = np.unique(np.fromiter(groups.values(), np.int64, len(groups))[wanted])
    for first, last in _stretches(accounts):
        for use in closed_home_use(cycle.number, first, last):
            place = np.minimum(np.searchsorted(ids, use.group), len(ids) - 1)
            row = np.flatnonzero(ids[place] == use.group)
            at, service = place[row], use.service[row]
            month.used[at, service] = use.total[row]
            month.packs[at, service] = use.packs[row]
            month.counts[at[use.mixed[row]]] = False
            month.voice_unit[at[service == 0]] = use.voice_unit[row[service == 0]]
            month.rolled[at[service == DATA]] = use.rolled[row[service == DATA]]
    return month


def cost_as_held(months: Sequence[Month], place: Numbers, plan: PricedPlan) -> Numbers:
    """What their months cost these groups under the plan they had: what rolled over is what did."""
    return _cost(months, place, plan, [month.rolled[place] for month in months])


def cost_instead(months: Sequence[Month], place: Numbers, plan: PricedPlan) -> Numbers:
    """What their months, earliest first, would have cost these groups under another plan.

    Nothing had rolled over into the first of them: the change of plan would have lost it. What
    packs leave unused is not carried on either, so no cost is ever too low.
    """
    included = units_of(Service.DATA, plan.plan.data_mb, MINUTE)
    rolled = [np.zeros(len(place), np.int64)]
    for month in months:
        used = _left_to_the_plan(month, place, rolled[-1])[:, DATA]
        carried = np.maximum(included - used, 0) * month.counts[place]
        rolled.append(carried if plan.plan.rolls else np.zeros(len(place), np.int64))
    return _cost(months, place, plan, rolled[:-1])


def _cost(
    months: Sequence[Month], place: Numbers, plan: PricedPlan, rolled: Sequence[Numbers]
) -> Numbers:
    """Fees and what was used beyond all allowances, by the kernel's own rating."""
    cost = np.zeros(len(place), np.int64)
    for month, before in zip(months, rolled, strict=True):
        left = _left_to_the_plan(month, place, before)
        beyond = column_costs(left, month.voice_unit[place], [_terms(plan)])[:, 0]
        cost += (plan.plan.fee_fen + beyond) * month.counts[place]
    return cost


def _left_to_the_plan(month: Month, place: Numbers, rolled: Numbers) -> Numbers:
    """What neither packs nor data that rolled over had room for."""
    left: Numbers = np.maximum(month.used[place] - month.packs[place], 0)
    left[:, DATA] = np.maximum(left[:, DATA] - rolled, 0)
    return left


def _terms(plan: PricedPlan) -> PlanTerms:
    unit = plan.plan.voice_unit_seconds
    return PlanTerms(
        tariff=plan.tariff,
        voice_allowance=units_of(Service.VOICE, plan.plan.voice_minutes, unit),
        message_allowance=units_of(Service.MESSAGE, plan.plan.messages, unit),
        data_allowance=units_of(Service.DATA, plan.plan.data_mb, unit),
    )


def _stretches(accounts: Numbers) -> Iterator[tuple[int, int]]:
    """First and last accounts of stretches without a wide gap."""
    if not len(accounts):
        return
    ends = np.flatnonzero(np.diff(accounts) > GAP)
    firsts = np.concatenate([[0], ends + 1])
    lasts = np.concatenate([ends, [len(accounts) - 1]])
    yield from zip(accounts[firsts].tolist(), accounts[lasts].tolist(), strict=True)
