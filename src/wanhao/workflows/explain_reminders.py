"""Explain reminders: why a line was told something in a month, or why it was not, down to the
records behind it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from wanhao.access.actions import record_read
from wanhao.communications.contracts import DecisionOutcome, MessageState, Metric, ReminderRule
from wanhao.communications.queries import rules_in_force
from wanhao.communications.trail_contracts import DecisionTrail, MessageTrail
from wanhao.communications.trails import decisions_about, opted_out
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number, lines_of_groups
from wanhao.usage.contracts import Service
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.usage.details import kept_only_from, records_of
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.describe_crossings import METRICS
from wanhao.workflows.explanation import (
    Decided,
    Evidence,
    Explanation,
    RuleExplained,
    Standing,
    Verdict,
)
from wanhao.workflows.standing import counts_for, standings, units_of

SHOWN = 20
"""So many records before the one that crossed are shown."""
SERVICES: Mapping[str, Service] = {metric.value: service for service, metric in METRICS.items()}
_OUTCOMES = {
    DecisionOutcome.OPTED_OUT: Verdict.OPTED_OUT,
    DecisionOutcome.RULE_OFF: Verdict.RULE_OFF,
    DecisionOutcome.NO_LINE: Verdict.NO_LINE,
    DecisionOutcome.NO_OFFERING: Verdict.NO_OFFERING,
    DecisionOutcome.NO_RULE: Verdict.NO_RULE,
}
_STATES = {
    MessageState.PLANNED: Verdict.WAITS,
    MessageState.ACCEPTED: Verdict.TOLD,
    MessageState.DELIVERED: Verdict.TOLD,
    MessageState.MERGED: Verdict.MERGED,
    MessageState.WITHDRAWN: Verdict.WITHDRAWN,
    MessageState.FAILED: Verdict.FAILED,
    MessageState.UNKNOWN: Verdict.UNKNOWN,
}


def explain(
    number: int, cycle: int, now: datetime, *, login: object = None, purpose: str = "explanation"
) -> Explanation:
    """Everything that was decided about a line in a month and what became of it; the reading is
    noted down. WanhaoError for a number that nobody uses now."""
    line = lines_by_number([number]).get(number)
    if line is None:
        raise WanhaoError(
            f"Nobody uses the number {Msisdn(number).masked}.", "Give the number of a live line."
        )
    record_read(login, f"line {number}", purpose, now)
    decided, stands = _found(line, cycle, now)
    rules, unwanted = rules_in_force(now), opted_out(line.line_id)
    explained = [
        _rule(
            rule,
            [one for one in decided if one.trail.rule == rule.code],
            stands.get(rule.metric),
            rule.code in unwanted,
        )
        for rule in rules
    ]
    known = {rule.code for rule in rules}
    others = tuple(one for one in decided if one.trail.rule not in known)
    return Explanation(
        line=line,
        cycle=cycle,
        rules=tuple(explained),
        others=others,
        at=now,
        records_from=kept_only_from(cycle),
    )


def _found(
    line: LineView, cycle: int, now: datetime
) -> tuple[list[Decided], dict[Metric, Standing]]:
    """What was decided about the line with the records behind it, and where its group stands."""
    cards = {one.number for one in lines_of_groups([line.group_id])}
    trails = decisions_about(line, cycle)
    crossed = {t.trigger["number"] for t in trails if t.trigger.get("number")}
    records = records_of(cards | crossed, cycle)
    stands = standings(line, cycle, [one for one in records if one.number in cards], now)
    return [_decided(trail, records, stands) for trail in trails], stands


def _rule(
    rule: ReminderRule,
    decided: Sequence[Decided],
    standing: Standing | None,
    unwanted: bool,
) -> RuleExplained:
    verdict = decided[-1].verdict if decided else why_nothing(rule, standing, unwanted)
    return RuleExplained(
        rule=rule,
        verdict=verdict,
        standing=standing,
        opted_out=unwanted,
        decided=tuple(decided),
    )


def why_nothing(rule: ReminderRule, standing: Standing | None, unwanted: bool) -> Verdict:
    """Why a rule decided nothing."""
    if not rule.enabled:
        return Verdict.RULE_OFF
    if _unwatched(rule.metric, standing):
        return Verdict.NOT_WATCHED
    if unwanted and rule.switchable:
        return Verdict.OPTED_OUT
    if not rule.metric.is_watched and rule.metric not in (Metric.STEP_UP, Metric.DATA_STOP):
        return Verdict.BY_CLOCK
    if standing is not None and rule.metric.value in SERVICES:
        return _of_use(rule, standing)
    return Verdict.NOT_REACHED


def _of_use(rule: ReminderRule, standing: Standing) -> Verdict:
    """Without an allowance there is only its first unit to tell of, as 100 %."""
    if standing.allowed == 0 and rule.threshold != 100:
        return Verdict.NOT_WATCHED
    reached = rule.threshold is not None and standing.percent >= rule.threshold
    return Verdict.SILENT if reached else Verdict.NOT_REACHED


def _unwatched(metric: Metric, standing: Standing | None) -> bool:
    """Money that nobody watches, no credit limit, or no plan to use up."""
    if metric is Metric.BALANCE:
        return standing is None or standing.left_fen is None
    return standing is None and (metric is Metric.CREDIT or metric.value in SERVICES)


def _decided(
    trail: DecisionTrail, records: Sequence[UsageDetail], stands: Mapping[Metric, Standing]
) -> Decided:
    return Decided(trail=trail, verdict=_verdict(trail), evidence=_evidence(trail, records, stands))


def _verdict(trail: DecisionTrail) -> Verdict:
    if trail.outcome in _OUTCOMES:
        return _OUTCOMES[trail.outcome]
    message: MessageTrail | None = trail.message
    return Verdict.WAITS if message is None else _STATES.get(message.state, Verdict.ON_ITS_WAY)


def _evidence(
    trail: DecisionTrail, records: Sequence[UsageDetail], stands: Mapping[Metric, Standing]
) -> Evidence | None:
    """The records up to the decision's batch that count for its service, in order of time."""
    service = SERVICES.get(trail.trigger["metric"], Service.DATA)
    metric = METRICS[service]
    if trail.trigger["metric"] not in (*SERVICES, Metric.STEP_UP, Metric.DATA_STOP):
        return None
    counted = [one for one in records if one.batch <= trail.batch and counts_for(one, service)]
    crossing = next((one for one in reversed(counted) if _crossed(one, trail)), None)
    up_to = counted if crossing is None else counted[: counted.index(crossing) + 1]
    behind = up_to if crossing is None else up_to[:-1]
    unit = stands[metric].voice_unit if metric in stands else 60
    return Evidence(
        crossing=crossing,
        before=tuple(behind[-SHOWN:]),
        records=len(counted),
        units=sum(units_of(one, unit) for one in counted),
        files=crossing.files if crossing else (),
    )


def _crossed(record: UsageDetail, trail: DecisionTrail) -> bool:
    """Whether this is the record with which the threshold was reached."""
    same_line = record.number == trail.trigger.get("number")
    same_time = record.start == trail.trigger["occurred_at"]
    return record.batch == trail.batch and same_line and same_time
