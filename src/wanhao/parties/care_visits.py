"""Visits of care files: due with a month's first day, made by two, or missed and seen as such."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from wanhao.parties.care import care_terms, missed_from, promise_visit, visited_until
from wanhao.parties.care_contracts import CareState, VisitState, VisitView
from wanhao.parties.models import CareFile, CareVisit
from wanhao.promises.actions import make
from wanhao.promises.contracts import DuePromise, NewPromise
from wanhao.values.cycle import Cycle
from wanhao.values.errors import WanhaoError

MISSED = "care-missed"


def open_visits(promises: Sequence[DuePromise], now: datetime) -> None:
    """Open the visit of a month for each file that counts, and promise the next month's."""
    for promise in promises:
        cycle = Cycle(int(str(promise.payload["cycle"])))
        care_id = int(str(promise.payload["care"]))
        row = CareFile.objects.select_for_update().get(id=care_id)
        if row.state != CareState.ACTIVE:
            continue
        until = visited_until(cycle, care_terms())
        visit, _ = CareVisit.objects.get_or_create(
            care=row,
            cycle=cycle.number,
            defaults={"until": until, "state": VisitState.DUE.value},
        )
        late = NewPromise(
            kind=MISSED,
            key=str(visit.pk),
            due_at=missed_from(until),
            payload={"visit": visit.pk},
        )
        make([late], now)
        promise_visit(care_id, cycle.next, now)


def note_missed_visits(promises: Sequence[DuePromise], now: datetime) -> None:
    """What was not made by its last day was missed; of a file that ended meanwhile, nothing."""
    ids = [int(str(promise.payload["visit"])) for promise in promises]
    due = CareVisit.objects.filter(
        id__in=ids, state=VisitState.DUE.value, care__state=CareState.ACTIVE.value
    )
    due.update(state=VisitState.MISSED.value)


@transaction.atomic
def record_visit(visit_id: int, visitors: Sequence[str], result: str, now: datetime) -> VisitView:
    """A visit was made by two different employees; one that was missed, too. Done twice it is done.

    WanhaoError for fewer people, no result, or a visit that is none.
    """
    row = CareVisit.objects.select_for_update().filter(id=visit_id).first()
    if row is None:
        raise WanhaoError(f"There is no visit {visit_id}.", "See: wanhao care visits.")
    names = sorted({name.strip() for name in visitors if name.strip()})
    if len(names) < care_terms().visitors:
        raise WanhaoError("A visit is made by two people.", "Name both.")
    if not result.strip():
        raise WanhaoError("A visit has a result.", "Say what was done.")
    if row.state != VisitState.MADE:
        row.state, row.made_at = VisitState.MADE.value, now
        row.visitors, row.result = names, result.strip()[:500]
        row.save()
    return _view(row)


def visit_of(visit_id: int) -> VisitView | None:
    """One visit, if there is one."""
    row = CareVisit.objects.select_related("care").filter(id=visit_id).first()
    return None if row is None else _view(row)


def visits_of_month(cycle: int) -> list[VisitView]:
    """The visits of a month, what was missed first, then what is due."""
    order = {VisitState.MISSED: 0, VisitState.DUE: 1, VisitState.MADE: 2}
    rows = CareVisit.objects.select_related("care").filter(cycle=cycle).order_by("id")
    return sorted((_view(row) for row in rows), key=lambda one: order[one.state])


def _view(row: CareVisit) -> VisitView:
    return VisitView(
        visit_id=row.pk,
        care_id=row.care_id,
        person_line=row.care.person_id,
        cycle=row.cycle,
        until=row.until,
        state=VisitState(row.state),
        visitors=tuple(row.visitors),
        result=row.result,
        made_at=row.made_at,
    )
