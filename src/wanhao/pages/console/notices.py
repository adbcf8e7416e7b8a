"""Notices of planned works and of fraud: written, looked at as customers will read them, sent."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from wanhao.communications.notice_contracts import NewNotice, NoticeKind, NoticeState, NoticeView
from wanhao.communications.notices import notices as latest_notices
from wanhao.communications.notices import withdraw_notice
from wanhao.pages.console.access import for_employees
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.console.words import Word
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.parties.queries import cities
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.workflows.send_notice import preview_notice, send_notice

LATEST = 20
WORDS = ("place_zh", "place_en", "what_zh", "what_en", "urgent_reason")
KINDS: dict[NoticeKind, str | Promise] = {
    NoticeKind.WORKS: _("Planned works"),
    NoticeKind.FRAUD: _("Fraud warning"),
}
STATES: dict[NoticeState, Word] = {
    NoticeState.GOING: Word(
        name=_("Going through the lines"), meaning="", icon="clock", tone="soon"
    ),
    NoticeState.FINISHED: Word(
        name=_("Planned for everybody"), meaning="", icon="check", tone="good"
    ),
    NoticeState.WITHDRAWN: Word(name=_("Taken back"), meaning="", icon="minus", tone="quiet"),
}
SAID: dict[str, str | Promise] = {
    "sent": _("The notice is on its way. You can take it back; what was sent stays sent."),
    "withdrawn": _("Taken back. Nobody else is told, and what had not left is not sent."),
}


@require_safe
@for_employees
def notices(request: HttpRequest) -> HttpResponse:
    """The latest notices, and the form for a new one."""
    return _page(request, QueryDict())


@require_POST
@for_employees
def notice_look(request: HttpRequest) -> HttpResponse:
    """What customers would read, and how many; nothing is sent yet."""
    try:
        notice = notice_typed(request.POST)
        texts = preview_notice(notice, settings.SMS_SIGN_OFF, clock.now())
    except WanhaoError as mistake:
        return _page(request, request.POST, mistake)
    context = {
        "notice": notice,
        "kind": KINDS[notice.kind],
        "where": _where(notice),
        "texts": texts,
        "lines": sum(one.lines for one in texts),
        "messages": sum(one.lines * one.parts for one in texts),
        "typed": [(name, value) for name, value in request.POST.items() if name in FIELDS],
        "still": True,
    }
    return render_page(request, "console/notice_look.html", context)


@require_POST
@for_employees
def notice_send(request: HttpRequest) -> HttpResponse:
    """Send what was looked at; or go back to typing."""
    if "again" in request.POST:
        return _page(request, request.POST)
    try:
        send_notice(notice_typed(request.POST), person(request), clock.now())
    except WanhaoError as mistake:
        return _page(request, request.POST, mistake)
    return back(reverse("notices"), "sent")


@require_POST
@for_employees
def notice_withdraw(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Take a notice back: nobody else is told."""
    try:
        withdraw_notice(notice_id, person(request), clock.now())
    except WanhaoError as mistake:
        return _page(request, QueryDict(), mistake)
    return back(reverse("notices"), "withdrawn")


FIELDS = ("kind", "city", "numbers", *WORDS, "starts_at", "ends_at", "risk")


def notice_typed(typed: QueryDict) -> NewNotice:
    """A notice as it was typed; WanhaoError for a number or a time that is none."""
    is_works = typed.get("kind") != NoticeKind.FRAUD
    kind = NoticeKind.WORKS if is_works else NoticeKind.FRAUD
    texts = {name: typed.get(name, "").strip() if is_works else "" for name in WORDS}
    return NewNotice(
        kind=kind,
        city=typed.get("city", "").strip(),
        numbers=_numbers(typed.get("numbers", "")),
        starts_at=_time(typed.get("starts_at", "")) if is_works else None,
        ends_at=_time(typed.get("ends_at", "")) if is_works else None,
        risk=not is_works and "risk" in typed,
        **texts,
    )


def _numbers(text: str) -> tuple[int, ...]:
    words = text.replace(",", " ").replace("，", " ").replace(";", " ").split()
    wrong = [word for word in words if not (word.isascii() and word.isdigit() and len(word) == 11)]
    if wrong:
        raise WanhaoError(
            gettext("%(number)s is not a number.") % {"number": wrong[0]},
            gettext("Give eleven digits each, one a line."),
        )
    return tuple(dict.fromkeys(int(word) for word in words))


def _time(text: str) -> datetime | None:
    if not text.strip():
        return None
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise WanhaoError(gettext("Write times as 2026-11-26 00:00.")) from None


def _page(
    request: HttpRequest, typed: QueryDict, mistake: WanhaoError | None = None
) -> HttpResponse:
    rows = [_row(view) for view in latest_notices(LATEST)]
    context = {
        "rows": rows,
        "typed": typed,
        "kinds": [(kind.value, name) for kind, name in KINDS.items()],
        "cities": [(city.code, spoken(city.name_zh, city.name_en)) for city in cities()],
        "open": bool(typed) or not rows,
        "said": said(request, SAID),
        "mistake": mistake,
        "still": all(row["view"].state is not NoticeState.GOING for row in rows),
    }
    status = 400 if mistake else 200
    return render_page(request, "console/notices.html", context, status=status)


def _row(view: NoticeView) -> dict[str, Any]:
    return {
        "view": view,
        "kind": KINDS[view.notice.kind],
        "where": _where(view.notice),
        "what": spoken(view.notice.what_zh, view.notice.what_en),
        "word": STATES[view.state],
        "may_withdraw": view.state is not NoticeState.WITHDRAWN,
    }


def _where(notice: NewNotice) -> str:
    names = {city.code: spoken(city.name_zh, city.name_en) for city in cities()}
    place = spoken(notice.place_zh, notice.place_en) or names.get(notice.city, notice.city)
    if notice.numbers:
        count = gettext("%(count)s numbers") % {"count": len(notice.numbers)}
        return gettext(", ").join(part for part in (place, count) if part)
    return place
