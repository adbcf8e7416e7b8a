"""Tell low use: who used little of the month's allowances, and whether another plan is cheaper."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from wanhao.communications.contracts import Metric, Trigger
from wanhao.parties.queries import groups_begun
from wanhao.products.alternatives import plan_choices
from wanhao.usage.contracts import LowUseCrossing
from wanhao.values.cycle import Cycle
from wanhao.workflows.suggest_plans import Suggestion, suggest_plans


def low_use_triggers(crossings: Sequence[LowUseCrossing], now: datetime) -> list[Trigger]:
    """One trigger for each group; left out is who came, or took the plan, within the month."""
    groups = {crossing.group_id: crossing.account_id for crossing in crossings}
    begun, plans = groups_begun(groups), plan_choices(groups, now)
    told = [
        crossing
        for crossing in crossings
        if crossing.group_id in begun
        and crossing.group_id in plans
        and max(begun[crossing.group_id], plans[crossing.group_id].since)
        < Cycle(crossing.cycle).start
    ]
    suggested = suggest_plans({one.group_id: one.account_id for one in told}, plans)
    return [_trigger(crossing, suggested.get(crossing.group_id)) for crossing in told]


def _trigger(crossing: LowUseCrossing, suggestion: Suggestion | None) -> Trigger:
    return Trigger(
        metric=Metric.LOW_USE,
        threshold=crossing.percent,
        account_id=crossing.account_id,
        group_id=crossing.group_id,
        number=None,
        cycle=crossing.cycle,
        episode=0,
        occurred_at=crossing.occurred_at,
        said={**_used(crossing), **_suggested(suggestion)},
    )


def _used(crossing: LowUseCrossing) -> dict[str, int]:
    return {
        f"{use.service.value}_{name}": figure
        for use in crossing.uses
        for name, figure in (("used", use.used), ("allowed", use.allowance))
    }


def _suggested(suggestion: Suggestion | None) -> Mapping[str, int | str]:
    """What is saved is said by the month, rounded down; less than a fen is nothing to speak of."""
    saving = suggestion.saved_fen // suggestion.months if suggestion else 0
    if suggestion is None or saving == 0:
        return {"variant": "no_suggestion"}
    return {
        "offering_zh": suggestion.plan.name_zh,
        "offering_en": suggestion.plan.name_en,
        "saving": saving,
        "saved": suggestion.saved_fen,
        "months": suggestion.months,
    }
