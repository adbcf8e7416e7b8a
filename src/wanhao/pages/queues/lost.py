"""Lost property of a hall: what is kept, a thing with its claims, registering, handing over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from wanhao.access.actions import record_read
from wanhao.outlets.claiming import match_claim
from wanhao.outlets.contracts import PlaceKind
from wanhao.outlets.finding import hand_over, let_go, refuse_claim, register_thing
from wanhao.outlets.lost_contracts import ClaimView, Handover, NewThing, ThingKind, ThingView
from wanhao.outlets.lost_reading import claims_like, claims_to, thing, things_of_hall
from wanhao.outlets.lost_rules import lost_terms, ways_out
from wanhao.outlets.lost_states import ClaimState, ThingState
from wanhao.outlets.queries import listed
from wanhao.outlets.queue_rules import day_of
from wanhao.pages.console.acting import back, person, said
from wanhao.pages.design import clock
from wanhao.pages.design.rendering import render_page
from wanhao.pages.design.speech import spoken
from wanhao.pages.queues.clerks import for_clerks_of_hall
from wanhao.pages.queues.lost_words import (
    CLAIM_STATES,
    DOCUMENTS,
    KINDS,
    THING_STATES,
    lost_refusal,
)
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError
from wanhao.values.msisdn import Msisdn

WORDS = ("place", "description", "contents", "finder", "witness", "kept_in")
SAID: Mapping[str, str | Promise] = {
    "registered": _("It is registered."),
    "returned": _("It is given back, and written down to whom."),
    "refused": _("The claim is refused."),
    "matched": _("The claim is to this thing now."),
    "gone": _("It has left the hall, and the receipt is written down."),
}


@require_safe
@for_clerks_of_hall
def lost(request: HttpRequest, hall: str) -> HttpResponse:
    """What a hall keeps, what must leave first."""
    return _list(request, hall)


@require_POST
@for_clerks_of_hall
def lost_new(request: HttpRequest, hall: str) -> HttpResponse:
    """Register what was found."""
    typed, now = request.POST, clock.now()
    words = {name: typed.get(name, "").strip()[:150] for name in WORDS}
    kind = typed.get("kind", "")
    try:
        view = register_thing(
            NewThing(
                hall=hall,
                kind=ThingKind(kind) if kind in set(ThingKind) else ThingKind.OTHER,
                found_at=_time(typed.get("found_at", ""), now),
                reference=typed.get("reference", "")[:64],
                **words,
            ),
            now,
            by=person(request),
        )
    except WanhaoError as error:
        return _list(request, hall, lost_refusal(error))
    return back(reverse("lost-thing", args=[hall, view.thing_id]), "registered")


@require_safe
@for_clerks_of_hall
def lost_thing(request: HttpRequest, hall: str, thing_id: int) -> HttpResponse:
    """One thing with the claims to it."""
    return _thing(request, _of(hall, thing_id))


@require_POST
@for_clerks_of_hall
def lost_act(request: HttpRequest, hall: str, thing_id: int, act: str) -> HttpResponse:
    """Hand it over, refuse or match a claim, let it go, or read where to call."""
    view, typed, now, by = _of(hall, thing_id), request.POST, clock.now(), person(request)
    claim_id = int(typed["claim"]) if typed.get("claim", "").isdigit() else 0
    claims = [*claims_to(thing_id), *claims_like(view)]
    if act != "gone" and claim_id not in {one.claim_id for one in claims}:
        raise Http404(act)
    if act == "phone":
        record_read(request.user, f"lost claim {claim_id}", "give back what was lost", now)
        return _thing(request, view, shown=claim_id)
    try:
        _do(view, claim_id, act, request, now, by)
    except WanhaoError as error:
        return _thing(request, view, mistake=lost_refusal(error))
    return back(reverse("lost-thing", args=[hall, thing_id]), act)


def _do(
    view: ThingView, claim_id: int, act: str, request: HttpRequest, now: datetime, by: str
) -> None:
    typed = request.POST
    if act == "returned":
        hand_over(claim_id, _handover(request), now, by=by)
    elif act == "refused":
        refuse_claim(claim_id, typed.get("why", ""), now, by=by)
    elif act == "matched":
        match_claim(claim_id, view.thing_id)
    elif act == "gone":
        way = typed.get("way", "")
        state = ThingState(way) if way in set(ThingState) else ThingState.POLICE
        let_go(view.thing_id, state, typed.get("receipt", ""), now, by=by)
    else:
        raise Http404(act)


def _handover(request: HttpRequest) -> Handover:
    typed = request.POST
    return Handover(
        receiver=typed.get("receiver", "").strip()[:150],
        document=typed.get("document", "")[:32],
        tail=typed.get("tail", "").strip().upper(),
        witness=typed.get("witness", "").strip()[:150],
        signed="signed" in typed,
    )


def _of(hall: str, thing_id: int) -> ThingView:
    view = thing(thing_id)
    if view is None or view.new.hall != hall:
        raise Http404(str(thing_id))
    return view


def _list(request: HttpRequest, hall: str, mistake: WanhaoError | None = None) -> HttpResponse:
    now = clock.now()
    context = _hall(hall, now) | {
        "rows": [_row(view, now) for view in things_of_hall(hall, now)],
        "gone": [_row(view, now) for view in things_of_hall(hall, now, kept=False)],
        "kinds": [(kind.value, name) for kind, name in KINDS.items()],
        "typed": request.POST,
        "now": now.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M"),
        "reference": request.POST.get("reference") or uuid4().hex,
        "mistake": mistake,
        "said": said(request, SAID),
        "still": True,
    }
    return render_page(request, "queues/lost.html", context, status=400 if mistake else 200)


def _thing(
    request: HttpRequest, view: ThingView, *, shown: int = 0, mistake: WanhaoError | None = None
) -> HttpResponse:
    now, kept = clock.now(), view.state is ThingState.KEPT
    ways = ways_out(view.new.kind, day_of(view.new.found_at), day_of(now), lost_terms())
    context = _hall(view.new.hall, now) | {
        "row": _row(view, now),
        "claims": [_claim(one, shown) for one in claims_to(view.thing_id)],
        "like": [_claim(one, shown) for one in claims_like(view)] if kept else [],
        "kept": kept,
        "ways": [(way.value, THING_STATES[way].name) for way in sorted(ways)] if kept else [],
        "documents": list(DOCUMENTS.items()),
        "typed": request.POST,
        "mistake": mistake,
        "said": said(request, SAID),
        "still": True,
    }
    return render_page(request, "queues/lost_thing.html", context, status=400 if mistake else 200)


def _hall(hall: str, now: datetime) -> dict[str, Any]:
    found = listed(day_of(now), codes=[hall], kinds=(PlaceKind.HALL,))
    if not found:
        raise Http404(hall)
    place = found[0].place
    return {"hall": hall, "name": spoken(place.name_zh, place.name_en)}


def _row(view: ThingView, now: datetime) -> dict[str, Any]:
    return {
        "view": view,
        "label": f"L{view.thing_id}",
        "kind": KINDS[view.new.kind],
        "word": THING_STATES[view.state],
        "due": view.state is ThingState.KEPT and view.due_on <= day_of(now),
    }


def _claim(view: ClaimView, shown: int) -> dict[str, Any]:
    phone = str(view.phone) if view.claim_id == shown else Msisdn(view.phone).masked
    return {
        "view": view,
        "phone": phone,
        "whole": view.claim_id == shown,
        "open": view.state is ClaimState.OPEN,
        "word": CLAIM_STATES[view.state],
    }


def _time(text: str, now: datetime) -> datetime:
    """When it was found, as typed; a time that is none is now."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=SHANGHAI)
    except ValueError:
        return now
