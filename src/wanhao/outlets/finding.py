"""What halls do with found things: register them, give them back, let them go."""

from datetime import datetime

from django.db import transaction

from wanhao.outlets.lost_contracts import Handover, NewThing, ThingKind, ThingView
from wanhao.outlets.lost_reading import view_of_thing
from wanhao.outlets.lost_rules import lost_terms, ways_out
from wanhao.outlets.lost_states import CLAIM_NEXT, NEXT, ClaimState, ThingState
from wanhao.outlets.models import FoundThing, LostClaim
from wanhao.outlets.queue_rules import day_of
from wanhao.outlets.ticket_rows import hall_of
from wanhao.values.errors import WanhaoError


@transaction.atomic
def register_thing(new: NewThing, now: datetime, *, by: str) -> ThingView:
    """Write down what was found in a hall, once per reference.

    WanhaoError for no such hall, a time to come, a missing word, or a witness who is the finder.
    """
    known = FoundThing.objects.filter(reference=new.reference).first() if new.reference else None
    if known is not None:
        return view_of_thing(known)
    outlet = hall_of(new.hall, now)
    _refuse_odd(new, now)
    row = FoundThing.objects.create(
        outlet=outlet,
        kind=new.kind.value,
        found_at=new.found_at,
        place=new.place,
        description=new.description,
        contents=new.contents,
        finder=new.finder,
        witness=new.witness,
        kept_in=new.kept_in,
        state=ThingState.KEPT.value,
        registered_at=now,
        registered_by=by[:150],
        reference=new.reference,
    )
    return view_of_thing(row)


@transaction.atomic
def hand_over(claim_id: int, handover: Handover, now: datetime, *, by: str) -> ThingView:
    """Give a thing to who claimed it; other claims to it are refused. Done twice it is done.

    WanhaoError without a document and its last four digits, a witness and a signature, for a claim
    that is settled, and when the thing is gone.
    """
    claim = LostClaim.objects.select_related("thing").get(id=claim_id)
    if claim.thing_id is None:
        raise WanhaoError(f"Claim {claim_id} is to no found thing.", "Say which thing it is.")
    thing = FoundThing.objects.select_for_update().get(id=claim.thing_id)
    claim = LostClaim.objects.select_for_update().get(id=claim_id)
    if claim.state == ClaimState.GRANTED:
        return view_of_thing(thing)
    _refuse_handover(handover, by)
    told = f"{handover.receiver}, {handover.document} ****{handover.tail}, {handover.witness}"
    _settle(thing, ThingState.RETURNED, told, now, by)
    _answer(claim, ClaimState.GRANTED, "", now, by)
    others = LostClaim.objects.select_for_update().filter(thing=thing, state=ClaimState.OPEN.value)
    for other in others:
        _answer(other, ClaimState.REFUSED, "given to its owner", now, by)
    return view_of_thing(thing)


@transaction.atomic
def refuse_claim(claim_id: int, why: str, now: datetime, *, by: str) -> None:
    """Refuse a claim, and say why; done twice it is done."""
    claim = LostClaim.objects.select_for_update().get(id=claim_id)
    if not why.strip():
        raise WanhaoError("A refusal needs a reason.", "Say why it is not the customer's.")
    if claim.state != ClaimState.REFUSED:
        _answer(claim, ClaimState.REFUSED, why.strip()[:500], now, by)


@transaction.atomic
def let_go(thing_id: int, state: ThingState, receipt: str, now: datetime, *, by: str) -> ThingView:
    """Let a thing that nobody claimed in time leave the hall: to the police, or away.

    `receipt` says what proves it. WanhaoError before its day, while a claim waits for an answer,
    and for a valuable thing that is to be thrown away.
    """
    thing = FoundThing.objects.select_for_update().get(id=thing_id)
    if thing.state == state:
        return view_of_thing(thing)
    ways = ways_out(ThingKind(thing.kind), day_of(thing.found_at), day_of(now), lost_terms())
    if state not in ways:
        raise WanhaoError(f"Thing {thing} may not go this way today.", "Keep it until its day.")
    if LostClaim.objects.filter(thing=thing, state=ClaimState.OPEN.value).exists():
        raise WanhaoError(f"Thing {thing} is claimed.", "Answer the claims first.")
    if not receipt.strip():
        raise WanhaoError("What leaves needs a receipt.", "Give its number, or who saw it.")
    _settle(thing, state, receipt.strip()[:500], now, by)
    return view_of_thing(thing)


def _settle(thing: FoundThing, state: ThingState, told: str, now: datetime, by: str) -> None:
    if state not in NEXT[ThingState(thing.state)]:
        raise WanhaoError(f"Thing {thing} is {thing.state}.", "Look at it again.")
    thing.state, thing.settled, thing.settled_at, thing.settled_by = state.value, told, now, by
    thing.save()


def _answer(claim: LostClaim, state: ClaimState, why: str, now: datetime, by: str) -> None:
    if state not in CLAIM_NEXT[ClaimState(claim.state)]:
        raise WanhaoError(f"Claim {claim.pk} is {claim.state}.", "Look at it again.")
    claim.state, claim.answer, claim.answered_at, claim.answered_by = state.value, why, now, by
    claim.save()


def _refuse_odd(new: NewThing, now: datetime) -> None:
    wanted = {
        "place": new.place,
        "description": new.description,
        "finder": new.finder,
        "witness": new.witness,
        "kept in": new.kept_in,
    }
    missing = [name for name, word in wanted.items() if not word.strip()]
    if missing:
        raise WanhaoError(f"Missing: {', '.join(missing)}.", "Fill them in.")
    if new.finder.strip() == new.witness.strip():
        raise WanhaoError("Finder and witness are the same.", "Let somebody else look, too.")
    if new.found_at > now:
        raise WanhaoError("It was found at a time to come.", "Give another time.")


def _refuse_handover(handover: Handover, by: str) -> None:
    document = handover.document.strip() and len(handover.tail) == 4 and handover.tail.isalnum()
    if not (handover.receiver.strip() and document):
        raise WanhaoError("A document must be seen.", "Give its kind and last four digits.")
    if not handover.witness.strip() or handover.witness.strip() == by:
        raise WanhaoError("Somebody else must see it.", "Name a witness.")
    if not handover.signed:
        raise WanhaoError("The receiver must sign.", "Let the list of contents be signed.")
