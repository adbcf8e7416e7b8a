"""What customers do about lost things: look, and claim."""

from datetime import date, datetime, time, timedelta

from django.db import connection, transaction

from wanhao.outlets.lost_contracts import ClaimView, Match, NewClaim, ThingKind
from wanhao.outlets.lost_reading import claim_view
from wanhao.outlets.lost_rules import lost_terms, may_be
from wanhao.outlets.lost_states import ClaimState, ThingState
from wanhao.outlets.models import FoundThing, LostClaim
from wanhao.outlets.queue_rules import day_of
from wanhao.outlets.ticket_rows import hall_of
from wanhao.values.cycle import SHANGHAI
from wanhao.values.errors import WanhaoError

MOST = 10
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('lost claims', 0) # %s)"


def possible_matches(kind: ThingKind, lost: date, *, halls: tuple[str, ...] = ()) -> list[Match]:
    """What is kept that may be it, at these halls or any, as roughly as a stranger may know."""
    terms = lost_terms()
    first = datetime.combine(lost - timedelta(days=terms.days_off), time(), SHANGHAI)
    last = datetime.combine(lost + timedelta(days=terms.days_off + 1), time(), SHANGHAI)
    rows = FoundThing.objects.select_related("outlet").filter(
        kind=kind.value, state=ThingState.KEPT.value, found_at__gte=first, found_at__lt=last
    )
    if halls:
        rows = rows.filter(outlet__code__in=halls)
    return [
        Match(
            thing_id=row.pk,
            kind=ThingKind(row.kind),
            day=day_of(row.found_at),
            hall=row.outlet.code,
            hall_zh=row.outlet.name_zh,
            hall_en=row.outlet.name_en or row.outlet.name_zh,
        )
        for row in rows.order_by("found_at", "id")[:MOST]
    ]


@transaction.atomic
def claim(new: NewClaim, now: datetime, *, by: str) -> ClaimView:
    """Claim a found thing, or say what was lost so that the hall may call; once per phone.

    WanhaoError when the thing is not kept or does not fit what is said to be lost, when marks are
    too few to prove anything, and when a phone claims too much.
    """
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [new.phone])
    if len(new.marks.strip()) < 4:
        raise WanhaoError(
            "A claim needs marks that only its owner knows.", "Say what it looks like and holds."
        )
    thing = _thing(new)
    same = LostClaim.objects.filter(phone=new.phone, state=ClaimState.OPEN.value)
    known = same.filter(thing=thing, kind=new.kind.value, day=new.day).first()
    if thing is not None:
        known = same.filter(thing=thing).first()
    if known is not None:
        return claim_view(known)
    _refuse_too_many(new.phone, same.count(), now)
    outlet = thing.outlet if thing else hall_of(new.hall, now) if new.hall else None
    row = LostClaim.objects.create(
        thing=thing,
        outlet=outlet,
        line_id=new.line_id,
        kind=new.kind.value,
        day=new.day,
        phone=new.phone,
        marks=new.marks.strip()[:500],
        state=ClaimState.OPEN.value,
        made_at=now,
        made_by=by[:150],
    )
    return claim_view(row)


@transaction.atomic
def match_claim(claim_id: int, thing_id: int) -> ClaimView:
    """A clerk thinks that an open claim to nothing yet is to this thing, which was found since."""
    row = LostClaim.objects.select_for_update().get(id=claim_id)
    thing = FoundThing.objects.get(id=thing_id)
    fits = thing.state == ThingState.KEPT and thing.kind == row.kind
    if row.state != ClaimState.OPEN or row.thing_id not in (None, thing_id) or not fits:
        raise WanhaoError(f"Claim {claim_id} is not to thing {thing}.", "Look at both again.")
    row.thing, row.outlet = thing, thing.outlet
    row.save(update_fields=["thing", "outlet"])
    return claim_view(row)


def _thing(new: NewClaim) -> FoundThing | None:
    if new.thing_id is None:
        return None
    row = FoundThing.objects.select_for_update().filter(id=new.thing_id).first()
    fits = row is not None and row.kind == new.kind.value
    if row is None or not fits or row.state != ThingState.KEPT:
        raise WanhaoError(f"Nothing like that is kept as L{new.thing_id}.", "Look once more.")
    if not may_be(new.day, day_of(row.found_at), lost_terms()):
        raise WanhaoError(f"Nothing like that is kept as L{new.thing_id}.", "Look once more.")
    return row


def _refuse_too_many(phone: int, waiting: int, now: datetime) -> None:
    terms = lost_terms()
    today = datetime.combine(day_of(now), time(), SHANGHAI)
    made = LostClaim.objects.filter(phone=phone, made_at__gte=today).count()
    if made >= terms.claims_a_day or waiting >= terms.open_claims:
        raise WanhaoError(
            f"That phone made {made} claims today, and {waiting} wait for an answer.",
            "Come to the hall.",
        )
