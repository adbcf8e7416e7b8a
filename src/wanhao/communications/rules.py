"""Reads and checks `reminder_rules.toml`; a mistake is named by file and entry."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from wanhao.communications.contracts import DeliveryClass, Metric, ReminderRule
from wanhao.values.errors import WanhaoError

RULES_FILE = Path(__file__).with_name("reminder_rules.toml")
CHOICES = {"urgency": ("normal", "high"), "recipient": ("crosser", "main")}


def read_rules(path: Path = RULES_FILE) -> tuple[ReminderRule, ...]:
    """The rules of a file, in its order; WanhaoError names the first wrong entry."""
    try:
        entries = tomllib.loads(path.read_text()).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct the file at that place.") from error
    rules: list[ReminderRule] = []
    for place, entry in enumerate(entries, start=1):
        try:
            rule = _rule(entry)
            _refuse_twin(rule, rules)
        except (ValueError, TypeError, KeyError) as error:
            name = f"{path.name}: rule {place} ('{entry.get('code', '')}')"
            raise WanhaoError(f"{name}: {error}.", "Correct this rule.") from error
        rules.append(rule)
    return tuple(rules)


@lru_cache(maxsize=1)
def known_rules() -> tuple[ReminderRule, ...]:
    """The rules of this installation."""
    return read_rules()


@lru_cache(maxsize=1)
def rules_by_threshold() -> dict[tuple[Metric, int | None], ReminderRule]:
    """The rule that watches each threshold of a metric; None for a metric that has none."""
    return {(rule.metric, rule.threshold): rule for rule in known_rules()}


def _rule(entry: dict[str, Any]) -> ReminderRule:
    for name, allowed in CHOICES.items():
        if entry[name] not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}")
    if not isinstance(entry["switchable"], bool):
        raise ValueError("switchable must be true or false")
    metric = Metric(entry["metric"])
    return ReminderRule(
        **{
            **entry,
            "metric": metric,
            "threshold": _threshold(entry, metric),
            "delivery_class": DeliveryClass(entry["delivery_class"]),
        }
    )


def _threshold(entry: dict[str, Any], metric: Metric) -> int | None:
    threshold = entry.get("threshold")
    if metric.has_threshold:
        if type(threshold) is not int or threshold <= 0:
            raise ValueError("threshold must be a whole number above 0")
    elif "threshold" in entry:
        raise ValueError(f"{metric} has no threshold, it is told whenever it happens; leave it out")
    return threshold


def _refuse_twin(rule: ReminderRule, rules: list[ReminderRule]) -> None:
    for other in rules:
        if rule.code == other.code:
            raise ValueError("its code is there twice")
        if (rule.metric, rule.threshold) == (other.metric, other.threshold):
            same = "threshold" if rule.metric.has_threshold else "event"
            raise ValueError(f"{other.code} watches the same {same}")
