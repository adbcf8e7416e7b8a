"""An explanation in words: verdicts, where a metric stands, and the records behind a decision."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wanhao.communications.contracts import Metric
from wanhao.pages.console.words import Word
from wanhao.pages.design.speech import duration, money, thousands
from wanhao.usage.contracts import Service
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.workflows.explanation import Standing, Verdict

MB = 1024 * 1024
GB = 1024 * MB


def _word(name: Promise | str, icon: str, tone: str) -> Word:
    return Word(name=name, meaning="", icon=icon, tone=tone)


VERDICTS: Mapping[Verdict, Word] = {
    Verdict.TOLD: _word(_("Told"), "check", "good"),
    Verdict.ON_ITS_WAY: _word(_("On its way"), "arrow", "calm"),
    Verdict.WAITS: _word(_("Waits to be sent"), "clock", "soon"),
    Verdict.MERGED: _word(_("Said by another message"), "check", "good"),
    Verdict.WITHDRAWN: _word(_("Withdrawn before it was sent"), "minus", "quiet"),
    Verdict.FAILED: _word(_("Could not be sent"), "cross", "need"),
    Verdict.UNKNOWN: _word(_("Sent; nobody said whether it arrived"), "question", "soon"),
    Verdict.OPTED_OUT: _word(_("Not told: switched off for this line"), "minus", "quiet"),
    Verdict.RULE_OFF: _word(_("Not told: the rule is not in force"), "minus", "quiet"),
    Verdict.NO_LINE: _word(_("Not told: no line is left to tell"), "minus", "quiet"),
    Verdict.NO_OFFERING: _word(_("Not told: no plan is held"), "minus", "quiet"),
    Verdict.NO_RULE: _word(_("Not told: no rule spoke of it"), "minus", "quiet"),
    Verdict.NOT_REACHED: _word(_("Nothing to tell: not reached"), "dots", "quiet"),
    Verdict.SILENT: _word(_("Silent: past it already when the rule began"), "minus", "quiet"),
    Verdict.BY_CLOCK: _word(_("Looked at on its days; nothing to tell so far"), "clock", "quiet"),
    Verdict.NOT_WATCHED: _word(_("Does not concern this line"), "minus", "quiet"),
}
SERVICES: Mapping[str, str | Promise] = {
    Service.VOICE.value: _("voice"),
    Service.MESSAGE.value: _("text message"),
    Service.DATA.value: _("data"),
}
ZONES: Mapping[str, str | Promise] = {
    "domestic": _("at home"),
    "hk-macau-taiwan": _("Hong Kong, Macau, Taiwan"),
    "roaming": _("abroad"),
    "free": _("free of charge"),
}


def stands(standing: Standing | None) -> str:
    """Where a metric stands, as 64 of 300 min, 21 %; empty when it has no amount."""
    if standing is None:
        return ""
    if standing.left_fen is not None:
        return gettext("balance %(money)s, before this month's charges") % {
            "money": money(standing.left_fen)
        }
    said = gettext("%(used)s of %(allowed)s, %(percent)s %%") % {
        "used": amount(standing.metric, standing.used, standing.voice_unit),
        "allowed": amount(standing.metric, standing.allowed, standing.voice_unit),
        "percent": standing.percent,
    }
    if standing.rolled is None:
        return gettext("%(said)s; what rolls over is not known yet") % {"said": said}
    return said


def amount(metric: Metric, units: int, voice_unit: int = 60) -> str:
    """An amount with its unit: minutes, messages, MB or GB."""
    if metric is Metric.VOICE:
        return gettext("%(count)s min") % {"count": thousands(units * voice_unit // 60)}
    if metric is Metric.DATA:
        return octets(units)
    return gettext("%(count)s SMS") % {"count": thousands(units)}


def octets(units: int) -> str:
    """Data in MB, from one GB on in GB with two decimals."""
    if abs(units) >= GB:
        hundredths = units * 100 // GB
        return f"{hundredths // 100}.{hundredths % 100:02d} GB"
    return f"{units // MB} MB"


def record_amount(record: UsageDetail) -> str:
    """What one record says was used; what is taken back has a minus."""
    sign = "−" if record.sign < 0 else ""
    if record.service == Service.VOICE:
        return sign + duration(record.quantity)
    return sign + (
        octets(record.quantity) if record.service == Service.DATA else str(record.quantity)
    )
