"""Reminder rules in words: when a rule tells, whom, how, and what each of its values means."""

from collections.abc import Callable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wanhao.communications.contracts import DeliveryClass, Metric, ReminderRule
from wanhao.pages.design.speech import money

FAMILIES: Mapping[str | Promise, tuple[Metric, ...]] = {
    _("Use"): (Metric.VOICE, Metric.MESSAGE, Metric.DATA, Metric.LOW_USE, Metric.DATA_GIFT),
    _("Money"): (Metric.BALANCE, Metric.CREDIT, Metric.BILL),
    _("Stops of service"): (
        Metric.STOP,
        Metric.BALANCE_STOP,
        Metric.CREDIT_STOP,
        Metric.STOPPED,
        Metric.TWO_WAY,
        Metric.TERMINATION,
        Metric.RESTORE,
        Metric.EMERGENCY,
        Metric.LOST,
        Metric.KEEP_NUMBER,
    ),
    _("Automatic upgrades"): (Metric.STEP_UP, Metric.DATA_STOP),
    _("Dates"): (Metric.POINTS, Metric.PRODUCT_END),
    _("Notices"): (Metric.WORKS, Metric.FRAUD, Metric.AUCTION, Metric.QUEUE),
}
RECIPIENTS: Mapping[str, str | Promise] = {
    "crosser": _("the line it is about"),
    "main": _("the main line"),
    "payer": _("who pays"),
}
URGENCIES: Mapping[str, str | Promise] = {
    "normal": pgettext_lazy("urgency", "normal"),
    "high": pgettext_lazy("urgency", "high"),
}
CLASSES: Mapping[DeliveryClass, str | Promise] = {
    DeliveryClass.COMFORT: _("comfort: sent at most once"),
    DeliveryClass.REQUIRED: _("required: repeated until accepted"),
}
VALUE_WORDS: Mapping[str, str | Promise] = {
    "threshold": _("Threshold"),
    "repeats_to": _("Told again at each further 100%, up to (%)"),
    "at": _("Looked at"),
    "enabled": _("In force"),
    "switchable": _("Customers may switch it off"),
    "recipient": _("Told to"),
    "urgency": _("Urgency"),
    "night": _("Also in quiet hours"),
    "merge_seconds": _("Waits for other reminders (seconds)"),
    "valid_hours": _("Sent only within (hours)"),
    "delivery_class": _("Delivery"),
    "quiet_from": _("Quiet from"),
    "quiet_until": _("Quiet until"),
    "daily_cap": _("Comfort messages to a number in a day, at most"),
    "second_channel_minutes": _("Minutes until a required message also goes another way"),
    "texts": _("Texts"),
}
VARIANTS: Mapping[str, str | Promise] = {
    "usual": _("usual"),
    "passed": _("when it jumped far past"),
    "no_allowance": _("without an allowance"),
    "again": _("at a further 100 %"),
    "overdrawn": _("when it is below zero"),
    "no_suggestion": _("without a better plan"),
    "not_sold": _("no longer on sale"),
    "credit": _("stop by credit limit"),
    "balance": _("stop by balance"),
    "risk": _("called by somebody suspected"),
    "short": _("clause when merged"),
}


def variant_words(variant: str) -> str:
    """For which case a text is; clauses for merged texts say so."""
    if variant.startswith("short_"):
        case = VARIANTS.get(variant.removeprefix("short_"), variant.removeprefix("short_"))
        return gettext("clause when merged, %(case)s") % {"case": case}
    return str(VARIANTS.get(variant, variant))


def when(rule: ReminderRule) -> str:
    """In one clause: what must happen for the rule to tell."""
    return TELLS[rule.metric](rule)


def value_words(name: str, value: object) -> str:
    """A value of a rule as it is read; none is a dash."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if name == "recipient":
        return str(RECIPIENTS.get(str(value), value))
    if name == "urgency":
        return str(URGENCIES.get(str(value), value))
    if isinstance(value, list | tuple):
        return gettext(", ").join(str(one) for one in value)
    return str(value)


def threshold_words(metric: Metric, threshold: object) -> str:
    """A threshold with its unit: per cent, yuan, or times the usual."""
    if threshold is None:
        return "—"
    if metric is Metric.BALANCE and isinstance(threshold, int):
        return money(threshold)
    if metric is Metric.BILL:
        return gettext("%(times)s times") % {"times": threshold}
    return f"{threshold} %"


def _usage(rule: ReminderRule) -> str:
    said = gettext("%(percent)s %% of the allowance used") % {"percent": rule.threshold}
    if rule.repeats_to:
        again = gettext("and each further 100 %% up to %(most)s %%") % {"most": rule.repeats_to}
        return gettext(", ").join((said, again))
    return said


def _low_use(rule: ReminderRule) -> str:
    return gettext("on day %(days)s, less than %(percent)s %% used") % {
        "days": _listed(rule),
        "percent": rule.threshold,
    }


def _listed(rule: ReminderRule) -> str:
    return gettext(", ").join(str(one) for one in rule.at)


def _hours(rule: ReminderRule) -> str:
    return gettext("%(hours)s hours before") % {"hours": _listed(rule)}


def _days(rule: ReminderRule) -> str:
    return ngettext("%(days)s day before", "%(days)s days before", int(rule.at[-1])) % {
        "days": _listed(rule)
    }


def _whenever(rule: ReminderRule) -> str:
    return gettext("whenever it happens")


TELLS: Mapping[Metric, Callable[[ReminderRule], str]] = {
    Metric.VOICE: _usage,
    Metric.MESSAGE: _usage,
    Metric.DATA: _usage,
    Metric.BALANCE: lambda rule: (
        gettext("balance below %(money)s") % {"money": money(rule.threshold or 0)}
    ),
    Metric.CREDIT: lambda rule: (
        gettext("%(percent)s %% of the credit limit used") % {"percent": rule.threshold}
    ),
    Metric.LOW_USE: _low_use,
    Metric.POINTS: lambda rule: gettext("on %(days)s, when points end") % {"days": _listed(rule)},
    Metric.PRODUCT_END: _days,
    Metric.STOP: _hours,
    Metric.BALANCE_STOP: _whenever,
    Metric.CREDIT_STOP: _whenever,
    Metric.STOPPED: _whenever,
    Metric.TWO_WAY: _hours,
    Metric.TERMINATION: _hours,
    Metric.RESTORE: _whenever,
    Metric.EMERGENCY: _whenever,
    Metric.LOST: _whenever,
    Metric.KEEP_NUMBER: _whenever,
    Metric.BILL: lambda rule: (
        gettext("bill above %(times)s times the mean of three months") % {"times": rule.threshold}
    ),
    Metric.STEP_UP: _whenever,
    Metric.DATA_STOP: _whenever,
    Metric.WORKS: _hours,
    Metric.FRAUD: _whenever,
    Metric.DATA_GIFT: _whenever,
    Metric.AUCTION: _whenever,
    Metric.QUEUE: _whenever,
}
