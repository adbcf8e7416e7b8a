"""What a changed rule would tell of a month's crossings, beside what the rule as it is would tell.

Both sides decide as a batch's decisions are made, with today's cards, plans and opt-outs, and once
for each subject, episode and tier. Merging, quiet hours and the daily number come later and are not
part of it. Memory grows by one number for each message of the one rule that is looked at.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from wanhao.communications.changing import with_change
from wanhao.communications.contracts import DecisionOutcome, Metric, ReminderRule, Trigger
from wanhao.communications.deciding import Draft, draft
from wanhao.communications.in_force import POLICY, RulesInForce, require_rule, rules_at
from wanhao.communications.models import ReminderDecision
from wanhao.communications.preview_contracts import (
    CityCount,
    PreviewMethod,
    PreviewResult,
    PreviewSample,
)
from wanhao.communications.rendering import text_of
from wanhao.parties.queries import lines_by_id
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

AT_ONCE = 5_000
SAMPLES = 5
REPLAYED = (
    Metric.VOICE,
    Metric.MESSAGE,
    Metric.DATA,
    Metric.BALANCE,
    Metric.CREDIT,
    Metric.STEP_UP,
    Metric.DATA_STOP,
    Metric.LOW_USE,
)
"""What the meter reports, and would report again if the month were lived through once more."""
WHEN = ("threshold", "repeats_to", "at")
"""Values that say when a rule tells; without crossings nobody knows what others would have done."""


class Previewing:
    """Hears the triggers of a month and counts what both sides of a change would tell."""

    def __init__(self, code: str, values: Mapping[str, Any], now: datetime) -> None:
        if code == POLICY:
            raise WanhaoError(
                "The contact policy says when messages go out, not how many are decided.",
                "Preview a reminder rule.",
            )
        metric = require_rule(code).metric
        self.code, self.values, self.now = code, values, now
        self.before = _Side(code, rules_at(now), now)
        changed = with_change(code, values, now) if values else rules_at(now)
        self.after = _Side(code, changed, now)
        self.method = PreviewMethod.REPLAYED if metric in REPLAYED else PreviewMethod.DECIDED

    @property
    def metric(self) -> Metric:
        """What the rule watches."""
        return self.before.rule.metric

    @property
    def thresholds(self) -> tuple[int, ...]:
        """Every value at which one of the two sides tells, lowest first."""
        return tuple(sorted({*self.before.rule.thresholds, *self.after.rule.thresholds}))

    def hear(self, triggers: Sequence[Trigger]) -> None:
        """Take the next triggers, in the order in which they happened; others are passed over."""
        for side in (self.before, self.after):
            mine = [trigger for trigger in triggers if side.speaks_of(trigger)]
            for first in range(0, len(mine), AT_ONCE):
                side.decide(mine[first : first + AT_ONCE])

    def result(self, cycle: int) -> PreviewResult:
        """What was found of a month."""
        if self.method is PreviewMethod.DECIDED:
            return self._of_decided(cycle)
        before, after = self.before.cities, self.after.cities
        return self._result(cycle, before, after, tuple(self.after.samples))

    def _of_decided(self, cycle: int) -> PreviewResult:
        before = decided_by_city(self.code, cycle)
        after: Counter[str] | None = before
        if not self.after.rule.enabled:
            after = Counter()
        elif not self.before.rule.enabled or any(name in self.values for name in WHEN):
            after = None
        return self._result(cycle, before, after, ())

    def _result(
        self,
        cycle: int,
        before: Counter[str],
        after: Counter[str] | None,
        samples: tuple[PreviewSample, ...],
    ) -> PreviewResult:
        cities = sorted({*before, *(after or ())})
        return PreviewResult(
            rule=self.code,
            cycle=cycle,
            method=self.method,
            now_count=before.total(),
            then_count=None if after is None else after.total(),
            by_city=tuple(
                CityCount(
                    city=city, before=before[city], after=None if after is None else after[city]
                )
                for city in cities
            ),
            samples=samples,
        )


def decided_by_city(code: str, cycle: int) -> Counter[str]:
    """How many messages a rule really decided in a month, by the city of the line."""
    told = ReminderDecision.objects.filter(
        rule=code, cycle=cycle, outcome=DecisionOutcome.TOLD.value
    )
    found: Counter[str] = Counter()
    ids: list[int] = []
    for line_id in told.values_list("line_id", flat=True).iterator(chunk_size=AT_ONCE):
        ids.append(line_id or 0)
        if len(ids) == AT_ONCE:
            found += _cities(ids)
            ids = []
    return found + _cities(ids)


class _Side:
    """The rule as it is, or as it would be, and what it tells."""

    def __init__(self, code: str, rules: RulesInForce, now: datetime) -> None:
        self.rules, self.now = rules, now
        self.rule: ReminderRule = rules.by_code[code]
        self.cities: Counter[str] = Counter()
        self.samples: list[PreviewSample] = []
        self._decided: set[int] = set()

    def speaks_of(self, trigger: Trigger) -> bool:
        if trigger.metric is not self.rule.metric:
            return False
        return not self.rule.metric.has_threshold or trigger.threshold in self.rule.thresholds

    def decide(self, triggers: Sequence[Trigger]) -> None:
        for one in draft(triggers, self.rules, self.now):
            key = _key(one.trigger)
            if key not in self._decided:
                self._decided.add(key)
                if one.outcome is DecisionOutcome.TOLD:
                    self._count(one)

    def _count(self, one: Draft) -> None:
        if one.line is None or one.said is None:
            return
        self.cities[one.line.city] += 1
        if len(self.samples) < SAMPLES:
            line = one.line
            self.samples.append(
                PreviewSample(
                    number=Msisdn(line.number).masked,
                    city=line.city,
                    text=text_of(self.rule.code, one.said, line.language, "", self.rules.texts),
                    occurred_at=one.trigger.occurred_at,
                )
            )


def _key(trigger: Trigger) -> int:
    """Subject, episode and tier in one number: of one rule all subjects are of one kind."""
    return (trigger.subject[1] << 80) | (trigger.episode << 16) | trigger.tier


def _cities(line_ids: Iterable[int]) -> Counter[str]:
    """Lines that ended since are of no city."""
    ids = list(line_ids)
    known = lines_by_id(set(ids)) if ids else {}
    return Counter(known[line].city if line in known else "" for line in ids)
