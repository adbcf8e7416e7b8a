"""Suggest plans: whose last months would have cost less under another plan, and by how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from wanhao.products.alternatives import plan_choices
from wanhao.products.contracts import Offering, PlanChoice
from wanhao.usage.queries import closed_cycles
from wanhao.values.cycle import Cycle
from wanhao.workflows.price_plans import Month, cost_as_held, costs_instead, read_months

MONTHS = 3
"""So many closed months are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A plan under which the last `months` months would have cost `saved_fen` less in all."""

    plan: Offering
    saved_fen: int
    months: int


def suggest_plans(groups: Mapping[int, int], now: datetime) -> dict[int, Suggestion]:
    """The plan that would have been cheapest for each group, where it would have been cheaper.

    `groups` gives each group's account. Both sides are priced alike: the fees, and by the kernel's
    own rating what was used beyond the allowances. Months before the present plan do not count.
    """
    choices = plan_choices(groups, now)
    months = _months(groups, choices)
    held = {group_id: choices[group_id].held for group_id in months}
    others = {group_id: choices[group_id].others for group_id in months}
    spent, instead = cost_as_held(months, held), costs_instead(months, others)
    found = {}
    for group_id, plans in others.items():
        best = min(plans, key=lambda one: instead[group_id, one.plan_id], default=None)
        saved = spent[group_id] - instead[group_id, best.plan_id] if best else 0
        if best and saved > 0:
            count = len(months[group_id])
            found[group_id] = Suggestion(plan=best.plan, saved_fen=saved, months=count)
    return found


def _months(groups: Mapping[int, int], choices: Mapping[int, PlanChoice]) -> dict[int, list[Month]]:
    """The last closed months in which each group had its plan from their first instant on."""
    months: dict[int, list[Month]] = {}
    going = set(choices)
    for cycle in _last_closed():
        going = {group_id for group_id in going if choices[group_id].since <= cycle.start}
        read = read_months(cycle, {group_id: groups[group_id] for group_id in going})
        # Whose tariff changed within a month was not charged in it as the plan would have charged.
        going = {group_id for group_id in going if not read[group_id].mixed}
        for group_id in going:
            months.setdefault(group_id, []).insert(0, read[group_id])
    return months


def _last_closed() -> Iterator[Cycle]:
    """The latest closed cycles that follow each other, latest first."""
    closed = sorted(closed_cycles(), reverse=True)[:MONTHS]
    for place, number in enumerate(closed):
        if place and Cycle(closed[place - 1]).previous.number != number:
            return
        yield Cycle(number)
