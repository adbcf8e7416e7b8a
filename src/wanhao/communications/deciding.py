"""What to do about thresholds that were crossed: whom to tell, and whether at all."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from wanhao.communications.contracts import (
    DecisionOutcome,
    DeliveryClass,
    Metric,
    ReminderRule,
    Trigger,
)
from wanhao.communications.models import CommunicationMessage, OptOut, ReminderDecision
from wanhao.communications.rendering import Figures
from wanhao.communications.rules import rules_by_threshold
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number, main_lines_of_accounts, main_lines_of_groups
from wanhao.products.contracts import Offering
from wanhao.products.queries import offerings_held

Subject = ReminderDecision.Subject


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
        numbers = {trigger.number for trigger in triggers if trigger.number is not None}
        payers = {trigger.account_id for trigger in triggers if trigger.group_id is None}
        return cls(
            crossers=lines_by_number(numbers),
            mains_of_groups=main_lines_of_groups(groups),
            mains_of_accounts=main_lines_of_accounts(payers),
            offerings=offerings_held(groups),
        )

    def recipient(self, trigger: Trigger, rule: ReminderRule) -> LineView | None:
        """Who crossed it if the rule says so and the line is live, else the main line."""
        if trigger.group_id is None:
            return self.mains_of_accounts.get(trigger.account_id)
        main = self.mains_of_groups.get(trigger.group_id)
        if rule.recipient == "crosser" and trigger.number is not None:
            return self.crossers.get(trigger.number, main)
        return main


def draft(triggers: Sequence[Trigger]) -> list[Draft]:
    """Decide about every trigger; one set of questions to the database for all of them."""
    known = Known.about(triggers)
    rules = [rules_by_threshold().get((t.metric, t.threshold)) for t in triggers]
    lines = [
        known.recipient(trigger, rule) if rule else None
        for trigger, rule in zip(triggers, rules, strict=True)
    ]
    opted_out = live_opt_outs([line.line_id for line in lines if line is not None])
    return [
        _draft(trigger, rule, line, known, opted_out)
        for trigger, rule, line in zip(triggers, rules, lines, strict=True)
    ]


def live_opt_outs(line_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Which of the lines do not want which rules now."""
    rows = OptOut.objects.filter(line_id__in=set(line_ids), until__isnull=True)
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
    elif trigger.metric is not Metric.BALANCE and offering is None:
        outcome = DecisionOutcome.NO_OFFERING
    else:
        outcome = DecisionOutcome.TOLD
    return Draft(trigger=trigger, rule=rule, line=line, offering=offering, outcome=outcome)


def decision_row(made: Draft, row_id: int, batch: int, now: datetime) -> ReminderDecision:
    """The decision with a copy of the rule values it used."""
    trigger, rule = made.trigger, made.rule
    group = trigger.group_id
    return ReminderDecision(
        id=row_id,
        subject_kind=Subject.ACCOUNT if group is None else Subject.GROUP,
        subject_id=trigger.account_id if group is None else group,
        rule=rule.code if rule else f"{trigger.metric}:{trigger.threshold}",
        cycle=trigger.cycle,
        episode=trigger.episode,
        rule_values=asdict(rule) if rule else {},
        trigger=asdict(trigger),
        outcome=made.outcome.value,
        line_id=made.line.line_id if made.line else None,
        batch=batch,
        decided_at=now,
    )


def message_row(made: Draft, decision_id: int, now: datetime) -> CommunicationMessage | None:
    """The outbox row of a decision to tell somebody, as data; None when nobody is told."""
    if made.outcome is not DecisionOutcome.TOLD or made.rule is None or made.line is None:
        return None
    return CommunicationMessage(
        decision_id=decision_id,
        rule=made.rule.code,
        line_id=made.line.line_id,
        number=made.line.number,
        language=made.line.language.value,
        delivery_class=DeliveryClass(made.rule.delivery_class).value,
        urgent=made.rule.urgency == "high",
        figures=asdict(_figures(made.trigger, made.offering)),
        planned_at=now,
        changed_at=now,
    )


def _figures(trigger: Trigger, offering: Offering | None) -> Figures:
    return Figures(
        metric=trigger.metric.value,
        threshold=trigger.threshold,
        used=trigger.used,
        allowed=trigger.allowed,
        left_fen=trigger.left_fen,
        price_fen=_price(trigger.metric, offering) if offering else 0,
        voice_unit_seconds=offering.voice_unit_seconds if offering else 60,
    )


def _price(metric: Metric, offering: Offering) -> int:
    prices = {
        Metric.VOICE: offering.voice_price_fen * 60 // offering.voice_unit_seconds,
        Metric.MESSAGE: offering.message_price_fen,
        Metric.DATA: offering.data_price_fen_per_mb,
    }
    return prices[metric]
