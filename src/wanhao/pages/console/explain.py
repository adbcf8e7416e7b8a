"""Why a customer was told, or was not; and the clerk's switches for what they do not want."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from wanhao.communications.actions import set_opt_out
from wanhao.communications.contracts import Door
from wanhao.communications.optouts import opt_outs
from wanhao.pages.console import explain_words as words
from wanhao.pages.console import message_words, reminder_words
from wanhao.pages.console.access import for_employees, no_line_of_theirs
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.console.so_far import so_far_context
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.parties.queries import lines_by_number
from wanhao.staff.contracts import Permission
from wanhao.usage.detail_contracts import UsageDetail
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.explain_reminders import explain
from wanhao.workflows.explanation import Decided, Explanation, RuleExplained

PURPOSE = "reminders"
MONTHS = 5
"""How many months decisions and records are kept."""
SAID: dict[str, str | Promise] = {
    "off": _("Switched off for this line. Required messages go on."),
    "on": _("Switched on again for this line."),
    "same": _("It was so already."),
}


@require_safe
@for_employees
def explain_ask(request: HttpRequest) -> HttpResponse:
    """Go to the explanation of a number that was typed, however it was spaced."""
    digits = "".join(request.GET.get("number", "").split()).replace("-", "")
    if digits.isascii() and digits.isdigit() and len(digits) == 11:
        return HttpResponseRedirect(reverse("explain", args=[int(digits)]))
    return _not_found(request, digits)


@require_safe
@for_employees
def explain_line(request: HttpRequest, number: int) -> HttpResponse:
    """Every rule, where it stands, what was decided and sent; the reading is recorded."""
    if refusal := no_line_of_theirs(request, Permission.READ_MESSAGES, number):
        return refusal
    now = clock.now()
    months = _months(now)
    asked = request.GET.get("cycle", "")
    cycle = int(asked) if asked in {str(one) for one, _ in months} else months[0][0]
    try:
        found = explain(Msisdn(number).value, cycle, now, login=request.user, purpose=PURPOSE)
    except WanhaoError:
        return _not_found(request, str(number))
    context = {
        "number": Msisdn(number).masked,
        "whole": number,
        "cycle": cycle,
        "months": months,
        "spoke": [rule_context(one) for one in found.rules if one.decided],
        "silent": [rule_context(one) for one in found.rules if not one.decided],
        "others": [decided_context(one) for one in found.others],
        "switches": _switches(found),
        "so_far": so_far_context(found.line.group_id, cycle) if cycle == months[0][0] else {},
        "records_from": found.records_from,
        "said": said(request, SAID),
        "still": True,
    }
    return render_page(request, "console/explain.html", context)


@require_POST
@for_employees
def explain_switch(request: HttpRequest, number: int) -> HttpResponse:
    """Switch a reminder off or on for a line, as its holder asked."""
    line = lines_by_number([number]).get(number)
    if line is None:
        return _not_found(request, str(number))
    if refusal := no_line_of_theirs(request, Permission.READ_MESSAGES, number):
        return refusal
    off = request.POST.get("to") == "off"
    try:
        changed = set_opt_out(
            line.line_id,
            request.POST.get("rule", ""),
            off,
            clock.now(),
            door=Door.CLERK,
            by=person(request),
        )
    except WanhaoError as mistake:
        return render_page(
            request, "console/mistake.html", {"mistake": mistake, "still": True}, status=400
        )
    done = ("off" if off else "on") if changed else "same"
    return back(reverse("explain", args=[number]), done)


def rule_context(one: RuleExplained) -> dict[str, Any]:
    """A rule with its verdict and what it decided, in words."""
    return {
        "rule": one.rule,
        "title": spoken(one.rule.title_zh, one.rule.title_en),
        "when": reminder_words.when(one.rule),
        "word": words.VERDICTS[one.verdict],
        "stands": words.stands(one.standing),
        "opted_out": one.opted_out,
        "decided": [decided_context(each) for each in one.decided],
    }


def decided_context(one: Decided) -> dict[str, Any]:
    """A decision: the rule as it was, the message's way, and the records behind it."""
    message, seen = one.trail.message, one.evidence
    return {
        "trail": one.trail,
        "word": words.VERDICTS[one.verdict],
        "message": message,
        "to": Msisdn(message.number).masked if message else "",
        "way": message_words.way(message) if message else [],
        "parts": _parts(one),
        "threshold": one.trail.trigger.get("threshold"),
        "records": seen.records if seen else 0,
        "rows": record_rows([*seen.before, *([seen.crossing] if seen.crossing else [])])
        if seen
        else [],
        "crossed": bool(seen and seen.crossing),
    }


def record_rows(records: Sequence[UsageDetail]) -> list[dict[str, Any]]:
    """Records as a table shows them, newest first, numbers masked."""
    return [
        {
            "record": record,
            "at": datetime.fromtimestamp(record.start, UTC),
            "number": Msisdn(record.number).masked,
            "service": words.SERVICES.get(record.service, record.service),
            "zone": words.ZONES.get(record.zone, record.zone),
            "amount": words.record_amount(record),
        }
        for record in reversed(records)
    ]


def _parts(one: Decided) -> list[dict[str, Any]]:
    message = one.trail.message
    return [
        {"part": part, "receipt": message_words.RECEIPTS[part.state]}
        for part in (message.parts if message else ())
    ]


def _switches(found: Explanation) -> list[dict[str, Any]]:
    """What the holder may switch, and who switched it off when."""
    off = {one.rule: one for one in opt_outs(found.line.line_id) if one.until is None}
    return [
        {
            "rule": one.rule,
            "title": spoken(one.rule.title_zh, one.rule.title_en),
            "off": off.get(one.rule.code),
        }
        for one in found.rules
        if one.rule.switchable or one.rule.code in off
    ]


def _months(now: datetime) -> list[tuple[int, str]]:
    found = [Cycle.of(now)]
    while len(found) < MONTHS:
        found.append(found[-1].previous)
    return [(one.number, f"{one.number // 100}-{one.number % 100:02d}") for one in found]


def _not_found(request: HttpRequest, asked: str) -> HttpResponse:
    context = {"asked": asked, "still": True}
    return render_page(request, "console/explain_ask.html", context, status=404)
