"""A day for the duty manager: what was told, what went wrong, what is waiting."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from wanhao.communications.list_contracts import DayFigures, Trouble
from wanhao.communications.message_figures import day_figures
from wanhao.communications.message_lists import day_bounds
from wanhao.pages.console import message_words
from wanhao.pages.console.access import for_employees
from wanhao.pages.console.figures import reason_rows, state_rows
from wanhao.pages.console.messages import rule_titles
from wanhao.pages.console.owed import owed
from wanhao.pages.console.trends import Bin, columns
from wanhao.pages.console.words import STATE_WORDS
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.usage import queries as usage
from wanhao.values.msisdn import Msisdn

HOURS = range(24)


@require_safe
@for_employees
def today(request: HttpRequest) -> HttpResponse:
    """To the day it is."""
    return HttpResponseRedirect(reverse("day", args=[clock.today().isoformat()]))


@require_safe
@for_employees
def day(request: HttpRequest, wanted: str) -> HttpResponse:
    """What was planned on a day and what became of it; for today, also what is waiting now."""
    chosen = _day(wanted)
    is_today = chosen == clock.today()
    found, titles = day_figures(chosen), rule_titles()
    context: dict[str, Any] = {
        "day": chosen,
        "before": (chosen - timedelta(days=1)).isoformat(),
        "after": None if chosen >= clock.today() else (chosen + timedelta(days=1)).isoformat(),
        "is_today": is_today,
        "planned": sum(found.states.values()),
        "states": [row for row in state_rows(found.states) if row.count],
        "chart": columns([Bin(name=f"{hour:02d}", good=n, rest=0) for hour, n in by_hour(found)]),
        "rules": by_rule(found, titles),
        "troubles": [trouble_row(one, titles) for one in found.troubles],
        "slowest": [
            (one, titles.get(one.rule, one.rule), Msisdn(one.number).masked)
            for one in found.slowest
        ],
        "waiting": [(message_words.WAITS[waits], n) for waits, n in found.waiting.items()],
        "refused": usage.refused_files(day_bounds(chosen)[0]) if is_today else 0,
        "reasons": reason_rows(usage.quarantine_by_reason()) if is_today else (),
        "still": not is_today,
    }
    return render_page(request, "console/day.html", context | (owed() if is_today else {}))


def by_hour(found: DayFigures) -> list[tuple[int, int]]:
    """How many messages were planned in each hour."""
    counted: Counter[int] = Counter()
    for one in found.hours:
        counted[one.hour] += one.messages
    return [(hour, counted[hour]) for hour in HOURS]


def by_rule(found: DayFigures, titles: dict[str, str]) -> list[dict[str, Any]]:
    """How many messages each rule planned, the busiest first, and its busiest hour."""
    rules = {one.rule for one in found.hours}
    rows = []
    for rule in rules:
        mine = [one for one in found.hours if one.rule == rule]
        busiest = max(mine, key=lambda one: one.messages)
        rows.append(
            {
                "code": rule,
                "title": titles.get(rule, rule),
                "messages": sum(one.messages for one in mine),
                "hour": f"{busiest.hour:02d}:00",
            }
        )
    return sorted(rows, key=lambda row: (-row["messages"], row["code"]))


def trouble_row(one: Trouble, titles: dict[str, str]) -> dict[str, Any]:
    """What went wrong, in words."""
    return {
        "title": titles.get(one.rule, one.rule),
        "word": STATE_WORDS[one.state],
        "reason": message_words.reason(one.reason),
        "messages": one.messages,
        "state": one.state.value,
        "rule": one.rule,
    }


def _day(text: str) -> date:
    try:
        chosen = date.fromisoformat(text)
    except ValueError:
        raise Http404 from None
    if not date(2000, 1, 1) <= chosen <= date(9000, 1, 1):
        raise Http404
    return chosen
