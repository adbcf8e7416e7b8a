"""The reminder rules: what counts now, what it says, and what was changed when by whom."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from wanhao.communications import queries as communications
from wanhao.communications.checking import TextCheck, check_texts
from wanhao.communications.contracts import DeliveryClass, ReminderRule, RuleCount
from wanhao.communications.in_force import RulesInForce, rules_at
from wanhao.pages.console import reminder_words as words
from wanhao.pages.console.access import for_employees
from wanhao.pages.console.acting import said
from wanhao.pages.console.reminder_history import history_rows
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """A rule in the list, with what it came to so far."""

    rule: ReminderRule
    title: str
    when: str
    recipient: str | Promise
    required: bool
    decided: int
    sent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TextRow:
    """One text of a rule with its length, and what is wrong with it."""

    language: str
    check: TextCheck


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRow:
    """The texts of one case, Chinese and English."""

    name: str
    texts: tuple[TextRow, ...]


@require_safe
@for_employees
def reminders(request: HttpRequest) -> HttpResponse:
    """All rules, by what they are about, and the contact policy."""
    in_force = rules_at(clock.now())
    counts = {count.rule.code: count for count in communications.reminders_by_rule()}
    rows = [rule_row(rule, counts.get(rule.code)) for rule in in_force.rules]
    troubles = [one for one in check_texts(in_force, settings.SMS_SIGN_OFF) if one.trouble]
    context = {
        "families": [
            (name, [row for row in rows if row.rule.metric in metrics])
            for name, metrics in words.FAMILIES.items()
        ],
        "policy": in_force.policy,
        "rules": len(rows),
        "changed": sum(1 for row in rows if row.rule.version),
        "off": sum(1 for row in rows if not row.rule.enabled),
        "troubles": troubles,
        "said": said(request, SAID),
        "still": True,
    }
    return render_page(request, "console/reminders.html", context)


@require_safe
@for_employees
def reminder(request: HttpRequest, code: str) -> HttpResponse:
    """One rule: its values, its texts with their length, and its history."""
    now = clock.now()
    in_force = rules_at(now)
    rule = in_force.by_code.get(code)
    if rule is None:
        raise Http404
    counts = {count.rule.code: count for count in communications.reminders_by_rule()}
    context = {
        "row": rule_row(rule, counts.get(code)),
        "rule": rule,
        "facts": facts(rule),
        "variants": variants(in_force, code),
        "history": history_rows(code, now),
        "said": said(request, SAID),
        "still": True,
    }
    return render_page(request, "console/reminder.html", context)


SAID: dict[str, str | Promise] = {
    "changed": _("The change counts from now on."),
    "reverted": _("The change was taken back."),
}


def rule_row(rule: ReminderRule, count: RuleCount | None) -> RuleRow:
    """A rule in words."""
    return RuleRow(
        rule=rule,
        title=spoken(rule.title_zh, rule.title_en),
        when=words.when(rule),
        recipient=words.RECIPIENTS[rule.recipient],
        required=rule.delivery_class is DeliveryClass.REQUIRED,
        decided=count.decided if count else 0,
        sent=count.sent if count else 0,
    )


def facts(rule: ReminderRule) -> list[tuple[str | Promise, str]]:
    """The values of a rule, each with its name; those it does not have are left out."""
    found = [
        (words.VALUE_WORDS[name], words.value_words(name, getattr(rule, name)))
        for name in ("recipient", "urgency", "switchable", "night", "merge_seconds", "valid_hours")
    ]
    return [*found, (words.VALUE_WORDS["delivery_class"], str(words.CLASSES[rule.delivery_class]))]


def variants(in_force: RulesInForce, code: str) -> list[VariantRow]:
    """The texts of a rule by case, written out with the longest plausible figures."""
    by_variant: dict[str, list[TextCheck]] = {}
    for check in check_texts(in_force, settings.SMS_SIGN_OFF):
        if check.rule == code:
            by_variant.setdefault(check.variant, []).append(check)
    return [
        VariantRow(name=words.variant_words(variant), texts=text_rows(checks))
        for variant, checks in by_variant.items()
    ]


def text_rows(checks: Iterable[TextCheck]) -> tuple[TextRow, ...]:
    """Texts with the name of their language."""
    names = {"zh": gettext("Chinese"), "en": gettext("English")}
    return tuple(TextRow(language=names[one.language.value], check=one) for one in checks)
