"""Messages: finding them, the way each went, and sending a test."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.actions import record_read
from wanhao.communications import queries as communications
from wanhao.communications.actions import plan_message
from wanhao.communications.contracts import MessageState, MessageView
from wanhao.communications.list_contracts import MessageFilter
from wanhao.communications.message_lists import message_detail, messages
from wanhao.pages.console import message_words
from wanhao.pages.console.access import for_employees
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.console.words import STATE_WORDS
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

PER_PAGE = 50
TEST = "test"
OWN_WORDS = {
    TEST: _("Test"),
    "reply": _("Answer to a short message"),
    "secret": _("Password or code"),
}
SAID = {"planned": _("Planned; its way is below.")}
FOLLOWED = timedelta(hours=1)
"""So long after it was planned a page of a message looks again by itself."""


@require_safe
@for_employees
def message_list(request: HttpRequest) -> HttpResponse:
    """The messages that fit, newest first."""
    return _list_page(request)


@require_safe
@for_employees
def message(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message: its text, its parts with their receipts, and where it was when."""
    found = message_detail(message_id)
    if found is None:
        raise Http404
    record_read(request.user, f"message {message_id}", "message", clock.now())
    titles = rule_titles()
    context = {
        "message": found,
        "number": Msisdn(found.number).masked,
        "whole": found.number,
        "word": STATE_WORDS[found.state],
        "channel": message_words.CHANNELS[found.channel],
        "way": message_words.way(found),
        "parts": [(part, message_words.RECEIPTS[part.state]) for part in found.parts],
        "carries": [titles.get(rule, rule) for rule in found.carries],
        "still": clock.now() - found.planned_at > FOLLOWED,
        "said": said(request, SAID),
    }
    return render_page(request, "console/message.html", context)


@require_POST
@for_employees
def message_test(request: HttpRequest) -> HttpResponse:
    """Send a text of one's own to a number, to see that the way is open."""
    digits = "".join(request.POST.get("number", "").split())
    try:
        number = Msisdn(int(digits) if digits.isascii() and digits.isdigit() else 0).value
        text = request.POST.get("text", "").strip()
        planned = plan_message(number, TEST, text, clock.now())
    except WanhaoError as mistake:
        return _list_page(request, mistake)
    record_read(request.user, f"line {number}", f"test message by {person(request)}", clock.now())
    return back(reverse("message", args=[planned]), "planned")


def filter_asked(request: HttpRequest) -> MessageFilter:
    """What the address asks for; what is not understood does not matter."""
    given = request.GET
    number = "".join(given.get("number", "").split())
    state = given.get("state", "")
    before = given.get("before", "")
    return MessageFilter(
        state=MessageState(state) if state in set(MessageState) else None,
        rule=given.get("rule") or None,
        number=int(number) if _is_whole(number, 11) else None,
        day=_day(given.get("day", "")),
        before=int(before) if _is_whole(before, 18) else None,
    )


def asked(wanted: MessageFilter) -> str:
    """The same filter as part of an address, from its first page."""
    parts = {
        "state": wanted.state.value if wanted.state else "",
        "rule": wanted.rule,
        "number": wanted.number,
        "day": wanted.day.isoformat() if wanted.day else "",
    }
    return urlencode({name: value for name, value in parts.items() if value})


def rule_titles() -> dict[str, str]:
    """What messages are about, by rule; tests and answers have words of their own."""
    rules = communications.rules_in_force(clock.now())
    titles = {rule.code: spoken(rule.title_zh, rule.title_en) for rule in rules}
    return titles | {code: str(name) for code, name in OWN_WORDS.items()}


def message_row(view: MessageView, titles: dict[str, str]) -> dict[str, Any]:
    """A message as a list shows it, its number masked."""
    return {
        "view": view,
        "title": titles.get(view.rule, view.rule),
        "number": Msisdn(view.number).masked,
        "word": STATE_WORDS[view.state],
    }


def _list_page(request: HttpRequest, mistake: WanhaoError | None = None) -> HttpResponse:
    wanted = filter_asked(request)
    if wanted.number:
        record_read(request.user, f"line {wanted.number}", "messages", clock.now())
    found, titles = messages(wanted, PER_PAGE), rule_titles()
    context = {
        "wanted": wanted,
        "asked": asked(wanted),
        "rows": [message_row(view, titles) for view in found.messages],
        "older": found.before,
        "states": [(state.value, word.name) for state, word in STATE_WORDS.items()],
        "titles": titles.items(),
        "narrowed": bool(asked(wanted)),
        "typed": request.POST,
        "mistake": mistake,
        "still": True,
    }
    status = 400 if mistake else 200
    return render_page(request, "console/messages.html", context, status=status)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(9000, 1, 1) else None


def _is_whole(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= most
