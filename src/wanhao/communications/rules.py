"""Reads and checks `reminder_rules.toml`; a mistake is named by file and entry."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from wanhao.communications.contracts import DeliveryClass, Metric, ReminderRule
from wanhao.values.errors import WanhaoError

RULES_FILE = Path(__file__).with_name("reminder_rules.toml")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "urgency": ("normal", "high"),
    "recipient": ("crosser", "main", "payer"),
    "delivery_class": tuple(kind.value for kind in DeliveryClass),
}
SWITCHES = ("switchable", "enabled", "night")
WHOLE = {"merge_seconds": (0, 3600), "valid_hours": (1, 720)}
"""Values that are whole numbers: the least and the most."""

DAY_OF_YEAR = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
AT = {
    Metric.LOW_USE: "days of the month from 1 to 28, such as 20",
    Metric.POINTS: "days of the year, such as 12-20",
    Metric.PRODUCT_END: "days before, from 1 to 90",
    Metric.STOP: "hours before, from 1 to 240",
    Metric.TWO_WAY: "hours before, from 1 to 240",
    Metric.TERMINATION: "hours before, from 1 to 720",
    Metric.WORKS: "hours before, from 1 to 720",
}
"""What `at` means for the metrics that are looked at by the clock."""

MOST = {
    Metric.LOW_USE: 28,
    Metric.PRODUCT_END: 90,
    Metric.STOP: 240,
    Metric.TWO_WAY: 240,
    Metric.TERMINATION: 720,
    Metric.WORKS: 720,
}
MOST_REPEATS = 3000


def read_rules(path: Path = RULES_FILE) -> tuple[ReminderRule, ...]:
    """The rules of a file, in its order; WanhaoError names the first wrong entry."""
    try:
        entries = tomllib.loads(path.read_text()).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise WanhaoError(f"{path.name}: {error}.", "Correct the file at that place.") from error
    rules: list[ReminderRule] = []
    for place, entry in enumerate(entries, start=1):
        try:
            rule = rule_of(entry)
            refuse_twin(rule, rules)
        except (ValueError, TypeError, KeyError) as error:
            name = f"{path.name}: rule {place} ('{entry.get('code', '')}')"
            raise WanhaoError(f"{name}: {error}.", "Correct this rule.") from error
        rules.append(rule)
    return tuple(rules)


@lru_cache(maxsize=1)
def known_rules() -> tuple[ReminderRule, ...]:
    """The rules as this installation was delivered; what was changed since is in `in_force.py`."""
    return read_rules()


def rule_of(entry: Mapping[str, Any]) -> ReminderRule:
    """A rule out of its values; ValueError, TypeError or KeyError when one of them is wrong."""
    for name, allowed in CHOICES.items():
        if entry[name] not in allowed:
            raise ValueError(f"{name} must be one of {', '.join(allowed)}")
    for name in SWITCHES:
        if not isinstance(entry.get(name, True), bool):
            raise ValueError(f"{name} must be true or false")
    for name, (least, most) in WHOLE.items():
        _whole(name, entry.get(name, least), least, most)
    metric = Metric(entry["metric"])
    return ReminderRule(
        **{
            **entry,
            "metric": metric,
            "threshold": _threshold(entry, metric),
            "repeats_to": _repeats_to(entry),
            "delivery_class": DeliveryClass(entry["delivery_class"]),
            "at": _at(entry.get("at", ()), metric),
            "fixed": tuple(entry.get("fixed", ())),
        }
    )


def refuse_twin(rule: ReminderRule, others: Iterable[ReminderRule]) -> None:
    """ValueError when another rule has the same code or tells of the same."""
    for other in others:
        if rule.code == other.code:
            raise ValueError("its code is there twice")
        if rule.metric is not other.metric:
            continue
        if not rule.metric.is_watched:
            raise ValueError(f"{other.code} watches the same event")
        if set(rule.thresholds) & set(other.thresholds):
            raise ValueError(f"{other.code} watches the same threshold")


def _threshold(entry: Mapping[str, Any], metric: Metric) -> int | None:
    threshold = entry.get("threshold")
    if metric.has_threshold:
        if type(threshold) is not int or threshold <= 0:
            raise ValueError("threshold must be a whole number above 0")
        if metric in (Metric.CREDIT, Metric.LOW_USE) and threshold > 100:
            raise ValueError("threshold is per cent, 100 at most")
    elif "threshold" in entry:
        raise ValueError(f"{metric} has no threshold, it is told whenever it happens; leave it out")
    return threshold


def _repeats_to(entry: Mapping[str, Any]) -> int | None:
    value = entry.get("repeats_to")
    if value is None:
        return None
    if entry["metric"] not in (Metric.VOICE, Metric.MESSAGE, Metric.DATA):
        raise ValueError("only use of an allowance can reach another 100 %; leave repeats_to out")
    _whole("repeats_to", value, 100, MOST_REPEATS)
    if value % 100:
        raise ValueError("repeats_to must be a multiple of 100")
    return int(value)


def _at(value: Any, metric: Metric) -> tuple[int | str, ...]:
    if metric not in AT:
        if value:
            raise ValueError(f"{metric} is not looked at by the clock; leave at out")
        return ()
    good = isinstance(value, (list, tuple)) and value and len(set(value)) == len(value)
    if not good or not all(_fits(one, metric) for one in value):
        raise ValueError(f"at must list {AT[metric]}")
    return tuple(value)


def _fits(one: object, metric: Metric) -> bool:
    if metric is Metric.POINTS:
        return isinstance(one, str) and DAY_OF_YEAR.fullmatch(one) is not None
    return type(one) is int and 1 <= one <= MOST[metric]


def _whole(name: str, value: object, least: int, most: int) -> None:
    if type(value) is not int or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least} to {most}")
