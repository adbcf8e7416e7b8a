"""What somebody typed to change a rule or the contact policy, and how a form shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wanhao.communications.contracts import ContactPolicy, Metric, ReminderRule
from wanhao.communications.words import Texts
from wanhao.pages.console import reminder_words as words
from wanhao.parties.contracts import Language
from wanhao.values.errors import WanhaoError

SWITCHES = ("enabled", "switchable", "night")
NUMBERS = ("repeats_to", "merge_seconds", "valid_hours")
CHOICES = {"recipient": words.RECIPIENTS, "urgency": words.URGENCIES}
POLICY_TIMES = ("quiet_from", "quiet_until")
POLICY_NUMBERS = ("daily_cap", "merge_seconds", "second_channel_minutes")
TEXT_FIELD = "text:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of the form: `kind` is how it is drawn."""

    name: str
    label: str | Promise
    kind: str
    value: str
    checked: bool = False
    unit: str = ""
    choices: tuple[tuple[str, str | Promise], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField:
    """One text as it is written, with its variables."""

    name: str
    label: str
    lang: str
    value: str


def rule_fields(rule: ReminderRule) -> list[Field]:
    """The fields that may be changed of a rule, filled with what counts now."""
    fields = [_threshold(rule)] if rule.threshold is not None else []
    if rule.at:
        listed = ", ".join(str(one) for one in rule.at)
        unit = str(UNITS_OF_AT.get(rule.metric, ""))
        fields.append(_field("at", "text", listed, unit=unit))
    for name in NUMBERS:
        value = getattr(rule, name)
        if value is not None:
            fields.append(_field(name, "number", str(value)))
    for name, choices in CHOICES.items():
        fields.append(_field(name, "choice", getattr(rule, name), choices=tuple(choices.items())))
    fields += [_field(name, "switch", "on", checked=getattr(rule, name)) for name in SWITCHES]
    return [field for field in fields if field.name not in rule.fixed]


UNITS_OF_AT: Mapping[Metric, str | Promise] = {
    Metric.LOW_USE: _("days of the month"),
    Metric.POINTS: _("days as MM-DD"),
    Metric.PRODUCT_END: _("days before"),
    Metric.STOP: _("hours before"),
    Metric.TWO_WAY: _("hours before"),
    Metric.TERMINATION: _("hours before"),
    Metric.WORKS: _("hours before"),
}


def text_fields(code: str, texts: Texts) -> list[TextField]:
    """Every text of a rule, as it is written."""
    return [
        TextField(
            name=f"{TEXT_FIELD}{variant}:{language.value}",
            label=words.variant_words(variant),
            lang=language.value,
            value=text,
        )
        for (rule, variant, language), text in texts.items()
        if rule == code
    ]


def policy_fields(policy: ContactPolicy) -> list[Field]:
    """The fields of the contact policy."""
    return [
        *(_field(name, "time", getattr(policy, name)) for name in POLICY_TIMES),
        *(_field(name, "number", str(getattr(policy, name))) for name in POLICY_NUMBERS),
    ]


def refilled(fields: list[Field], typed: QueryDict | None) -> list[Field]:
    """The same fields with what somebody typed, so that a mistake costs no typing."""
    if typed is None:
        return fields
    return [
        replace(field, checked=field.name in typed)
        if field.kind == "switch"
        else replace(field, value=typed.get(field.name, field.value))
        for field in fields
    ]


def texts_refilled(fields: list[TextField], typed: QueryDict | None) -> list[TextField]:
    """The same texts as somebody typed them."""
    if typed is None:
        return fields
    return [replace(field, value=typed.get(field.name, field.value)) for field in fields]


def rule_values(rule: ReminderRule, texts: Texts, typed: QueryDict) -> dict[str, Any]:
    """What was typed and differs from what counts now; WanhaoError for what is not understood."""
    found: dict[str, Any] = {}
    for field in rule_fields(rule):
        value = _typed(field, rule.metric, typed)
        if value != _present(rule, field.name):
            found[field.name] = value
    changed = _changed_texts(rule.code, texts, typed)
    return found | ({"texts": changed} if changed else {})


def policy_values(policy: ContactPolicy, typed: QueryDict) -> dict[str, Any]:
    """What was typed of the contact policy and differs from what counts now."""
    found: dict[str, Any] = {name: typed.get(name, "").strip() for name in POLICY_TIMES}
    found |= {name: _whole(name, typed.get(name, "")) for name in POLICY_NUMBERS}
    return {name: value for name, value in found.items() if value != getattr(policy, name)}


def differences(
    rule: ReminderRule, texts: Texts, values: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each changed value before and after, in words; texts as they are written."""
    rows = [
        {
            "name": words.VALUE_WORDS.get(name, name),
            "before": _shown(rule, name, getattr(rule, name)),
            "after": _shown(rule, name, value),
        }
        for name, value in values.items()
        if name != "texts"
    ]
    for variant, written in values.get("texts", {}).items():
        for lang, text in written.items():
            before = texts.get((rule.code, variant, Language(lang)), "")
            name = f"{words.variant_words(variant)} ({lang})"
            rows.append({"name": name, "before": before, "after": text})
    return rows


def _threshold(rule: ReminderRule) -> Field:
    value = rule.threshold or 0
    if rule.metric is Metric.BALANCE:
        yuan = f"{value // 100}.{value % 100:02d}" if value % 100 else str(value // 100)
        return _field("threshold", "text", yuan, unit=gettext("yuan"))
    unit = gettext("times") if rule.metric is Metric.BILL else "%"
    return _field("threshold", "number", str(value), unit=unit)


def _field(name: str, kind: str, value: str, **other: Any) -> Field:
    return Field(name=name, label=words.VALUE_WORDS[name], kind=kind, value=value, **other)


def _typed(field: Field, metric: Metric, typed: QueryDict) -> Any:
    if field.kind == "switch":
        return field.name in typed
    text = typed.get(field.name, "").strip()
    if field.kind == "choice":
        return text
    if field.name == "at":
        return _list(text)
    if field.name == "threshold" and metric is Metric.BALANCE:
        return _fen(text)
    return _whole(field.name, text)


def _present(rule: ReminderRule, name: str) -> Any:
    value = getattr(rule, name)
    return list(value) if name == "at" else value


def _list(text: str) -> list[int | str]:
    parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",")]
    return [int(part) if part.isascii() and part.isdigit() else part for part in parts if part]


def _fen(text: str) -> int:
    whole, _, rest = text.partition(".")
    good = whole.isascii() and whole.isdigit() and len(whole) < 8
    if not good or (rest and not (rest.isascii() and rest.isdigit() and len(rest) <= 2)):
        raise WanhaoError(gettext("The threshold is an amount in yuan, such as 15."))
    return int(whole) * 100 + int(rest.ljust(2, "0") or 0)


def _whole(name: str, text: str) -> int:
    text = text.strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        label = words.VALUE_WORDS[name]
        raise WanhaoError(gettext("%(label)s: a whole number, please.") % {"label": label})
    return int(text)


def _changed_texts(code: str, texts: Texts, typed: QueryDict) -> dict[str, dict[str, str]]:
    changed: dict[str, dict[str, str]] = {}
    for field in text_fields(code, texts):
        written = " ".join(typed.get(field.name, field.value).split())
        if written != " ".join(field.value.split()):
            variant, lang = field.name.split(":")[1:]
            changed.setdefault(variant, {})[lang] = written
    return changed


def _shown(rule: ReminderRule, name: str, value: Any) -> str:
    if name == "threshold":
        return words.threshold_words(rule.metric, value)
    return words.value_words(name, value)
