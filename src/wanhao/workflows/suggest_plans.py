"""Suggest plans: whose last months would have cost less under another plan, and by how much."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from wanhao.products.contracts import Offering, PlanChoice
from wanhao.usage.queries import closed_cycles
from wanhao.values.cycle import Cycle
from wanhao.workflows.price_plans import Month, Numbers, cost_as_held, cost_instead, read_month

MONTHS = 3
"""So many closed months are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A plan under which the last `months` months would have cost `saved_fen` less in all."""

    plan: Offering
    saved_fen: int
    months: int


def suggest_plans(
    groups: Mapping[int, int], choices: Mapping[int, PlanChoice]
) -> dict[int, Suggestion]:
    """The plan that would have been cheapest for each group, where it would have been cheaper.

    `groups` gives each group's account, `choices` what it has and could have. Both sides are priced
    alike: the fees, and by the kernel's own rating what was used beyond the allowances. Months
    before the present plan do not count.
    """
    asked = {group: groups[group] for group in sorted(groups) if group in choices}
    ids, months = list(asked), _months(asked, choices)
    alike: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, group_id in enumerate(ids):
        alike[_key(choices[group_id])].append(place)
    found: dict[int, Suggestion] = {}
    for places in alike.values():
        best = _best(choices[ids[places[0]]], np.array(places), months)
        found |= {ids[place]: suggestion for place, suggestion in best.items()}
    return found


def _key(choice: PlanChoice) -> tuple[object, ...]:
    """Groups with the same key have the same plan and the same others."""
    return choice.held.plan_id, choice.held.tariff, *(one.plan_id for one in choice.others)


def _best(choice: PlanChoice, place: Numbers, months: Sequence[Month]) -> dict[int, Suggestion]:
    """The suggestions for groups with the same choice, by their places."""
    if not choice.others or not months:
        return {}
    instead = np.stack([cost_instead(months, place, one) for one in choice.others])
    best = instead.argmin(axis=0)
    saved = cost_as_held(months, place, choice.held) - instead.min(axis=0)
    count = np.sum([month.counts[place] for month in months], axis=0)
    return {
        int(place[row]): Suggestion(
            plan=choice.others[best[row]].plan, saved_fen=int(saved[row]), months=int(count[row])
        )
        for row in np.flatnonzero(saved > 0)
    }


def _months(groups: Mapping[int, int], choices: Mapping[int, PlanChoice]) -> list[Month]:
    """The last closed months, earliest first; of each group those count that follow each other and
    in which it had its plan from their first instant on."""
    months: list[Month] = []
    going = np.full(len(groups), bool(groups))
    for cycle in _last_closed():
        held = [choices[group_id].since <= cycle.start for group_id in groups]
        going = going & np.array(held)
        if not going.any():
            break
        months.insert(0, read_month(cycle, groups, going))
        going = months[0].counts
    return months


def _last_closed() -> Iterator[Cycle]:
    """The latest closed cycles that follow each other, latest first."""
    closed = sorted(closed_cycles(), reverse=True)[:MONTHS]
    for place, number in enumerate(closed):
        if place and Cycle(closed[place - 1]).previous.number != number:
            return
        yield Cycle(number)
