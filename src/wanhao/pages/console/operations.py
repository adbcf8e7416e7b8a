"""The operations page: is everything counted, is everybody told."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from wanhao.communications import queries as communications
from wanhao.pages.console import figures
from wanhao.pages.console.access import for_employees
from wanhao.pages.console.acting import said
from wanhao.pages.console.message_figures import lags, trends, waiting
from wanhao.pages.console.owed import owed
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.phones.ports import PHONES
from wanhao.usage import queries as usage

SAID = {
    "tried-again": _("It is tried again now."),
    "not-stuck": _("It was no longer stuck: somebody tried it again before."),
}
STEP_SECONDS = 5
CHART_MINUTES = 10
LATEST_HELD = 5
LATEST_REFUSED = 3
REFUSED_WITHIN = timedelta(days=1)


@require_safe
@for_employees
def operations(request: HttpRequest) -> HttpResponse:
    """The whole page."""
    context: dict[str, Any] = {"said": said(request, SAID)}
    for read in PARTS.values():
        context |= read()
    return render_page(request, "console/operations.html", context)


@require_safe
@for_employees
def operations_part(request: HttpRequest, part: str) -> HttpResponse:
    """One part of the page, fetched again when there is news of it."""
    if part not in PARTS:
        raise Http404
    return render_page(request, f"console/_{part}.html", PARTS[part]())


def _counting() -> dict[str, Any]:
    now, traveller = clock.now(), PHONES.traveller
    journey = traveller.journey() if traveller else None
    status = usage.meter_status(now, speed=journey.speed if journey else 1)
    conservation = figures.Conservation.of(status)
    points = usage.rate_points(now, minutes=CHART_MINUTES, step_seconds=STEP_SECONDS)
    return {
        "now": now,
        "journey": journey,
        "status": status,
        "conservation": conservation,
        "shares": figures.shares(conservation),
        "chart": figures.rate_chart(points, STEP_SECONDS),
    }


def _reminders() -> dict[str, Any]:
    rows = figures.rule_rows(communications.reminders_by_rule())
    return {
        "rules": rows,
        "decided": sum(row.decided for row in rows),
        "sent": sum(row.sent for row in rows),
    }


def _messages() -> dict[str, Any]:
    rows = figures.state_rows(communications.messages_by_state())
    return {"states": rows, "message_count": sum(row.count for row in rows)}


def _quarantine() -> dict[str, Any]:
    since = clock.now() - REFUSED_WITHIN
    reasons = figures.reason_rows(usage.quarantine_by_reason())
    return {
        "reasons": reasons,
        "held_count": sum(row.records for row in reasons),
        "held": figures.held_rows(usage.latest_quarantined(LATEST_HELD)),
        "refused_count": usage.refused_files(since),
        "refused": usage.latest_refused(LATEST_REFUSED, since),
    }


PARTS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "counting": _counting,
    "reminders": _reminders,
    "messages": _messages,
    "lags": lags,
    "waiting": waiting,
    "trends": trends,
    "owed": owed,
    "quarantine": _quarantine,
}
