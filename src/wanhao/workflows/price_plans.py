"""Price plans: what groups' last months cost, and would have cost under other plans."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wanhao.products.contracts import MINUTE, PricedPlan
from wanhao.usage.contracts import AllowanceKind, Service, UsageLine, Zone
from wanhao.usage.pricing import MonthUse, PlanTerms, plan_costs
from wanhao.usage.queries import closed_usage
from wanhao.values.cycle import Cycle
from wanhao.workflows.describe_terms import units_of

GAP = 10_000
"""Accounts further apart than this are read one stretch after the other."""


@dataclass(slots=True)
class Month:
    """What a group used at home in a closed month, and what it had besides its plan, by service.

    `mixed`: its terms changed within the month.
    """

    voice_unit: int = 60
    used: dict[Service, int] = field(default_factory=dict)
    packs: dict[Service, int] = field(default_factory=dict)
    rolled: int = 0
    mixed: bool = False


Months = Mapping[int, Sequence[Month]]
"""The months of each group, earliest first."""


def read_months(cycle: Cycle, groups: Mapping[int, int]) -> dict[int, Month]:
    """What groups used in a closed month; `groups` gives the account of each."""
    months: dict[int, Month] = defaultdict(Month)
    for first, last in _stretches(sorted(set(groups.values()))):
        for line in closed_usage(cycle.number, first, last):
            if line.group_id in groups and line.zone == Zone.DOMESTIC:
                _add(months[line.group_id], line)
    return months


def cost_as_held(months: Months, plans: Mapping[int, PricedPlan]) -> dict[int, int]:
    """What each group's months cost under the plan it had: what rolled over is what did."""
    costs = _priced(months, {group_id: (plan,) for group_id, plan in plans.items()}, _as_held)
    return {group_id: costs[group_id, plan.plan_id] for group_id, plan in plans.items()}


def costs_instead(
    months: Months, plans: Mapping[int, Sequence[PricedPlan]]
) -> dict[tuple[int, int], int]:
    """What each group's months would have cost under each of these plans, by group and plan.

    The first of the months has nothing rolled over: the change of plan would have lost it.
    """
    return _priced(months, plans, _instead)


Reckoner = Callable[[Sequence[Month], PricedPlan], Iterator[MonthUse]]


def _priced(
    months: Months, plans: Mapping[int, Sequence[PricedPlan]], reckon: Reckoner
) -> dict[tuple[int, int], int]:
    """Fees and what was used beyond the allowances; one question to the kernel for each plan."""
    asked: dict[tuple[int, int], tuple[PricedPlan, list[int]]] = {}
    for group_id, wanted in plans.items():
        for one in wanted:
            asked.setdefault((one.plan_id, one.tariff), (one, []))[1].append(group_id)
    costs = {}
    for plan, group_ids in asked.values():
        uses = [use for group_id in group_ids for use in reckon(months[group_id], plan)]
        fen = iter(plan_costs(uses, [_terms(plan)]))
        for group_id in group_ids:
            beyond = sum(next(fen)[0] for _ in months[group_id])
            fees = plan.plan.fee_fen * len(months[group_id])
            costs[group_id, plan.plan_id] = fees + beyond
    return costs


def _as_held(months: Sequence[Month], plan: PricedPlan) -> Iterator[MonthUse]:
    return (_left_to_the_plan(month, month.rolled) for month in months)


def _instead(months: Sequence[Month], plan: PricedPlan) -> Iterator[MonthUse]:
    """What packs leave unused is not carried on here: so no cost is ever too low."""
    included = units_of(Service.DATA, plan.plan.data_mb, MINUTE)
    rolled = 0
    for month in months:
        use = _left_to_the_plan(month, rolled)
        yield use
        rolled = max(included - use.octets, 0) if plan.plan.rolls else 0


def _left_to_the_plan(month: Month, rolled: int) -> MonthUse:
    """What neither packs nor data that rolled over had room for."""
    left = {
        service: max(month.used.get(service, 0) - month.packs.get(service, 0), 0)
        for service in Service
    }
    return MonthUse(
        voice=left[Service.VOICE],
        voice_unit=month.voice_unit,
        messages=left[Service.MESSAGE],
        octets=max(left[Service.DATA] - rolled, 0),
    )


def _terms(plan: PricedPlan) -> PlanTerms:
    unit = plan.plan.voice_unit_seconds
    return PlanTerms(
        tariff=plan.tariff,
        voice_allowance=units_of(Service.VOICE, plan.plan.voice_minutes, unit),
        message_allowance=units_of(Service.MESSAGE, plan.plan.messages, unit),
        data_allowance=units_of(Service.DATA, plan.plan.data_mb, unit),
    )


def _stretches(accounts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last accounts of stretches without a wide gap."""
    first = 0
    for place, account in enumerate(accounts):
        last = place + 1 == len(accounts)
        if last or accounts[place + 1] - account > GAP:
            yield accounts[first], account
            first = place + 1


def _add(month: Month, line: UsageLine) -> None:
    month.used[line.service] = line.total
    month.packs[line.service] = _quantity(line, AllowanceKind.PACK)
    month.mixed |= line.earlier_fen != 0
    if line.service is Service.VOICE:
        month.voice_unit = line.voice_unit
    if line.service is Service.DATA:
        month.rolled = _quantity(line, AllowanceKind.ROLLED)


def _quantity(line: UsageLine, kind: AllowanceKind) -> int:
    return sum(one.quantity for one in line.allowances if one.kind is kind)
