"""The rules, texts and contact policy that count at an instant: the files, and what was changed."""

import logging
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from wanhao.communications.contracts import ContactPolicy, Metric, ReminderRule, Trigger
from wanhao.communications.models import RuleChange
from wanhao.communications.rendering import known_texts
from wanhao.communications.rules import known_rules, refuse_twin, rule_of
from wanhao.communications.words import Texts
from wanhao.parties.contracts import Language
from wanhao.values.errors import WanhaoError

log = logging.getLogger(__name__)
POLICY_FILE = Path(__file__).with_name("policy.toml")
POLICY = "policy"
TEXTS = "texts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A row of RuleChange, as far as it says what counts."""

    change_id: int
    rule: str
    values: Mapping[str, Any]
    valid_from: datetime
    reverts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesInForce:
    """Everything that counts at one instant; `version` is the newest change, 0 for the files."""

    rules: tuple[ReminderRule, ...]
    texts: Texts
    policy: ContactPolicy
    version: int
    by_code: Mapping[str, ReminderRule]
    _by_trigger: Mapping[tuple[Metric, int | None], str]

    def rule_for(self, trigger: Trigger) -> ReminderRule | None:
        """The rule that speaks of a trigger; one watched until just now still does."""
        threshold = trigger.threshold if trigger.metric.is_watched else None
        code = self._by_trigger.get((trigger.metric, threshold))
        return self.by_code[code] if code is not None else None

    def watched(self) -> dict[Metric, tuple[int, ...]]:
        """The thresholds the meter is to watch, lowest first: per cent, for the balance fen."""
        found: dict[Metric, set[int]] = {m: set() for m in Metric if m.is_watched}
        for rule in self.rules:
            if rule.enabled and rule.metric.is_watched:
                found[rule.metric].update(rule.thresholds)
        return {metric: tuple(sorted(values)) for metric, values in found.items()}


def rules_at(now: datetime) -> RulesInForce:
    """What counts at `now`; read once in a call and passed on, so that it is of one piece."""
    newest = RuleChange.objects.order_by("-id").values_list("id", flat=True).first()
    if newest is None:
        return as_delivered()
    changes = _changes(newest)
    begun = max((one.valid_from for one in changes if one.valid_from <= now), default=None)
    return as_delivered() if begun is None else _folded(newest, begun)


@lru_cache(maxsize=1)
def as_delivered() -> RulesInForce:
    """What the files say, without any change."""
    return fold((), datetime.min.replace(tzinfo=UTC))


def read_changes() -> tuple[Change, ...]:
    """All changes, in the order they were made."""
    rows = RuleChange.objects.order_by("id")
    return tuple(
        Change(
            change_id=row.pk,
            rule=row.rule,
            values=row.values,
            valid_from=row.valid_from,
            reverts=row.reverts_id,
        )
        for row in rows
    )


def fold(changes: Sequence[Change], at: datetime, *, strict: bool = False) -> RulesInForce:
    """What counts at an instant after these changes.

    A change that no longer fits the files is left out, and said so in the log; with `strict` it is
    a ValueError.
    """
    active = in_force(changes, at)
    by_rule: dict[str, list[Change]] = {}
    for change in active:
        by_rule.setdefault(change.rule, []).append(change)
    rules = [_changed(rule, by_rule.get(rule.code, ()), strict=strict) for rule in known_rules()]
    if strict:
        for rule in rules:
            if rule.code in by_rule:
                refuse_twin(rule, [other for other in rules if other is not rule])
    return RulesInForce(
        rules=tuple(rules),
        texts=_texts(active),
        policy=_policy(by_rule.get(POLICY, ())),
        version=max((change.change_id for change in active), default=0),
        by_code=MappingProxyType({rule.code: rule for rule in rules}),
        _by_trigger=MappingProxyType(_by_trigger(rules, changes)),
    )


def in_force(changes: Sequence[Change], at: datetime) -> list[Change]:
    """The changes that count at an instant, in the order in which they apply."""
    void: set[int] = set()
    found = []
    for change in sorted(changes, key=lambda one: -one.change_id):
        if change.change_id in void or change.valid_from > at:
            continue
        if change.reverts is None:
            found.append(change)
        else:
            void.add(change.reverts)
    return sorted(found, key=lambda one: (one.valid_from, one.change_id))


@lru_cache(maxsize=1)
def default_policy() -> ContactPolicy:
    """The contact policy as this installation was delivered."""
    return ContactPolicy(**tomllib.loads(POLICY_FILE.read_text()))


@lru_cache(maxsize=4)
def _changes(newest: int) -> tuple[Change, ...]:
    """Changes are committed in the order of their ids, so the newest one names them all."""
    return read_changes()


@lru_cache(maxsize=16)
def _folded(newest: int, begun: datetime) -> RulesInForce:
    return fold(_changes(newest), begun)


def _changed(rule: ReminderRule, changes: Iterable[Change], *, strict: bool) -> ReminderRule:
    entry: dict[str, Any] = asdict(rule)
    if rule.threshold is None:
        del entry["threshold"]
    for change in changes:
        entry |= {name: value for name, value in change.values.items() if name != TEXTS}
        entry["version"] = change.change_id
    try:
        return rule_of(entry)
    except (ValueError, TypeError, KeyError) as error:
        if strict:
            raise
        log.error("what was changed of the rule %s does not fit: %s", rule.code, error)
        return rule


def _texts(changes: Iterable[Change]) -> Texts:
    texts = dict(known_texts())
    for change in changes:
        for variant, written in change.values.get(TEXTS, {}).items():
            for language, text in written.items():
                texts[change.rule, variant, Language(language)] = text
    return MappingProxyType(texts)


def _policy(changes: Iterable[Change]) -> ContactPolicy:
    values = asdict(default_policy())
    for change in changes:
        values |= change.values
        values["version"] = change.change_id
    return ContactPolicy(**values)


def _by_trigger(
    rules: Sequence[ReminderRule], changes: Iterable[Change]
) -> dict[tuple[Metric, int | None], str]:
    """Rules by what they tell of; what the meter reports may be of thresholds changed since."""
    metrics = {rule.code: rule.metric for rule in rules}
    found: dict[tuple[Metric, int | None], str] = {}
    for change in changes:
        metric = metrics.get(change.rule)
        if metric is not None and metric.is_watched and "threshold" in change.values:
            found[metric, change.values["threshold"]] = change.rule
    for rule in (*known_rules(), *rules):
        if not rule.metric.is_watched:
            found[rule.metric, None] = rule.code
        for threshold in rule.thresholds if rule.metric.is_watched else ():
            found[rule.metric, threshold] = rule.code
    return found


def require_rule(code: str) -> ReminderRule:
    """The rule of a code as delivered; WanhaoError when there is none."""
    for rule in known_rules():
        if rule.code == code:
            return rule
    raise WanhaoError(
        f"There is no reminder rule '{code}'.", "See them with: wanhao reminders list"
    )
