"""What to do about thresholds that were crossed: whom to tell, and whether at all."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.expressions import RawSQL

from wanhao.communications.contracts import DecisionOutcome, Metric, ReminderRule, Trigger
from wanhao.communications.models import OptOut
from wanhao.communications.rendering import Figures
from wanhao.communications.rules import rules_by_threshold
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number, main_lines_of_accounts, main_lines_of_groups
from wanhao.products.contracts import Offering
from wanhao.products.queries import offerings_held

PRICED_BY_PLAN = (Metric.VOICE, Metric.MESSAGE, Metric.DATA)
"""Metrics whose text says what a unit beyond the allowance costs under the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A decision before it is written; `line` is whom it concerns, if anybody."""

    trigger: Trigger
    rule: ReminderRule | None
    line: LineView | None
    offering: Offering | None
    outcome: DecisionOutcome


@dataclass(frozen=True, slots=True)
class Known:
    """What the other rooms say of everybody these triggers concern, each asked once."""

    crossers: dict[int, LineView]
    mains_of_groups: dict[int, LineView]
    mains_of_accounts: dict[int, LineView]
    offerings: dict[int, Offering]

    @classmethod
    def about(cls, triggers: Sequence[Trigger]) -> "Known":
        groups = {trigger.group_id for trigger in triggers if trigger.group_id is not None}
        payers = {trigger.account_id for trigger in triggers if trigger.group_id is None}
        crossers = lines_by_number({number for t in triggers if (number := _crosser(t))})
        without = {t.group_id for t in triggers if t.group_id and _crosser(t) not in crossers}
        return cls(
            crossers=crossers,
            mains_of_groups=main_lines_of_groups(without),
            mains_of_accounts=main_lines_of_accounts(payers),
            offerings=offerings_held(groups),
        )

    def recipient(self, trigger: Trigger) -> LineView | None:
        """Who crossed it if the rule says so and the line is live, else the main line."""
        if trigger.group_id is None:
            return self.mains_of_accounts.get(trigger.account_id)
        crosser = self.crossers.get(_crosser(trigger) or 0)
        return crosser or self.mains_of_groups.get(trigger.group_id)


def _rule(trigger: Trigger) -> ReminderRule | None:
    return rules_by_threshold().get((trigger.metric, trigger.threshold))


def _crosser(trigger: Trigger) -> int | None:
    """The number to tell rather than the main line, if the rule wants that."""
    rule = _rule(trigger)
    return trigger.number if rule is not None and rule.recipient == "crosser" else None


def draft(triggers: Sequence[Trigger]) -> list[Draft]:
    """Decide about every trigger; one set of questions to the database for all of them."""
    known = Known.about(triggers)
    rules = [_rule(trigger) for trigger in triggers]
    lines = [
        known.recipient(trigger) if rule else None
        for trigger, rule in zip(triggers, rules, strict=True)
    ]
    opted_out = live_opt_outs([line.line_id for line in lines if line is not None])
    return [
        _draft(trigger, rule, line, known, opted_out)
        for trigger, rule, line in zip(triggers, rules, lines, strict=True)
    ]


def live_opt_outs(line_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Which of the lines do not want which rules now."""
    ids = RawSQL("SELECT unnest(%s::bigint[])", [list(set(line_ids))])
    rows = OptOut.objects.filter(line_id__in=ids, until__isnull=True)
    return set(rows.values_list("line_id", "rule"))


def _draft(
    trigger: Trigger,
    rule: ReminderRule | None,
    line: LineView | None,
    known: Known,
    opted_out: set[tuple[int, str]],
) -> Draft:
    group = trigger.group_id
    offering = known.offerings.get(group) if group is not None else None
    if rule is None:
        outcome = DecisionOutcome.NO_RULE
    elif line is None:
        outcome = DecisionOutcome.NO_LINE
    elif rule.switchable and (line.line_id, rule.code) in opted_out:
        outcome = DecisionOutcome.OPTED_OUT
    elif trigger.metric in PRICED_BY_PLAN and offering is None:
        outcome = DecisionOutcome.NO_OFFERING
    else:
        outcome = DecisionOutcome.TOLD
    return Draft(trigger=trigger, rule=rule, line=line, offering=offering, outcome=outcome)


def figures_of(trigger: Trigger, offering: Offering | None) -> Figures:
    """What a message about the trigger will say."""
    return Figures(
        metric=trigger.metric.value,
        threshold=trigger.threshold,
        used=trigger.used,
        allowed=trigger.allowed,
        left_fen=trigger.left_fen,
        fee_fen=trigger.fee_fen,
        price_fen=_price(trigger.metric, offering) if offering else 0,
        voice_unit_seconds=offering.voice_unit_seconds if offering else 60,
    )


def _price(metric: Metric, offering: Offering) -> int:
    prices = {
        Metric.VOICE: offering.voice_price_fen * 60 // offering.voice_unit_seconds,
        Metric.MESSAGE: offering.message_price_fen,
        Metric.DATA: offering.data_price_fen_per_mb,
    }
    return prices.get(metric, 0)
