"""Care files: registered for oneself or a relative, agreed to by the person, ended by either."""

import tomllib
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from wanhao.parties.care_contracts import (
    NEXT,
    CareReason,
    CareState,
    CareTerms,
    CareView,
    NewCare,
    Relation,
)
from wanhao.parties.models import CareFile, Line
from wanhao.promises.actions import make
from wanhao.promises.contracts import NewPromise
from wanhao.values.cycle import SHANGHAI, Cycle
from wanhao.values.errors import WanhaoError

FILE = Path(__file__).with_name("care.toml")
VISIT = "care-visit"


@lru_cache(maxsize=1)
def care_terms() -> CareTerms:
    """What the file says."""
    told = tomllib.loads(FILE.read_text())
    return CareTerms(
        last_day=told["last_day"],
        visitors=told["visitors"],
        needs={code: (zh, en) for code, (zh, en) in told["needs"].items()},
    )


@transaction.atomic
def register_care(new: NewCare, now: datetime, *, by: str) -> CareView:
    """Open a care file, once per person; it counts at once for oneself, else with the consent.

    Who has one gets the same again. WanhaoError without an address, without a need, or with one
    nobody knows, for a line that is none, and when somebody else registered the person.
    """
    strange = [need for need in new.needs if need not in care_terms().needs]
    if strange or not new.needs:
        raise WanhaoError(
            f"These needs are not known: {', '.join(strange) or 'none'}.",
            f"Choose of {', '.join(care_terms().needs)}.",
        )
    if not new.address.strip():
        raise WanhaoError("A care file needs an address.", "Say where to visit.")
    _lock_line(new.person_line)
    known = _live(new.person_line)
    if known is not None and new.asked_line not in (known.asked_id, known.person_id):
        raise WanhaoError(f"Line {new.person_line} has a care file.", "Let the person see it.")
    if known is not None:
        return _view(known)
    oneself = new.person_line == new.asked_line
    row = CareFile.objects.create(
        person_id=new.person_line,
        asked_id=new.asked_line,
        relation=(Relation.SELF if oneself else new.relation).value,
        reason=new.reason.value,
        needs=list(new.needs),
        address=new.address.strip()[:200],
        state=(CareState.ACTIVE if oneself else CareState.WAITING).value,
        since=now,
        made_by=by[:64],
        consented_at=now if oneself else None,
    )
    if oneself:
        promise_visit(row.pk, Cycle.of(now).next, now)
    return _view(row)


@transaction.atomic
def agree_to_care(person_line: int, now: datetime) -> CareView:
    """The person agrees to what a relative registered; once more it changes nothing."""
    _lock_line(person_line)
    row = _live(person_line)
    if row is None:
        raise WanhaoError(f"Line {person_line} has no care file.", "Register one.")
    if row.state == CareState.WAITING:
        row.state, row.consented_at = CareState.ACTIVE.value, now
        row.save(update_fields=["state", "consented_at"])
        promise_visit(row.pk, Cycle.of(now).next, now)
    return _view(row)


@transaction.atomic
def end_care(care_id: int, line_id: int, now: datetime, *, by: str) -> CareView:
    """The person, or who registered them, ends a file; the address is forgotten. Done twice it is
    done. WanhaoError for anybody else."""
    row = CareFile.objects.select_for_update().filter(id=care_id).first()
    if row is None or line_id not in (row.person_id, row.asked_id):
        raise WanhaoError(f"Line {line_id} has no such care file.", "Look at your files again.")
    if CareState.ENDED in NEXT[CareState(row.state)]:
        row.state, row.address = CareState.ENDED.value, ""
        row.ended_at, row.ended_by = now, by[:64]
        row.save()
    return _view(row)


def care_of_line(line_id: int) -> list[CareView]:
    """The live files of a line: its own, and those it registered for others."""
    rows = CareFile.objects.filter(Q(person_id=line_id) | Q(asked_id=line_id))
    return [_view(row) for row in rows.exclude(state=CareState.ENDED.value).order_by("id")]


def care_file(care_id: int) -> CareView | None:
    """One file, with its address: who reads it records the reading."""
    row = CareFile.objects.filter(id=care_id).first()
    return _view(row) if row else None


def promise_visit(care_id: int, cycle: Cycle, now: datetime) -> None:
    """Promise that the visit of a month is due from its first moment on."""
    key = f"{care_id}:{cycle.number}"
    payload = {"care": care_id, "cycle": cycle.number}
    make([NewPromise(kind=VISIT, key=key, due_at=cycle.start, payload=payload)], now)


def visited_until(cycle: Cycle, terms: CareTerms) -> date:
    """The last day of a month's visits."""
    return cycle.start.astimezone(SHANGHAI).date().replace(day=terms.last_day)


def missed_from(until: date) -> datetime:
    """When a visit that was due until a day has been missed: with the next day."""
    return datetime.combine(until.replace(day=until.day + 1), time(), SHANGHAI)


def _lock_line(line_id: int) -> None:
    if not Line.objects.select_for_update(no_key=True).filter(id=line_id, until=None).exists():
        raise WanhaoError(f"Line {line_id} is not in use.", "Give another number.")


def _live(person_line: int) -> CareFile | None:
    rows = CareFile.objects.select_for_update().filter(person_id=person_line)
    return rows.exclude(state=CareState.ENDED.value).first()


def _view(row: CareFile) -> CareView:
    return CareView(
        care_id=row.pk,
        person_line=row.person_id,
        asked_line=row.asked_id,
        relation=Relation(row.relation),
        reason=CareReason(row.reason),
        needs=tuple(row.needs),
        address=row.address,
        state=CareState(row.state),
        since=row.since,
        consented_at=row.consented_at,
        ended_at=row.ended_at,
    )
