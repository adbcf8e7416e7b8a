"""What is owed at a time: overdue, held back, given up; and trying again what was given up."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from wanhao.pages.console.access import for_employees
from wanhao.pages.console.acting import back
from wanhao.pages.design import clock
from wanhao.promises import queries as promises
from wanhao.promises.actions import try_again
from wanhao.promises.contracts import PromiseState, PromiseView
from wanhao.values.errors import WanhaoError

LATEST_STUCK = 5
KIND_WORDS: Mapping[str, str | Promise] = {
    "stop-data": _("Stop data at the limit"),
    "stop-service": _("Stop service for unpaid bills"),
    "before-stop": _("Tell before a stop"),
    "announce-step": _("Tell before a further step of a stop"),
    "next-step": _("Go further with a stop"),
    "end-grant": _("End service for a while"),
    "end-keeping": _("End the keeping of a number"),
    "resume-data": _("Let stopped data go on with the month"),
    "watch-thresholds": _("Tell the meter a changed threshold"),
    "preview-rule": _("Preview a change of a rule"),
    "notice": _("Send a notice"),
    "low-use": _("Look for low use"),
    "points-expiring": _("Look for points that end"),
    "product-ending": _("Look for packages that end"),
    "abnormal-bill": _("Look for unusual bills"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    """Promises of one kind that are not kept though it is time, or cannot be."""

    name: str | Promise
    overdue: int
    held: int
    stuck: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckRow:
    """A promise that failed too often, with the words for its kind."""

    name: str | Promise
    promise: PromiseView


def owed() -> dict[str, Any]:
    """What the operations page shows of promises."""
    overdue = promises.overdue(clock.now())
    held = promises.waiting(PromiseState.HELD)
    stuck = promises.waiting(PromiseState.STUCK)
    latest = promises.latest_stuck(LATEST_STUCK) if stuck else []
    return {
        "owed": [
            KindRow(
                name=kind_words(kind),
                overdue=overdue.get(kind, 0),
                held=held.get(kind, 0),
                stuck=stuck.get(kind, 0),
            )
            for kind in sorted({*overdue, *held, *stuck})
        ],
        "stuck": [StuckRow(name=kind_words(one.kind), promise=one) for one in latest],
        "stuck_count": sum(stuck.values()),
    }


def kind_words(kind: str) -> str | Promise:
    """A kind of promise in words; one that has none yet is shown as it is called."""
    return KIND_WORDS.get(kind, kind)


@require_POST
@for_employees
def try_promise_again(request: HttpRequest, promise_id: int) -> HttpResponse:
    """Let a promise that was given up be tried once more."""
    try:
        try_again(promise_id, clock.now())
    except WanhaoError:
        # Somebody else was faster: it is no longer stuck, which is all that was wanted.
        return back(reverse("operations"), "not-stuck")
    return back(reverse("operations"), "tried-again")
