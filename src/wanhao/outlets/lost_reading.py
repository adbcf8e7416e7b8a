"""Reads of lost property, for employees."""

from datetime import datetime

from django.db.models import Count, Q, QuerySet

from wanhao.outlets.lost_contracts import ClaimView, NewThing, ThingKind, ThingView
from wanhao.outlets.lost_rules import due_on, lost_terms, may_be
from wanhao.outlets.lost_states import ClaimState, ThingState
from wanhao.outlets.models import FoundThing, LostClaim
from wanhao.outlets.queue_rules import day_of
from wanhao.outlets.ticket_rows import hall_of

LATEST = 100


def things_of_hall(hall: str, now: datetime, *, kept: bool = True) -> list[ThingView]:
    """What a hall keeps, what must leave first; or what left it, the latest first."""
    rows = FoundThing.objects.filter(outlet=hall_of(hall, now))
    state = ThingState.KEPT.value
    rows = rows.filter(state=state) if kept else rows.exclude(state=state).order_by("-settled_at")
    views = _views(rows[:LATEST] if not kept else rows.order_by("found_at")[:LATEST])
    return sorted(views, key=lambda one: (one.due_on, one.thing_id)) if kept else views


def thing(thing_id: int) -> ThingView | None:
    """One thing, if there is one."""
    return next(iter(_views(FoundThing.objects.filter(id=thing_id))), None)


def claims_to(thing_id: int) -> list[ClaimView]:
    """Claims to a thing, the oldest first."""
    rows = LostClaim.objects.select_related("outlet").filter(thing_id=thing_id)
    return [claim_view(row) for row in rows.order_by("id")]


def claims_like(view: ThingView) -> list[ClaimView]:
    """Open claims to nothing yet that may be to a thing: its kind, near its day, its hall or no
    hall."""
    rows = LostClaim.objects.select_related("outlet").filter(
        Q(outlet=None) | Q(outlet__code=view.new.hall),
        thing=None,
        kind=view.new.kind.value,
        state=ClaimState.OPEN.value,
    )
    found = day_of(view.new.found_at)
    near = [row for row in rows.order_by("id")[:LATEST] if may_be(row.day, found, lost_terms())]
    return [claim_view(row) for row in near]


def claims_of_line(line_id: int) -> list[ClaimView]:
    """What a line claimed, the latest first."""
    rows = LostClaim.objects.select_related("outlet").filter(line_id=line_id)
    return [claim_view(row) for row in rows.order_by("-id")[:LATEST]]


def view_of_thing(row: FoundThing) -> ThingView:
    """One row as employees see it."""
    (view,) = _views(FoundThing.objects.filter(id=row.pk))
    return view


def claim_view(row: LostClaim) -> ClaimView:
    """A claim as employees see it."""
    return ClaimView(
        claim_id=row.pk,
        thing_id=row.thing_id,
        kind=ThingKind(row.kind),
        day=row.day,
        hall=row.outlet.code if row.outlet else "",
        marks=row.marks,
        phone=row.phone,
        state=ClaimState(row.state),
        made_at=row.made_at,
        answer=row.answer,
    )


def _views(rows: QuerySet[FoundThing]) -> list[ThingView]:
    found = list(rows.select_related("outlet"))
    counted = (
        LostClaim.objects.filter(
            thing_id__in=[row.pk for row in found], state=ClaimState.OPEN.value
        )
        .values_list("thing_id")
        .annotate(count=Count("id"))
    )
    claims: dict[int | None, int] = dict(counted)
    return [_view(row, claims.get(row.pk, 0)) for row in found]


def _view(row: FoundThing, claims: int) -> ThingView:
    kind, terms = ThingKind(row.kind), lost_terms()
    new = NewThing(
        hall=row.outlet.code,
        kind=kind,
        found_at=row.found_at,
        place=row.place,
        description=row.description,
        contents=row.contents,
        finder=row.finder,
        witness=row.witness,
        kept_in=row.kept_in,
        reference=row.reference,
    )
    return ThingView(
        thing_id=row.pk,
        new=new,
        state=ThingState(row.state),
        valuable=kind in terms.valuable,
        due_on=due_on(kind, day_of(row.found_at), terms),
        registered_by=row.registered_by,
        settled_at=row.settled_at,
        settled=row.settled,
        claims=claims,
    )
