"""The page of phones: what each of the demo's cast received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST, require_safe

from wanhao.communications.message_lists import waiting_for_morning
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken, when
from wanhao.pages.phones.ports import (
    PHONES,
    CastCard,
    HandsetMessage,
    HandsetsUnreachableError,
)

FRESH = timedelta(seconds=30)
LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message on the screen of a drawn handset."""

    sender: str
    text: str
    when: str
    fresh: bool
    own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Handset:
    """One drawn handset with its owner; bubbles newest first."""

    name: str
    number: str
    story: str
    shows: str
    plan: str
    account: str
    bubbles: tuple[Bubble, ...]
    fresh: bool
    waiting: str


@require_safe
def phones(request: HttpRequest) -> HttpResponse:
    """The whole page; there is none outside the demo."""
    context = _context()
    form = _writing(context["cards"], request.GET.get("as", ""), "")
    return render_page(request, "phones/phones.html", {**context, **_journey(), **form})


@require_safe
def phones_part(request: HttpRequest) -> HttpResponse:
    """The handsets alone, fetched again when a message was sent."""
    return render_page(request, "phones/_handsets.html", _context())


@require_safe
def journey_part(request: HttpRequest) -> HttpResponse:
    """How far the demo is on its way through a month, fetched again while it travels."""
    return render_page(request, "phones/_journey.html", _journey())


@require_POST
def pass_a_month(request: HttpRequest) -> HttpResponse:
    """Let the demo live through the coming month in minutes."""
    if not settings.DEMO or PHONES.traveller is None:
        raise Http404
    PHONES.traveller.pass_a_month()
    return redirect("phones")


@require_POST
def phones_write(request: HttpRequest) -> HttpResponse:
    """Send what was typed to 10001 from one of the phones; the form comes back with what is so."""
    if not settings.DEMO or PHONES.cast is None:
        raise Http404
    cards = PHONES.cast.cast()
    number, text = request.POST.get("as", ""), " ".join(request.POST.get("text", "").split())
    said = _write(cards, number, text)
    if request.headers.get("HX-Request"):
        return render_page(request, "phones/_write.html", _writing(cards, number, said))
    return redirect(f"{reverse('phones')}?{urlencode({'as': number})}")


def _write(cards: Sequence[CastCard], number: str, text: str) -> str:
    """What came of it, in words."""
    numbers = {str(card.number) for card in cards}
    if number not in numbers or PHONES.writer is None:
        return gettext("Choose one of the phones.")
    if not 0 < len(text) <= LONGEST:
        return gettext("Write something, in 200 letters at most.")
    try:
        PHONES.writer.write(int(number), text)
    except HandsetsUnreachableError:
        return gettext("The demo's message centre does not answer.")
    return gettext("Sent; the answer appears on the phone.")


def _writing(cards: Sequence[CastCard], number: str, said: str) -> dict[str, Any]:
    people = [
        (str(card.number), f"{spoken(card.name_zh, card.name_en)} {grouped(card.number)}")
        for card in cards
    ]
    return {"writes": PHONES.writer is not None, "people": people, "chosen": number, "said": said}


def _journey() -> dict[str, Any]:
    if not settings.DEMO:
        raise Http404
    traveller = PHONES.traveller
    return {"travels": traveller is not None, "journey": traveller and traveller.journey()}


def _context() -> dict[str, Any]:
    if not settings.DEMO or PHONES.cast is None or PHONES.handsets is None:
        raise Http404
    now = clock.now()
    cards = PHONES.cast.cast()
    received: Mapping[int, Sequence[HandsetMessage]] = {}
    reachable = True
    try:
        received = PHONES.handsets.messages_to([card.number for card in cards]) if cards else {}
    except HandsetsUnreachableError:
        reachable = False
    waiting = waiting_for_morning([card.number for card in cards], now)
    handsets = tuple(
        _handset(card, received.get(card.number, ()), _waits(waiting.get(card.number)), now)
        for card in cards
    )
    return {
        "now": now,
        "cards": cards,
        "reachable": reachable,
        "handsets": handsets,
        "told": sum(1 for handset in handsets if handset.bubbles),
    }


def _waits(waiting: tuple[int, datetime] | None) -> str:
    """What waits for the morning, in words; empty when nothing does."""
    if waiting is None:
        return ""
    text = ngettext(
        "%(count)s message waits until %(until)s, after the quiet hours",
        "%(count)s messages wait until %(until)s, after the quiet hours",
        waiting[0],
    )
    until = timezone.localtime(waiting[1]).strftime("%H:%M")
    return text % {"count": waiting[0], "until": until}


def _handset(
    card: CastCard, messages: Sequence[HandsetMessage], waiting: str, now: datetime
) -> Handset:
    # Of two in the same instant the one that was told later is the newer.
    newest_first = sorted(messages, key=lambda message: message.at)[::-1]
    bubbles = tuple(
        Bubble(
            sender=message.sender,
            text=message.text,
            when=when(message.at, now),
            fresh=now - message.at < FRESH and not message.own,
            own=message.own,
        )
        for message in newest_first
    )
    return Handset(
        name=spoken(card.name_zh, card.name_en),
        number=grouped(card.number),
        story=spoken(card.story_zh, card.story_en),
        shows=spoken(card.shows_zh, card.shows_en),
        plan=spoken(card.plan_zh, card.plan_en),
        account=card.account,
        bubbles=bubbles,
        fresh=any(bubble.fresh for bubble in bubbles),
        waiting=waiting,
    )


def grouped(number: int) -> str:
    """A demo number as people say it, 169 0791 0001; the demo's numbers belong to nobody."""
    digits = str(number)
    return f"{digits[:3]} {digits[3:7]} {digits[7:]}"
