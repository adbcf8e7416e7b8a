"""Who is there: a number and a code by SMS, with it the service password, or an identity card.

Keys of the screen's keypad are buttons of the form: without JavaScript each press comes here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from wanhao.access.contracts import CodePurpose, TooManyCodesError
from wanhao.access.one_time_codes import check_code
from wanhao.menu.contracts import IdentityLevel
from wanhao.pages.design import clock
from wanhao.pages.hall.entering import send_code, too_often
from wanhao.pages.hall.entry_words import (
    code_wrong,
    initial_password,
    number_of,
    slow_down,
    try_password,
    wait_for,
    wrong_number,
)
from wanhao.pages.terminal.guests import Guest, for_guests, guest_of, keep, render_terminal
from wanhao.pages.terminal.keypad import pressed
from wanhao.pages.terminal.ports import DeviceAwayError, card_reader
from wanhao.pages.terminal.visits import Shown, Visit
from wanhao.parties.contracts import LineView
from wanhao.parties.queries import lines_by_number
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn
from wanhao.workflows.prove_by_card import prove_by_card

LONGEST = {"number": 11, "code": 6, "password": 6}
"""How many digits each step takes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One question: which, what is wrong with the answer so far, and what stands in its field."""

    name: str
    error: str = ""
    typed: str = ""


@sensitive_post_parameters("code", "password", "number")
@require_http_methods(["GET", "HEAD", "POST"])
@for_guests
def identify(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Ask for what is missing of the wanted level, one thing at a time; then on."""
    if request.method != "POST":
        step = _step(request, guest)
        return _on(request) if step is None else _page(request, guest, step)
    name = request.POST.get("step", "")
    if "key" in request.POST and name in LONGEST:
        typed = pressed(request.POST.get(name, ""), request.POST["key"], LONGEST[name])
        return _page(request, guest, Step(name=name, typed=typed))
    act = ACTS.get(request.POST.get("act", ""))
    return act(request, guest) if act else _on(request)


def wanted_level(request: HttpRequest) -> IdentityLevel:
    """The level the page was asked for: 1 unless it is 2 or 3."""
    given = request.POST.get("level") or request.GET.get("level") or ""
    return IdentityLevel(int(given)) if given in {"1", "2", "3"} else IdentityLevel.KNOWN


def _step(request: HttpRequest, guest: Guest) -> Step | None:
    """What is asked next; None when nothing is missing."""
    wanted, asked = wanted_level(request), request.GET.get("step", "")
    if guest.level >= wanted:
        return None
    if guest.line is None:
        names = {"card": bool(guest.visit.number), "code": bool(guest.visit.code_id)}
        if names.get(asked):
            return Step(name=asked)
        return Step(name="code" if not asked and guest.visit.code_id else "number")
    if wanted is IdentityLevel.STRONG or asked == "card":
        return Step(name="card")
    return Step(name="password")


def _send(request: HttpRequest, guest: Guest) -> HttpResponse:
    """A code for the number; what follows looks the same whoever has the number."""
    number = number_of(request.POST.get("number", ""))
    if number is None:
        return _number(request, guest, wrong_number())
    if too_often(request, "code"):
        return _unsent(request, guest, number, slow_down())
    try:
        issued = send_code(number, CodePurpose.SIGN_IN)
    except TooManyCodesError as error:
        return _unsent(request, guest, number, wait_for(error.wait))
    keep(request, _fresh(guest.visit, number, issued.code_id))
    return _next(request, "code")


def _unsent(request: HttpRequest, guest: Guest, number: int, error: str) -> HttpResponse:
    """No new code; one that was sent to the number in this visit can still be entered."""
    if guest.visit.number == number and guest.visit.code_id:
        return _page(request, guest, Step(name="code", error=error))
    return _number(request, guest, error)


def _with_card(request: HttpRequest, guest: Guest) -> HttpResponse:
    """The number is typed, its holder will be proved by the card."""
    number = number_of(request.POST.get("number", ""))
    if number is None:
        return _number(request, guest, wrong_number())
    keep(request, _fresh(guest.visit, number, 0))
    return _next(request, "card")


def _enter(request: HttpRequest, guest: Guest) -> HttpResponse:
    visit = guest.visit
    if too_often(request, "try"):
        return _page(request, guest, Step(name="code", error=slow_down()))
    given = request.POST.get("code", "").strip()
    check = check_code(visit.code_id, visit.number, CodePurpose.SIGN_IN, given, clock.now())
    line = lines_by_number([visit.number]).get(visit.number)
    if not check.right or line is None:
        return _page(request, guest, Step(name="code", error=code_wrong(check.left)))
    return _proved(request, guest, line, Shown.CODE)


