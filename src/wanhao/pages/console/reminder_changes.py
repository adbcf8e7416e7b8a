"""Changing a reminder rule: typed, previewed, confirmed with a reason, and taken back again."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wanhao.communications.changing import change_rule, revert_change, with_change
from wanhao.communications.contracts import ReminderRule
from wanhao.communications.in_force import POLICY, RulesInForce, rules_at
from wanhao.communications.preview_contracts import PreviewRunView, PreviewState
from wanhao.communications.previews import ask_preview, preview_run
from wanhao.pages.console import rule_form
from wanhao.pages.console.access import for_employees
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.console.reminder_history import history_rows
from wanhao.pages.console.reminders import SAID
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.parties.queries import cities
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

LARGEST_BAR = 100


@require_http_methods(["GET", "HEAD", "POST"])
@for_employees
def reminder_change(request: HttpRequest, code: str) -> HttpResponse:
    """The form; posted, it asks for a preview of what was typed."""
    in_force = rules_at(clock.now())
    rule = _rule(in_force, code)
    mistake = None
    if request.method == "POST":
        try:
            return HttpResponseRedirect(_ask(request, rule, in_force))
        except WanhaoError as error:
            mistake = error
    typed = request.POST if mistake else None
    context = {
        "rule": rule,
        "title": spoken(rule.title_zh, rule.title_en),
        "fields": rule_form.refilled(rule_form.rule_fields(rule), typed),
        "fixed": bool(rule.fixed),
        "texts": rule_form.texts_refilled(rule_form.text_fields(code, in_force.texts), typed),
        "months": _months(),
        "mistake": mistake,
        "still": True,
    }
    status = 400 if mistake else 200
    return render_page(request, "console/reminder_change.html", context, status=status)


@require_GET
@for_employees
def reminder_preview(request: HttpRequest, code: str, run_id: int) -> HttpResponse:
    """What the change would have done, as soon as a worker knows; and the form that makes it."""
    return _preview_page(request, code, run_id)


@require_GET
@for_employees
def reminder_preview_part(request: HttpRequest, code: str, run_id: int) -> HttpResponse:
    """How far the preview is, or what it found."""
    run = _run(code, run_id)
    return render_page(request, "console/_preview.html", _preview(run))


@require_POST
@for_employees
def reminder_confirm(request: HttpRequest, code: str, run_id: int) -> HttpResponse:
    """Make the change that was previewed; it counts from now on."""
    run = _run(code, run_id)
    reason = request.POST.get("reason", "").strip()
    try:
        _refuse_unseen(run)
        change_rule(code, run.values, by=person(request), reason=reason, now=clock.now())
    except WanhaoError as mistake:
        return _preview_page(request, code, run_id, mistake)
    return back(reverse("reminder", args=[code]), "changed")


@require_POST
@for_employees
def reminder_revert(request: HttpRequest, code: str, change_id: int) -> HttpResponse:
    """Take a change back; what counted before it counts again."""
    reason = request.POST.get("reason", "").strip()
    try:
        revert_change(change_id, by=person(request), reason=reason, now=clock.now())
    except WanhaoError as mistake:
        return render_page(
            request, "console/mistake.html", {"mistake": mistake, "still": True}, status=400
        )
    address = reverse("reminder-policy") if code == POLICY else reverse("reminder", args=[code])
    return back(address, "reverted")


@require_http_methods(["GET", "HEAD", "POST"])
@for_employees
def reminder_policy(request: HttpRequest) -> HttpResponse:
    """The contact policy, its history, and changing it."""
    now = clock.now()
    policy = rules_at(now).policy
    mistake = None
    if request.method == "POST":
        try:
            values = rule_form.policy_values(policy, request.POST)
            _refuse_nothing(values)
            reason = request.POST.get("reason", "").strip()
            change_rule(POLICY, values, by=person(request), reason=reason, now=now)
            return back(reverse("reminder-policy"), "changed")
        except WanhaoError as error:
            mistake = error
    typed = request.POST if mistake else None
    context = {
        "policy": policy,
        "fields": rule_form.refilled(rule_form.policy_fields(policy), typed),
        "history": history_rows(POLICY, now),
        "code": POLICY,
        "said": said(request, SAID),
        "mistake": mistake,
        "still": True,
    }
    status = 400 if mistake else 200
    return render_page(request, "console/reminder_policy.html", context, status=status)


def _ask(request: HttpRequest, rule: ReminderRule, in_force: RulesInForce) -> str:
    """Where the preview of what was typed is; WanhaoError when it cannot be."""
    values = rule_form.rule_values(rule, in_force.texts, request.POST)
    _refuse_nothing(values)
    with_change(rule.code, values, clock.now())
    months = [number for number, _ in _months()]
    asked = request.POST.get("cycle", "")
    cycle = int(asked) if asked in map(str, months) else months[0]
    run = ask_preview(rule.code, values, cycle, person(request), clock.now())
    return reverse("reminder-preview", args=[rule.code, run])


def _refuse_nothing(values: dict[str, Any]) -> None:
    if not values:
        raise WanhaoError(gettext("Nothing was changed."), gettext("Type another value first."))


def _refuse_unseen(run: PreviewRunView) -> None:
    if run.state is not PreviewState.DONE:
        raise WanhaoError(
            gettext("The preview is not through yet."),
            gettext("Wait until its figures are there, then confirm."),
        )


def _months() -> list[tuple[int, str]]:
    """The months a preview may live through again: the last one, and this one so far."""
    this = Cycle.of(clock.now())
    return [
        (one.number, f"{one.number // 100}-{one.number % 100:02d}") for one in (this.previous, this)
    ]


def _rule(in_force: RulesInForce, code: str) -> ReminderRule:
    rule = in_force.by_code.get(code)
    if rule is None:
        raise Http404
    return rule


def _run(code: str, run_id: int) -> PreviewRunView:
    run = preview_run(run_id)
    if run is None or run.rule != code:
        raise Http404
    return run


def _preview_page(
    request: HttpRequest, code: str, run_id: int, mistake: WanhaoError | None = None
) -> HttpResponse:
    run = _run(code, run_id)
    in_force = rules_at(clock.now())
    rule = _rule(in_force, code)
    context = {
        **_preview(run),
        "rule": rule,
        "title": spoken(rule.title_zh, rule.title_en),
        "differences": rule_form.differences(rule, in_force.texts, run.values),
        "reason": request.POST.get("reason", ""),
        "mistake": mistake,
    }
    status = 400 if mistake else 200
    return render_page(request, "console/reminder_preview.html", context, status=status)


def _preview(run: PreviewRunView) -> dict[str, Any]:
    finished = run.state in (PreviewState.DONE, PreviewState.FAILED)
    names = {city.code: spoken(city.name_zh, city.name_en) for city in cities()}
    result = run.result
    by_city = result.by_city if result else ()
    most = max((max(one.before, one.after or 0) for one in by_city), default=0) or 1
    return {
        "run": run,
        "result": result,
        "month": f"{run.cycle // 100}-{run.cycle % 100:02d}",
        "failed": run.state is PreviewState.FAILED,
        "cities": [
            {
                "name": names.get(one.city) or gettext("lines that ended since"),
                "before": one.before,
                "after": one.after,
                "before_bar": one.before * LARGEST_BAR // most,
                "after_bar": (one.after or 0) * LARGEST_BAR // most,
            }
            for one in by_city
        ],
        "samples": [
            (one, names.get(one.city, one.city)) for one in (result.samples if result else ())
        ],
        "still": finished,
    }
