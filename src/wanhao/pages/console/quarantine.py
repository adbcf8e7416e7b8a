"""The quarantine: finding records, repairing them, having them judged again, dismissing them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.actions import record_read
from wanhao.pages.console import quarantine_words as words
from wanhao.pages.console.access import for_employees
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.console.words import REASON_WORDS, reason_words
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.usage import held, mending
from wanhao.usage import queries as usage
from wanhao.usage.quarantine_contracts import HeldDetail, HeldFilter, HeldRecord, HeldState
from wanhao.values.errors import WanhaoError

PER_PAGE = 50
CALLS_AT_ONCE = 20
"""Steps of ten thousand records that one press of a button moves, at most."""
ANY = "any"


@require_safe
@for_employees
def quarantine(request: HttpRequest) -> HttpResponse:
    """The records that fit what is asked for, newest first."""
    wanted = filter_asked(request)
    before = _whole(request.GET.get("before"))
    rows = held.held_records(wanted, before=before, limit=PER_PAGE + 1)
    reasons = usage.quarantine_by_reason()
    context = {
        "wanted": wanted,
        "state": wanted.state.value if wanted.state else ANY,
        "states": [(state.value, word.name) for state, word in words.HELD_WORDS.items()],
        "reasons": [(one.reason, reason_words(one.reason), one.records) for one in reasons],
        "held_count": sum(one.records for one in reasons),
        "dismissed_count": held.dismissed_records(),
        "rows": [record_row(row) for row in rows[:PER_PAGE]],
        "older": rows[PER_PAGE - 1].record_id if len(rows) > PER_PAGE else None,
        "asked": asked(wanted),
        "first": before is None,
        "said": said(request, words.SAID),
    }
    return render_page(request, "console/quarantine.html", context | _progress(request))


@require_safe
@for_employees
def quarantine_progress(request: HttpRequest) -> HttpResponse:
    """How far the judging is that was asked for."""
    return render_page(request, "console/_quarantine_progress.html", _progress(request))


@require_safe
@for_employees
def quarantine_record(request: HttpRequest, record_id: int) -> HttpResponse:
    """One record with its whole row and all that happened to it; the reading is recorded."""
    return _record_page(request, record_id)


@require_POST
@for_employees
def quarantine_repair(request: HttpRequest, record_id: int) -> HttpResponse:
    """Give a record other values and have it judged again as the same record."""
    changes = {name: request.POST[name] for name in words.COLUMN_WORDS if name in request.POST}
    why = request.POST.get("why", "").strip()
    try:
        now = clock.now()
        mending.repair(record_id, changes, by=person(request), why=why, now=now)
    except WanhaoError as mistake:
        return _record_page(request, record_id, mistake=mistake, typed=changes)
    return back(reverse("quarantine-record", args=[record_id]), "repaired")


@require_POST
@for_employees
def quarantine_act(request: HttpRequest, act: str) -> HttpResponse:
    """Have the records that were asked for judged again, or dismiss them; one, or all that fit."""
    wanted = HeldFilter(
        reason=request.POST.get("reason", ""),
        file=request.POST.get("file", ""),
        ids=tuple(filter(None, (_whole(one) for one in request.POST.getlist("record")))),
    )
    since = held.last_batch()
    try:
        moved = move(ACTS[act], wanted, person(request), request.POST.get("why", "").strip())
    except WanhaoError as mistake:
        return render_page(
            request, "console/mistake.html", {"mistake": mistake, "still": True}, status=400
        )
    done = DONE[act] if moved else "nothing"
    if wanted.ids:
        return back(reverse("quarantine-record", args=[wanted.ids[0]]), done)
    return back(f"{reverse('quarantine')}?{urlencode({'since': since})}", done)


ACTS: dict[str, Callable[..., mending.Moved]] = {
    "replay": mending.replay,
    "dismiss": mending.dismiss,
}
DONE = {"replay": "replayed", "dismiss": "dismissed"}


def move(act: Callable[..., mending.Moved], wanted: HeldFilter, by: str, why: str) -> int:
    """Do it to all that fit, in steps that each end for themselves; returns how many."""
    moved, after = 0, 0
    for _ in range(CALLS_AT_ONCE):
        step = act(wanted, by=by, why=why, now=clock.now(), after=after)
        if not step.records:
            break
        moved, after = moved + step.records, step.last
    return moved


def filter_asked(request: HttpRequest) -> HeldFilter:
    """What the address asks for: what is held, unless it says otherwise."""
    given = request.GET.get("state", HeldState.HELD.value)
    state = HeldState(given) if given in set(HeldState) else None
    reason = request.GET.get("reason", "")
    return HeldFilter(
        reason=reason if reason in REASON_WORDS else "",
        file=request.GET.get("file", "").strip(),
        state=state,
    )


def asked(wanted: HeldFilter) -> str:
    """The same filter as part of an address."""
    state = wanted.state.value if wanted.state else ANY
    parts = {"reason": wanted.reason, "file": wanted.file, "state": state}
    return urlencode({name: value for name, value in parts.items() if value})


def record_row(record: HeldRecord) -> dict[str, Any]:
    """A record with its words."""
    return {
        "record": record,
        "reason": reason_words(record.reason),
        "word": words.HELD_WORDS[record.state],
    }


def _progress(request: HttpRequest) -> dict[str, Any]:
    since = _whole(request.GET.get("since"))
    if since is None:
        return {"still": True}
    progress = held.replay_progress(since)
    judged = progress.metered + progress.duplicate + progress.held
    return {
        "since": since,
        "progress": progress,
        "judged": judged,
        "all": judged + progress.waiting,
        "still": not progress.waiting,
    }


def _record_page(
    request: HttpRequest,
    record_id: int,
    mistake: WanhaoError | None = None,
    typed: dict[str, str] | None = None,
) -> HttpResponse:
    try:
        found = held.held_detail(record_id)
    except WanhaoError:
        raise Http404 from None
    record_read(request.user, f"quarantined record {record_id}", "quarantine", clock.now())
    context = {
        **record_row(found.record),
        "found": found,
        "helps": words.what_helps(found.record.reason),
        "fields": _fields(found, typed or {}),
        "steps": [(words.STEP_WORDS[step.kind], _by(step.by), step) for step in found.steps],
        "may_mend": found.record.state is HeldState.HELD,
        "still": found.record.state is not HeldState.WAITING,
        "said": said(request, words.SAID),
        "mistake": mistake,
    }
    status = 400 if mistake else 200
    return render_page(request, "console/quarantine_record.html", context, status=status)


def _fields(found: HeldDetail, typed: dict[str, str]) -> list[tuple[str, object, str]]:
    return [
        (name, label, typed.get(name, found.fields.get(name, "")))
        for name, label in words.COLUMN_WORDS.items()
    ]


def _by(login: str) -> str:
    return login or gettext("the meter")


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