def _password(request: HttpRequest, guest: Guest) -> HttpResponse:
    line = guest.line
    if line is None:
        return _next(request, "")
    if too_often(request, "try"):
        return _page(request, guest, Step(name="password", error=slow_down()))
    given = request.POST.get("password", "").strip()
    check, refusal = try_password(line, line.number, given, own=True)
    if refusal:
        return _page(request, guest, Step(name="password", error=refusal))
    if check.must_change:
        return _page(request, guest, Step(name="password", error=initial_password()))
    return _proved(request, guest, line, Shown.PASSWORD)


def _card(request: HttpRequest, guest: Guest) -> HttpResponse:
    """Read the card that lies there; it is the holder's, or counted as a wrong try."""
    number = guest.line.number if guest.line else guest.visit.number
    if card_reader(guest.terminal) is None or not number:
        return _next(request, "")
    line = lines_by_number([number]).get(number)
    refusal = slow_down() if too_often(request, "try") else _why_not(guest, number, line)
    if refusal or line is None:
        return _page(request, guest, Step(name="card", error=refusal or _card_refused()))
    return _proved(request, guest, line, Shown.CARD)


def _why_not(guest: Guest, number: int, line: LineView | None) -> str:
    """Why the card proves nothing; empty when it proves the holder."""
    reader = card_reader(guest.terminal)
    try:
        card = reader.read(guest.terminal) if reader else None
    except DeviceAwayError:
        return gettext("The card reader does not answer. Please use a code by SMS, or a counter.")
    if card is None:
        return gettext("No card was found. Lay it flat on the reader and press once more.")
    line_id = line.line_id if line else -number
    try:
        check = prove_by_card(line_id, card.name, card.number, clock.now())
    except WanhaoError:
        return _card_refused()
    return "" if check.right else _card_wrong(check.left)


ACTS: Mapping[str, Callable[[HttpRequest, Guest], HttpResponse]] = {
    "send": _send,
    "with-card": _with_card,
    "enter": _enter,
    "password": _password,
    "card": _card,
}


def _fresh(visit: Visit, number: int, code_id: int) -> Visit:
    """Another number: what was shown for the one before counts no more."""
    return replace(visit, number=number, code_id=code_id, line_id=0, shown=frozenset())


def _proved(request: HttpRequest, guest: Guest, line: LineView, shown: Shown) -> HttpResponse:
    """Somebody proved something: the session gets a new key."""
    visit = guest.visit.proving(line.line_id, shown)
    request.session.cycle_key()
    keep(request, visit)
    if guest_of(guest.terminal, visit).level >= wanted_level(request):
        return _on(request)
    return _next(request, "")


def _card_wrong(left: int) -> str:
    if not left:
        return _card_refused()
    return gettext(
        "This card is not the one that is recorded for the number. Tries left today: %(left)s."
    ) % {"left": left}


def _card_refused() -> str:
    return gettext(
        "The number cannot be proved by this card today: no document is recorded for it, or there "
        "were too many tries. Please go to a counter."
    )


def _number(request: HttpRequest, guest: Guest, error: str) -> HttpResponse:
    typed = request.POST.get("number", "")[: LONGEST["number"]]
    return _page(request, guest, Step(name="number", error=error, typed=typed))


def _on(request: HttpRequest) -> HttpResponse:
    """To where one was going."""
    return HttpResponseRedirect(_target(request) or reverse("terminal-start"))


def _next(request: HttpRequest, step: str) -> HttpResponse:
    query = {"step": step, "level": str(int(wanted_level(request))), "next": _target(request)}
    told = urlencode({name: value for name, value in query.items() if value})
    return HttpResponseRedirect(f"{reverse('terminal-identify')}?{told}")


def _target(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    inside = wanted.startswith(reverse("terminal-idle"))
    return wanted if inside and url_has_allowed_host_and_scheme(wanted, None) else ""


def _page(request: HttpRequest, guest: Guest, step: Step) -> HttpResponse:
    number = guest.line.number if guest.line else guest.visit.number
    context: dict[str, Any] = {
        "step": step,
        "longest": LONGEST.get(step.name, 0),
        "level": int(wanted_level(request)),
        "next": _target(request),
        "masked": Msisdn(number).masked if number else "",
        "number": number,
        "reader": card_reader(guest.terminal) is not None,
        "queue": reverse("terminal-queue"),
    }
    status = 422 if step.error else 200
    return render_terminal(request, guest, "terminal/identify.html", context, status)
